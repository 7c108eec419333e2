"""The watch at the end of each test finds what it is told to find, in each of its places, and nothing where nothing is."""

import logging

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts import vault
from policy.models import Domain
from tests import canaries

pytestmark = pytest.mark.django_db
WORD = "qkanarix-that-stands-nowhere-else"


def found():
    """The places; forgotten afterwards, so that the watch does not fail the test that planted them."""
    told = {told.partition(" tells ")[0] for told in canaries.found(canaries.everywhere())}
    canaries.held.forget()
    return told


def in_a_session():
    session = Client().session
    session["said"] = WORD
    session.save()


def beside_an_error():
    try:
        raise RuntimeError("quoted")
    except RuntimeError:
        logging.getLogger("sync").exception("Something about %s.", WORD)


PLACES = {
    "the log": lambda: logging.getLogger("sync.engine").info("A line about %s.", WORD),
    "the log, beside an error": beside_an_error,
    "a mail": lambda: mail.send_mail("Hello", f"About {WORD}.", None, ["alice@hetk.example"]),
    "the cache": lambda: cache.set("key", {"said": WORD}),
    "a row of policy_domain": lambda: Domain.objects.create(name="example.com", text=WORD),
    "a session": in_a_session,
}


@pytest.mark.parametrize("note", [canaries.secret, canaries.content], ids=["secret", "content"])
@pytest.mark.parametrize("place", PLACES)
def test_what_is_left_behind_is_found_where_it_is(place, note):
    note(WORD)
    assert found() == set()
    note(WORD)

    PLACES[place]()

    assert found() == {place.partition(",")[0]}


@pytest.mark.parametrize(
    ("note", "address", "status", "finds"),
    [
        (canaries.secret, "/sync/", 200, True),
        (canaries.content, "/sync/", 200, False),
        (canaries.content, "/sync/", 500, True),
        (canaries.content, "/admin/", 200, True),
    ],
)
def test_a_page_may_show_a_person_their_events_and_nobody_a_secret(note, address, status, finds, monkeypatch):
    note(WORD)
    monkeypatch.setattr(canaries, "_desk", lambda: "/admin/")
    canaries.held.pages.append((address, status, f"<p>{WORD}</p>".encode()))
    assert found() == ({f"the page {address}"} if finds else set())


def test_pages_are_kept_as_they_were_sent(client):
    client.get("/accounts/login/?next=/x/")
    (address, status, body) = canaries.held.pages[-1]
    assert (address, status) == ("/accounts/login/", 200)
    assert b"<html" in body


def test_what_the_vault_seals_for_an_account_is_a_canary_and_a_password_alone_of_what_goes_with_it():
    assert not canaries.held.secrets
    vault.seal("token-1234567890", bound_to="connection:1:access")
    vault.seal(
        '{"user": "alice@icloud.example", "password": "abcd-efgh-ijkl-mnop", "url": "https://x"}',
        bound_to="connection:1:grant",
    )
    vault.seal("alice@hetk.example", bound_to="deletion:1:notify")
    assert canaries.held.secrets == {"token-1234567890", "abcd-efgh-ijkl-mnop"}


def test_short_words_that_stand_anywhere_are_none():
    canaries.secret("short")
    canaries.content("Lunch", None, 7)
    assert not canaries.held.secrets | canaries.held.content
