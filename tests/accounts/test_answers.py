"""Every answer of the identity platform, through the sign-in itself: a page that tells what happened, who helps and what to do."""

import re

import pytest

from accounts.models import Connection
from accounts.oauth import codes
from accounts.oauth.errors import Problem
from sandbox.microsoft.identity_answers import BY_NUMBER
from tests.accounts.browser import answer

pytestmark = pytest.mark.django_db
SAFE = re.compile(
    r"no calendar was touched|Your calendars are safe|your calendars are safe|No calendar was touched", re.ASCII
)
ONE_OF_EACH = sorted({codes.problem(word, number): number for number, (word, _) in BY_NUMBER.items()}.values())


def assert_helps(page, number):
    """What a page must say, whatever happened; a number alone is no answer."""
    article = page[page.index('<article class="problem') : page.index("</article>")]
    heading = re.search(r"<h1>(.*?)</h1>", article, re.DOTALL)
    assert heading
    assert not re.search(r"\d{4}", heading[1])
    assert SAFE.search(article)
    for question in ("Who can help", "What you do", "What we do"):
        assert re.search(rf"<dt>{question}</dt>\s*<dd>\s*\w.+", article), question
    assert 'class="button"' in article
    assert f"AADSTS{number}" in article


@pytest.mark.parametrize("number", sorted(BY_NUMBER))
def test_each_number_can_be_looked_up(client, number):
    response = client.get("/connect/microsoft/errors/", {"number": f"AADSTS{number}"})

    assert response.status_code == 200
    assert_helps(response.content.decode(), number)


@pytest.mark.parametrize("number", ONE_OF_EACH)
def test_the_sign_in_itself_ends_on_the_page(sandbox, browser, number):
    response = browser.come_back(answer(browser.start("/connect/microsoft/"), "", "error", number=str(number)))

    problem = codes.BY_NUMBER[number]
    assert f"problem-{problem}" in response.content.decode()
    assert response.status_code == {Problem.EXPIRED: 400, Problem.DOWN: 503, Problem.OURS: 503}.get(problem, 200)
    assert not Connection.objects.exists()


def test_our_own_secret_never_blames_the_person(sandbox, browser):
    back = answer(browser.start("/connect/microsoft/"), "", "error", number="7000222")

    page = browser.come_back(back).content.decode()

    assert "on our side" in page
    assert "not your fault" in page
    assert "For your IT" not in page


def test_it_gets_what_it_needs_to_find_the_sign_in(sandbox, browser, settings):
    page = browser.come_back(answer(browser.start("/connect/microsoft/"), "", "error", number="53003")).content.decode()

    assert "AADSTS53003" in page
    assert settings.MICROSOFT_CLIENT_ID in page
    assert re.search(r"Correlation ID</dt><dd><code>[0-9a-f-]{36}<", page)


def test_what_microsoft_writes_is_not_repeated(sandbox, browser):
    state = re.search(r"state=([\w-]+)", browser.start("/connect/microsoft/"))
    assert state
    sentence = "AADSTS53003: <b>Call 555 to get help</b>"

    response = browser.get(
        "/connect/microsoft/callback/",
        {"state": state[1], "error": "<i>evil</i>", "error_description": sentence},
    )

    assert "555" not in response.content.decode()
    assert "<i>evil" not in response.content.decode()


@pytest.mark.parametrize("typed", ["", "hello", "AADSTS", "1", "AADSTS5300399999999"])
def test_a_number_that_is_none_is_said_to_be_none(client, typed):
    response = client.get("/connect/microsoft/errors/", {"number": typed})

    assert response.status_code == 400
    assert "problem-" not in response.content.decode()


def test_an_unknown_number_has_a_page_too(client):
    response = client.get("/connect/microsoft/errors/", {"number": "AADSTS123456"})

    assert_helps(response.content.decode(), 123456)


def test_an_account_without_a_mailbox_is_told_so_and_not_kept(sandbox, browser):
    sandbox.call("POST", "graph/limits", {"closed": ["bob-northwind"]})

    response = browser.through("/connect/microsoft/", "bob-northwind")

    assert "no calendar in Microsoft’s cloud" in response.content.decode()
    assert not Connection.objects.exists()


def test_a_mailbox_that_moved_away_leaves_the_connection_that_was(sandbox, browser):
    browser.through("/connect/microsoft/", "bob-northwind")
    sandbox.call("POST", "graph/limits", {"closed": ["bob-northwind"]})

    response = browser.through("/connect/microsoft/", "bob-northwind")

    assert "no calendar in Microsoft’s cloud" in response.content.decode()
    assert Connection.objects.get().calendars.exists()


def test_a_workspace_that_blocks_hetk_names_what_its_administrator_must_trust(sandbox, browser, settings):
    state = re.search(r"state=([\w-]+)", browser.start("/connect/google/"))
    assert state

    page = browser.get(
        "/connect/google/callback/", {"state": state[1], "error": "admin_policy_enforced"}
    ).content.decode()

    assert "wants an administrator to approve Hetk" in page
    assert settings.GOOGLE_CLIENT_ID in page
    assert "login.microsoftonline.com" not in page
