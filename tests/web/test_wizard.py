"""A new sync in three steps; nothing is made before Start, and Back loses nothing."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from sync import example
from sync.core.event import Attendee
from sync.core.operation import Reason
from sync.engine.preview import FlowPreview, Preview
from sync.models import Flow, FlowSettings, Pair
from sync.views import counting
from tests.web.household import Household

OUT = {"out-private": "yes", "out-show_as": "keep"}
BACK = {"back-private": "no", "back-show_as": "tentative", "back-transform_identity": "on"}


@pytest.fixture(autouse=True)
def silent_accounts(alice):
    """Both accounts halted: pages must do without the provider, and no test leaves the machine."""
    alice.user.connections.update(halted_at=timezone.now())


def choose(browser, first, second, direction="two"):
    data = {"first": str(first.public_id), "second": str(second.public_id), "direction": direction}
    return browser.post(reverse("new_pair"), data)


def test_the_three_steps_lead_to_a_pair_with_what_was_chosen(alice, browser):
    assert choose(browser, alice.work, alice.home).url == reverse("new_looks")
    assert browser.post(reverse("new_looks"), {**OUT, **BACK}).url == reverse("new_review")
    assert not Pair.objects.exists()
    answer = browser.post(reverse("new_review"))
    pair = Pair.objects.get()
    assert answer.url == reverse("pair", args=(pair.public_id,))
    out, back = pair.flows.order_by("pk")
    assert (out.source, out.private, out.show_as, out.transform_identity) == (alice.work, True, "keep", False)
    assert (back.source, back.private, back.show_as, back.transform_identity) == (alice.home, False, "tentative", True)


def test_one_way_asks_about_one_direction_and_makes_one_flow(alice, browser):
    choose(browser, alice.work, alice.home, "one")
    html = browser.get(reverse("new_looks")).content.decode()
    assert "What others see in Home" in html
    assert "What others see in Work" not in html
    browser.post(reverse("new_looks"), OUT)
    browser.post(reverse("new_review"))
    assert Flow.objects.get().target == alice.home


def test_back_keeps_what_was_chosen_on_every_step(alice, browser):
    choose(browser, alice.work, alice.home)
    assert browser.post(reverse("new_looks"), {**OUT, **BACK, "previous": "1"}).url == reverse("new_pair")
    first = browser.get(reverse("new_pair")).content.decode()
    assert f'<option value="{alice.home.public_id}" selected>' in first
    second = browser.get(reverse("new_looks")).content.decode()
    assert re.search(r'name="back-private" value="no" checked', second)
    assert '<option value="tentative" selected>' in second


def test_swap_turns_the_two_around_and_stores_nothing(alice, browser):
    data = {"first": str(alice.work.public_id), "second": str(alice.home.public_id), "direction": "one", "swap": "1"}
    html = browser.post(reverse("new_pair"), data).content.decode()
    first = html[html.index('name="first"') : html.index('name="second"')]
    assert f'<option value="{alice.home.public_id}" selected>' in first
    assert "pair_draft" not in browser.session


def test_looks_follow_their_direction_when_the_calendars_change_places(alice, browser):
    choose(browser, alice.work, alice.home)
    browser.post(reverse("new_looks"), {**OUT, **BACK})
    choose(browser, alice.home, alice.work)
    saved = browser.session["pair_draft"]
    assert (saved["out"]["private"], saved["back"]["private"]) == (False, True)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("same", "Choose a calendar other than the first one."),
        ("read-only", "is read-only for you"),
        ("joined", "kept in step already"),
        ("strangers", "Select a valid choice"),
    ],
)
def test_two_calendars_that_cannot_be_joined_are_refused_with_the_reason(alice, charlie, browser, case, words):
    second = {
        "same": alice.work,
        "read-only": alice.calendar(alice.google, "Holidays", can_write=False),
        "joined": alice.home,
        "strangers": charlie.home,
    }[case]
    if case == "joined":
        alice.pair()
    answer = choose(browser, alice.work, second)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert "pair_draft" not in browser.session


def test_a_read_only_calendar_can_be_copied_from_one_way_but_not_both_ways(alice, browser):
    source = alice.calendar(alice.google, "Holidays", can_write=False)
    assert choose(browser, source, alice.work, "two").status_code == 200
    assert choose(browser, source, alice.work, "one").url == reverse("new_looks")


def test_later_steps_without_a_draft_lead_to_the_first(alice, browser):
    assert browser.get(reverse("new_looks")).url == reverse("new_pair")
    assert browser.get(reverse("new_review")).url == reverse("new_pair")


def test_start_pressed_twice_makes_one_pair(alice, browser):
    choose(browser, alice.work, alice.home, "one")
    browser.post(reverse("new_looks"), OUT)
    assert [browser.post(reverse("new_review")).status_code for _ in range(2)] == [302, 302]
    assert Pair.objects.count() == 1


def test_a_pair_that_became_impossible_meanwhile_is_refused_with_its_reason(alice, browser):
    choose(browser, alice.work, alice.home, "one")
    alice.pair()
    answer = browser.post(reverse("new_review"))
    assert answer.status_code == 409
    assert "kept in step already" in answer.content.decode()
    assert Pair.objects.count() == 1


def test_cancel_forgets_the_draft(alice, browser):
    choose(browser, alice.work, alice.home)
    browser.post(reverse("new_cancel"))
    assert "pair_draft" not in browser.session


def test_who_never_chose_a_zone_gets_the_one_of_the_calendar_before_any_time_is_shown(alice, browser):
    alice.user.time_zone = "UTC"
    alice.user.save()
    choose(browser, alice.work, alice.home, "one")
    alice.user.refresh_from_db()
    assert alice.user.time_zone == "Europe/Tallinn"


def test_an_account_that_does_not_answer_gives_a_made_up_event(alice, browser):
    choose(browser, alice.work, alice.home)
    html = browser.get(reverse("new_looks")).content.decode()
    assert "Quarterly review with Contoso" in html
    assert "A made-up event" in html


def picture(browser, alice: Household, event: str, **changes):
    data = {"side": "out", "out-from": alice.work.public_id, "out-to": alice.home.public_id, "out-event": event}
    answer = browser.post(reverse("picture"), {**data, "out-private": "no", "out-show_as": "keep", **changes})
    return answer.status_code, answer.content.decode()


def test_the_picture_follows_the_choices(alice, browser):
    sealed = example.seal(example.Sample(example.made_up(alice.microsoft.address), made_up=True))
    _, full = picture(browser, alice, sealed)
    assert full.count("Room 4, Tallinn") == 2
    _, private = picture(browser, alice, sealed, **{"out-private": "yes"})
    assert private.count("Room 4, Tallinn") == 1
    assert "busy-block" in private
    _, swapped = picture(browser, alice, sealed, **{"out-transform_identity": "on", "out-show_as": "free"})
    assert alice.google.address in swapped
    assert "Shown as free" in swapped


def test_the_picture_takes_no_event_that_it_did_not_seal(alice, charlie, browser, browser_of):
    sealed = example.seal(example.Sample(example.made_up(alice.microsoft.address), made_up=True))
    assert picture(browser, alice, "forged")[0] == 404
    assert picture(browser_of(charlie), alice, sealed)[0] == 404


def test_an_event_comes_back_from_the_form_as_it_went():
    event = example.made_up("alice@northwind.example")
    event = replace(event, attendees=(Attendee(address="bob@northwind.example", name="Bob"),))
    assert example.unseal(example.seal(example.Sample(event, made_up=False))) == example.Sample(event, made_up=False)


def test_numbers_that_cannot_be_had_are_said_to_be_missing_and_start_stays_possible(alice, browser):
    choose(browser, alice.work, alice.home, "one")
    html = browser.get(reverse("new_review") + "?count=1").content.decode()
    assert "Nothing could be counted" in html
    assert "no longer lets Hetk in" in html
    assert "nothing was written" in html
    assert ">Start</button>" in html


def test_the_dry_run_is_told_in_one_sentence_with_reasons_and_months(alice):
    flow = FlowPreview(alice.home, alice.work, creates=214)
    flow.skips = Counter({Reason.DECLINED: 2, Reason.BIRTHDAY: 1})
    flow.days = Counter({date(2026, 11, 30): 100, date(2026, 12, 1): 14, date(2027, 2, 1): 100})
    found = Preview([flow])
    assert counting.sentence(found, alice.home, alice.work) == (
        "Hetk will create 214 copies in Work; it will change nothing in Home."
    )
    assert [(m.name, m.copies, m.share) for m in counting.months(flow.days)] == [
        ("Nov 2026", 100, 100),
        ("Dec 2026", 14, 14),
        ("Jan 2027", 0, 0),
        ("Feb 2027", 100, 100),
    ]


def test_two_directions_are_both_named(alice):
    found = Preview([FlowPreview(alice.work, alice.home, creates=1), FlowPreview(alice.home, alice.work, creates=2)])
    words = counting.sentence(found, alice.work, alice.home)
    assert words == "Hetk will create 1 copy in Home and 2 copies in Work."


def test_nothing_to_copy_is_said_plainly(alice):
    found = Preview([FlowPreview(alice.work, alice.home)])
    assert "change nothing now" in counting.sentence(found, alice.work, alice.home)


def test_settings_of_a_first_visit_are_private():
    assert FlowSettings().private
