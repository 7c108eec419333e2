"""Every refusal says what happened, whether calendars are safe, and what to do."""

import re

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse

from accounts.models import Kind
from accounts.oauth.errors import Problem, SignInFailed
from accounts.views import problems
from hetk.limits import too_often
from sync.core.operation import Reason

SAFE = re.compile(r"calendars? (?:was|are|is) (?:touched|safe)|[Nn]o calendar was touched|[Yy]our calendars are safe")
TO_DO = re.compile(
    r"\b(?:[Tt]ry|[Ss]tart again|[Gg]o back|[Ll]oad|[Ss]ign in|send this link|[Ww]ait|[Cc]hoose|connect another|[Ll]ook|ask your IT)\b"
)
PAGES = ["400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html", "503_mail.html"]


def words(html: str) -> str:
    body = re.sub(r"(?s)<(head|script|style|header|footer|nav)\b.*?</\1>", " ", html)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def heading(html: str) -> str:
    found = re.search(r"(?s)<h1[^>]*>(.*?)</h1>", html)
    return words(found[1]) if found else ""


def says_all_three(html: str) -> None:
    text = words(html)
    assert heading(html), text
    assert SAFE.search(text), text
    assert TO_DO.search(text), text


@pytest.mark.parametrize("page", PAGES)
def test_an_error_page_says_what_happened_that_calendars_are_safe_and_what_to_do(db, page):
    says_all_three(render_to_string(page, request=_request()))


@pytest.mark.parametrize("page", PAGES)
def test_an_error_page_says_who_can_help_when_that_is_not_enough(db, page):
    html = render_to_string(page, request=_request())
    assert re.search(r'href="(?:mailto:[^"]+@|/contact/)', html) or "ends by itself" in words(html)


@pytest.mark.parametrize(("seconds", "wait"), [(60, "a minute"), (300, "5 minutes"), (3600, "an hour")])
def test_who_asked_too_often_is_told_the_same_wait_as_their_browser(db, seconds, wait):
    answer = too_often(_request(), seconds=seconds)
    assert f"Wait {wait}, then try once more" in words(answer.content.decode())
    assert answer.headers["Retry-After"] == str(seconds)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("problem", list(Problem))
def test_a_problem_with_an_account_says_all_three(db, problem, kind):
    answer = problems.page(_request(), kind, SignInFailed(problem, missing=("see your events",), code="42"))
    says_all_three(answer.content.decode())
    assert "42" not in heading(answer.content.decode())


def test_every_page_of_errors_is_asked_about_here():
    here = {path.name for path in (settings.BASE_DIR / "templates").glob("[45]*.html")}
    assert here == set(PAGES)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_a_clause_that_follows_a_colon(reason):
    said = reason.sentence
    assert said[0].islower()
    assert said[-1] not in ".!"
    assert "_" not in said


def _request():
    from django.contrib.auth.models import AnonymousUser
    from django.contrib.sessions.backends.db import SessionStore

    request = RequestFactory().get("/")
    request.user, request.session = AnonymousUser(), SessionStore()

    return request


def test_a_door_that_stays_shut_is_a_line_in_the_log_and_an_address_that_leads_nowhere_is_none(
    alice, charlie, browser_of, caplog
):
    address, client = reverse("pair", args=(alice.pair().public_id,)), browser_of(charlie)
    assert client.get(address).status_code == 404
    assert client.get("/nothing-here/").status_code == 404
    lines = [record.getMessage() for record in caplog.records if record.name == "hetk.refusals"]
    assert lines == [f"Refused: account {charlie.user.pk}, page pair, 404."]
