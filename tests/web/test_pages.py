"""What holds for every page: names, landmarks, no inline code, words on one hand."""

import re
import zoneinfo
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sync import wording
from sync.forms import zones
from tests.web.household import act, audited, receipt

PUBLIC = [
    "home",
    "styleguide",
    "api",
    "status",
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_request_login_code",
]
OWN = [
    "dashboard",
    "activity",
    "explain",
    "settings",
    "new_pair",
    "new_looks",
    "new_review",
    "connections",
    "account_email",
    "tokens",
    "token_make",
]
OWN += ["account_change_password", "account_logout"]
OF_A_PAIR = ["pair", "edit", "edit_review", "end", "pair_activity", "verifications"]


@pytest.fixture(params=["empty", "normal", "trouble"])
def everything(request, alice, charlie, browser):
    """Every page of the site as text, by name."""
    pair = alice.pair()
    alice.user.connections.update(halted_at=timezone.now(), halt_cause="revoked")
    if request.param == "normal":
        alice.user.connections.update(halted_at=None)
        alice.microsoft.refresh_from_db()
        act(pair)
        audited(pair)
        receipt(pair, "stripped")
    if request.param == "trouble":
        audited(pair, missing=3, left=1)
        audited(pair, outcome="failed", trouble="the provider did not answer", asked_at=timezone.now())
        alice.brake(pair)
        act(pair, "failed", "refused", error="The calendar is full.")
    browser.session.save()
    session = browser.session
    work, home = (str(c.public_id) for c in (alice.work, alice.home))
    change = {"two_way": True, "out": {"private": False}, "back": {}}
    session["pair_change"] = {"pair": str(pair.public_id), **change}
    session["pair_draft"] = {"first": work, "second": home, "two_way": True, "out": {}, "back": {}}
    session.save()
    pages = {name: Client().get(reverse(name)) for name in PUBLIC}
    pages |= {name: browser.get(reverse(name)) for name in OWN}
    pages |= {name: browser.get(reverse(name, args=(pair.public_id,))) for name in OF_A_PAIR}
    if request.param == "empty":
        pair.delete()
        pages |= {name: browser.get(reverse(name)) for name in OWN}
    return pages


def test_every_page_is_well_formed_and_free_of_inline_code(everything):
    for name, answer in everything.items():
        html = answer.content.decode()
        assert answer.status_code == 200, name
        assert html.count("<h1") == 1, name
        assert html.count("<main") == 1, name
        assert '<html lang="en">' in html, name
        assert re.search(r"<title>[^<]{4,}</title>", html), name
        assert not re.search(r"\sstyle=", html), name
        assert "<style" not in html, name
        assert not re.search(r"\son[a-z]+=", html), name
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html)), name
        assert "javascript:" not in html, name
        assert "hx-on" not in html, name
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert len(ids) == len(set(ids)), (name, sorted(i for i in ids if ids.count(i) > 1))


def test_pages_speak_of_syncs_never_of_pairs_and_never_shout(everything):
    for name, answer in everything.items():
        # An address is not a word for people.
        text = re.sub(
            r"<(script|style|select|code|pre)\b.*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL
        )
        assert not re.search(r"\bpairs?\b", text, re.IGNORECASE), name
        assert "!" not in text.replace("<!doctype", ""), name
        assert "TODO" not in text, name


def test_every_page_says_where_scripts_may_come_from(client, db):
    policy = client.get("/")["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy


def test_htmx_is_told_to_evaluate_nothing_and_to_remember_nothing(client, db):
    html = client.get("/").content.decode()
    assert '"allowEval":false' in html
    assert '"historyCacheSize":0' in html
    assert '"includeIndicatorStyles":false' in html
    assert '"selfRequestsOnly":true' in html


def sheets_of_pages() -> list[Path]:
    """Papers are printed in colours of their own, and no browser loads that sheet."""
    return [sheet for sheet in (settings.BASE_DIR / "hetk/static/css").glob("*.css") if sheet.name != "paper.css"]


def test_the_style_sheets_load_nothing_and_stay_small():
    sheets = sheets_of_pages()
    assert sheets
    assert not any(re.search(r"@import|https?:|url\(", sheet.read_text()) for sheet in sheets)
    assert sum(sheet.stat().st_size for sheet in sheets) < 38_000


def test_only_the_tokens_name_colours():
    for sheet in sheets_of_pages():
        if sheet.name != "tokens.css":
            assert not re.search(r"oklch|rgb|hsl|#[0-9a-f]{3,8}\b(?![^{]*\{)", sheet.read_text()), sheet.name


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "429", "500"])
def test_error_pages_stand_alone_and_say_that_calendars_are_safe(name):
    html = render_to_string(f"{name}.html")
    assert html.count("<h1") == 1
    assert "safe" in html or "Nothing was changed" in html


def test_an_address_that_leads_nowhere_gives_our_page(client, db):
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()


def test_the_sign_in_page_posts_to_the_providers_and_never_links(client, db):
    html = client.get(reverse("account_login")).content.decode()
    for kind in ("microsoft", "google"):
        assert re.search(rf'<form[^>]+method="post"[^>]+action="{reverse("signin", args=(kind,))}"', html)
    assert 'href="/signin/' not in html


def test_the_time_zone_is_kept_and_used(alice, browser):
    browser.post(reverse("settings"), {"time_zone": "America/New_York"}, follow=True)
    act(alice.pair(), at=datetime(2026, 11, 20, 12, tzinfo=UTC))
    assert "07:00:00" in browser.get(reverse("activity")).content.decode()


def test_a_zone_that_does_not_exist_is_refused(alice, browser):
    answer = browser.post(reverse("settings"), {"time_zone": "Mars/Olympus"})
    assert 'aria-invalid="true"' in answer.content.decode()
    alice.user.refresh_from_db()
    assert alice.user.time_zone == "Europe/Tallinn"


def test_settings_change_nothing_but_the_zone(alice, browser):
    data = {"time_zone": "UTC", "is_staff": "on", "email": "other@hetk.example"}
    browser.post(reverse("settings"), data)
    alice.user.refresh_from_db()
    assert (alice.user.is_staff, alice.user.email) == (False, "alice@hetk.example")


def test_every_zone_on_offer_exists():
    offered = [name for _, places in zones()[1:] for name, _ in places]
    assert set(offered) <= zoneinfo.available_timezones()
    assert "Europe/Tallinn" in offered


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "just now"), (1, "just now"), (12, "12 s ago"), (119, "1 min ago"), (7200, "2 h ago"), (86_400, "1 day ago")],
)
def test_ages_carry_their_unit(seconds, words):
    assert wording.age(timedelta(seconds=seconds)) == words


def test_counts_agree_with_their_nouns():
    assert wording.count(1, "copy", "copies") == "1 copy"
    assert wording.count(0, "copy", "copies") == "0 copies"
    assert wording.count(12_345, "event") == "12\u202f345 events"


def test_a_main_calendar_without_a_name_of_its_own_is_called_by_its_account(alice):
    plain = alice.calendar(alice.microsoft, "Calendar")
    assert wording.calendar_name(plain) == "alice@northwind.example"
    assert wording.calendar_name(alice.work) == "Work"
