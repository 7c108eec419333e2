"""The security history: people see what was done for their account, nobody else's, and can check it themselves."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts import audit
from accounts.audit import Act
from accounts.history import WORDS
from accounts.models import Chain
from tests.factories import PASSWORD

PAGE, FILE = "/activity/security/", "/activity/security/audit.json"


def test_a_sign_in_a_refused_one_and_a_sign_out_are_told_with_their_network(alice):
    client = Client()
    for password in ("wrong", PASSWORD):
        client.post("/accounts/login/", {"login": alice.user.email, "password": password}, REMOTE_ADDR="203.0.113.9")
    client.post("/accounts/logout/", REMOTE_ADDR="203.0.113.9")
    found = [(entry.act, audit.personal_of(entry)["network"]) for entry in audit.entries_of(alice.user)]
    assert found == [(act, "203.0.113.0/24") for act in (Act.SIGN_IN_REFUSED, Act.SIGNED_IN, Act.SIGNED_OUT)]
    assert next(e.facts for e in audit.entries_of(alice.user) if e.act == Act.SIGNED_IN) == {"how": "password"}


def test_a_refused_sign_in_of_nobody_is_told_to_nobody(db):
    assert Client().post("/accounts/login/", {"login": "nobody@hetk.example", "password": "x"}).status_code == 200
    assert not Chain.objects.exists()


def test_the_page_shows_the_persons_own_entries_and_writes_only_when_asked(alice, charlie, browser):
    audit.record(alice.user, Act.CONNECTED, facts={"kind": "google"}, personal={"address": "alice@gmail.example"})
    audit.record(alice.user, Act.WROTE, facts={"acts": {"created": 3}})
    audit.record(charlie.user, Act.CONNECTED, personal={"address": "charlie@gmail.example"})
    html = browser.get(PAGE).content.decode()
    assert "Connected an account" in html
    assert "Google, alice@gmail.example" in html
    assert "charlie" not in html
    assert "Wrote to a calendar" not in html
    assert "3 created" in browser.get(f"{PAGE}?show=all").content.decode()


def test_times_are_told_in_the_persons_own_zone(alice, browser):
    audit.record(alice.user, Act.SIGNED_IN, at=datetime(2026, 11, 24, 22, 30, tzinfo=UTC))
    assert "Wed 25 Nov, 00:30" in browser.get(PAGE).content.decode()


def test_older_entries_are_a_page_further(alice, browser):
    for number in range(60):
        audit.record(alice.user, Act.SIGNED_IN, facts={"how": f"way {number}."})
    first = browser.get(PAGE)
    assert "way 59." in first.content.decode()
    assert "way 9." not in first.content.decode()
    assert "way 9." in browser.get(f"{PAGE}?before={first.context['following']}").content.decode()


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "0"])
def test_a_number_that_no_entry_has_is_no_error(alice, browser, before):
    assert browser.get(f"{PAGE}?before={before}").status_code == 200


def test_the_downloaded_file_can_be_checked_by_anybody_as_it_says(alice, browser):
    for personal in ({}, {"network": "203.0.113.0/24"}, {}):
        audit.record(alice.user, Act.SIGNED_IN, personal=personal)
    paper = json.loads(b"".join(browser.get(FILE).streaming_content))
    before = ""
    for entry in paper["entries"]:
        told = {name: value for name, value in entry.items() if name not in {"personal", "hash"}}
        assert told["before"] == before
        text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        before = hashlib.sha256(text.encode()).hexdigest()
        assert entry["hash"] == before
    assert (paper["count"], paper["head"]) == (3, before)
    assert paper["entries"][1]["personal"] == {"network": "203.0.113.0/24"}


def test_who_has_no_entries_yet_gets_an_empty_page_and_file(alice, browser):
    assert "Nothing to show" in browser.get(PAGE).content.decode()
    assert json.loads(b"".join(browser.get(FILE).streaming_content))["entries"] == []


def test_every_act_has_words():
    assert set(WORDS) == set(Act)
