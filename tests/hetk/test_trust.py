"""What the public pages claim: each sentence has its test, each figure is the configuration's, each list is the code's."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils.html import escape

from accounts import sessions
from accounts.oauth import google, microsoft
from hetk import company
from hetk.trust import answers, claims, dpa, facts, fields, it, stored
from sync.core import window
from tests.house.source import ROOT
from tests.house.test_data import MODELS, _fields

# A changed text is a new version: `hetk/trust/dpa.py`, and the new hash here.
TEXT = (ROOT / "templates" / "trust" / "_dpa.html").read_text()


@pytest.mark.parametrize("claim", claims.CLAIMS, ids=lambda claim: claim.proof)
def test_every_claim_names_a_test_that_exists(claim):
    file, _, name = claim.proof.partition("::")
    assert f"def test_{name}(" in (ROOT / file).read_text()
    assert "{" not in claim.said


def test_no_claim_stands_twice_and_each_area_has_one():
    assert len({claim.sentence for claim in claims.CLAIMS}) == len(claims.CLAIMS)
    assert all(claims.by_area().values())
    assert sum(map(len, claims.by_area().values())) == len(claims.CLAIMS) > 30


@pytest.mark.parametrize("answer", answers.ANSWERS, ids=lambda answer: answer.question)
def test_every_answer_names_a_test_that_exists_or_is_our_word_alone(answer):
    if answer.proof != answers.OURS:
        file, _, name = answer.proof.partition("::")
        assert f"def test_{name}(" in (ROOT / file).read_text()
    assert "{" not in answer.said


def test_few_answers_stand_on_our_word_and_no_question_is_asked_twice():
    bare = [answer.question for answer in answers.ANSWERS if answer.proof == answers.OURS]
    assert len(bare) <= 5
    assert len({answer.question for answer in answers.ANSWERS}) == len(answers.ANSWERS) >= 30


def test_the_paper_for_it_holds_everything_that_stands_elsewhere(settings):
    settings.COMPANY = replace(settings.COMPANY, name="Fabrikam OÜ", region="Tallinn", mailer="Contoso Mail")
    paper = it.document()
    told = [answer.said for answer in answers.ANSWERS] + [kept.words for kept in facts.retention()]
    told += [one.scope for one in (*facts.microsoft_permissions(), *facts.google_permissions())]
    told += [one.name for one in facts.subprocessors()] + [dpa.fingerprint(dpa.text()), settings.COMPANY.privacy]
    assert [words for words in told if escape(words) not in paper] == []
    assert dpa.text() in paper
    assert "Fabrikam OÜ" in paper
    assert "Hetk Technologies" not in paper


def said(part: str) -> str:
    [claim] = [claim for claim in claims.CLAIMS if part in claim.proof]
    return claim.said


def test_claims_follow_what_is_configured(settings, monkeypatch):
    assert "AES-256 in GCM" in said("moved_to_another_row")
    assert "after 14 days without use, and after 30 days" in said("used_every_day")
    settings.SESSION_COOKIE_AGE = 3600
    monkeypatch.setattr(sessions, "LONGEST", 2 * 86400)
    assert "after 1 hour without use, and after 2 days" in said("used_every_day")
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 90
    assert "90 seconds after signing in" in said("more_than_five_minutes")


def test_the_idle_limit_of_the_cookie_is_the_one_that_is_kept():
    assert settings.SESSION_COOKIE_AGE == sessions.IDLE
    day = sessions.DAY
    assert sessions.is_over(began=0, seen=16 * day, now=30 * day, staff=False)
    assert not sessions.is_over(began=0, seen=17 * day, now=30 * day - 1, staff=False)


def test_figures_are_those_of_the_product():
    figures = facts.figures()
    assert (figures["microsoft_watch"], figures["google_watch"]) == ("2 days", "6 days")
    assert (figures["months_back"], figures["months_forward"]) == (window.MONTHS_BACK, window.MONTHS_FORWARD) == (3, 12)
    assert (figures["policy_fresh"], figures["policy_gone"]) == ("1 minute", "1 hour")
    assert (figures["breach_hours"], figures["notice_days"]) == (48, 30)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        ({"days": 1}, "1 day"),
        ({"days": 365}, "365 days"),
        ({"minutes": 90}, "90 minutes"),
        ({"seconds": 45}, "45 seconds"),
    ],
)
def test_a_span_is_told_in_the_largest_unit_without_rest(span, words):
    assert facts.in_words(timedelta(**span)) == words


def test_every_permission_that_is_asked_for_has_its_reason():
    assert [one.scope for one in facts.google_permissions()] == google.SCOPES
    assert list(facts.microsoft_permissions()) == list(microsoft.PERMISSIONS)
    assert set(facts.GOOGLE_WHY) == set(google.SCOPES)


def test_a_new_permission_without_a_reason_is_noticed(monkeypatch):
    monkeypatch.setattr(google, "SCOPES", [*google.SCOPES, "https://www.googleapis.com/auth/drive"])
    with pytest.raises(KeyError):
        facts.google_permissions()


@pytest.mark.parametrize("provider", fields.PROVIDERS)
def test_each_property_that_is_named_stands_in_the_code_that_maps_it(provider):
    files = {"icalendar": ("icalendar", "caldav")}.get(provider, (provider,))
    code = "".join(path.read_text() for name in files for path in (ROOT / "sync/providers" / name).glob("*.py"))
    for what, names, _ in fields.rows(provider):
        assert names, what
        assert [name for name in names if f'"{name}"' not in code and f'"{name};' not in code] == [], what


def test_every_stored_field_is_listed_with_a_category():
    told = {table.name: {name for row in table.fields for name in row.names} for table in stored.tables()}
    assert told == {model.__name__: _fields(model) for model in MODELS}
    kinds = tuple(stored.categories())
    assert len(kinds) == 7
    assert [row for table in stored.tables() for row in table.fields if not row.category.startswith(kinds)] == []


def names() -> list[str]:
    return [one.name for one in facts.subprocessors()]


def test_only_those_who_are_used_are_sub_processors(settings):
    settings.STRIPE_SECRET_KEY = ""
    settings.COMPANY = replace(settings.COMPANY, host="Fabrikam Cloud", edge="", mailer="")
    assert names() == ["Fabrikam Cloud"]
    settings.STRIPE_SECRET_KEY = "sk_test_x"
    settings.COMPANY = replace(settings.COMPANY, edge="Northwind Edge", mailer="Contoso Mail")
    assert names() == ["Fabrikam Cloud", "Northwind Edge", "Stripe", "Contoso Mail"]


def test_who_runs_it_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("HETK_COMPANY", "Fabrikam OÜ")
    monkeypatch.setenv("HETK_MAILER", "Contoso Mail")
    found = company.from_environment()
    assert (found.name, found.mailer) == ("Fabrikam OÜ", "Contoso Mail")
    assert found.unsaid == ["HETK_COMPANY_ADDRESS"]


POINTS = [f"Art. 28(3)({letter})" for letter in "abcdefgh"]
POINTS += [
    "Art. 28(3), first sentence",
    "Art. 28(2) and (4)",
    "Art. 28(9)",
    "last sentence",
    "Arts. 32 to 36",
    "Chapter V",
]


@pytest.mark.parametrize("point", [*POINTS, "(EU) 2021/915", "(EU) 2021/914"])
def test_the_contract_covers_each_point_that_the_law_asks_for(point):
    assert point in TEXT


def test_the_contract_states_its_annexes_from_the_facts(settings):
    settings.COMPANY = replace(settings.COMPANY, name="Fabrikam OÜ", mailer="Contoso Mail", post="Kaevu 1, Tallinn")
    text = dpa.text()
    assert [f"Annex {number}" in text for number in ("I:", "II:", "III:", "IV:")] == [True] * 4
    for word in (
        "Fabrikam OÜ",
        "Contoso Mail",
        "Kaevu 1, Tallinn",
        f"{facts.BREACH_HOURS} hours",
        f"{facts.NOTICE_DAYS} days",
    ):
        assert word in text, word
    assert all(claim.proof in text for claim in claims.CLAIMS)
    assert not re.search(r"{{|{%", text)


def test_another_text_has_another_fingerprint(settings):
    before = dpa.fingerprint(dpa.text())
    assert before == dpa.fingerprint(dpa.text())
    settings.COMPANY = replace(settings.COMPANY, mailer="Contoso Mail")
    assert dpa.fingerprint(dpa.text()) != before


def test_a_changed_text_is_a_new_version():
    assert {dpa.VERSION: dpa.fingerprint(TEXT)} == {
        "2026-11-26": "5bb7f264d0d047c334497458923f2e46ec5e48d3a831b8f0a4249e8e7d3b44b6"
    }


def test_no_template_names_the_company_or_its_addresses_but_by_the_facts():
    pages = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "templates").rglob("*.txt")]
    own = re.compile(r"Hetk Technologies|OÜ|@hetk\.io")
    assert len(pages) > 100
    assert [str(page) for page in pages if own.search(page.read_text())] == []
