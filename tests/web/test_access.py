"""Who reaches what, and by which verb."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, reverse

from sync.models import Brake, Pair
from sync.urls import urlpatterns
from tests.web.household import audited

GET_ONLY = {
    "home",
    "styleguide",
    "dashboard",
    "activity",
    "explain",
    "pair",
    "ending",
    "pair_activity",
    "verifications",
    "attestation",
    "attestation_keys",
}
POST_ONLY = {"refresh_calendars", "new_cancel", "picture", "pause", "resume", "sync_now", "decide", "verify"}
BOTH = {"settings", "new_pair", "new_looks", "new_review", "edit", "edit_review", "end", "replace_feed"}
PUBLIC = {"home", "styleguide", "attestation_keys"}
OF_A_PAIR = [p.name for p in urlpatterns if isinstance(p, URLPattern) and "public_id" in str(p.pattern)]


def address(name, pair, brake=None):
    if name == "decide":
        return reverse(name, args=(pair.public_id, brake.pk if brake else 1))
    if name == "attestation":
        return reverse(name, args=(pair.public_id, audited(pair).public_id))
    return reverse(name, args=(pair.public_id,)) if name in OF_A_PAIR else reverse(name)


def test_every_address_is_sorted_into_one_of_the_three_kinds():
    assert {p.name for p in urlpatterns} == GET_ONLY | POST_ONLY | BOTH


@pytest.mark.parametrize("name", OF_A_PAIR)
def test_a_stranger_finds_nothing_at_the_addresses_of_a_pair(alice, charlie, browser_of, name):
    pair = alice.pair()
    brake = alice.brake(pair)
    client = browser_of(charlie)
    verb = client.post if name in POST_ONLY else client.get
    assert verb(address(name, pair, brake)).status_code == 404
    assert client.post(address(name, pair, brake), {"copies": "keep", "decision": "release"}).status_code in {404, 405}
    assert Pair.objects.get().paused_at is None
    assert Brake.objects.get().decided_at is None


@pytest.mark.parametrize("name", sorted((GET_ONLY | BOTH | POST_ONLY) - PUBLIC))
def test_who_is_not_signed_in_is_asked_to(alice, client, name):
    pair = alice.pair()
    answer = client.post(address(name, pair)) if name in POST_ONLY else client.get(address(name, pair))
    assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("account_login"))


@pytest.mark.parametrize("name", sorted(POST_ONLY))
def test_a_verb_is_never_carried_out_by_get(alice, browser, name):
    pair = alice.pair()
    brake = alice.brake(pair)
    assert browser.get(address(name, pair, brake)).status_code == 405


@pytest.mark.parametrize("name", sorted(GET_ONLY | BOTH))
def test_get_changes_no_row(alice, browser, name):
    pair = alice.pair()
    alice.brake(pair)
    where = address(name, pair)
    with CaptureQueriesContext(connection) as queries:
        browser.get(where)
    # A page that asks a provider takes a seat and may renew its access on the way; what people made stays as it is.
    kept = re.compile(r'(INSERT INTO|UPDATE|DELETE FROM) "(sync_(?!seat)|accounts_user|account_)')
    assert [q["sql"] for q in queries if kept.match(q["sql"])] == []


@pytest.mark.parametrize("name", sorted(POST_ONLY | BOTH))
def test_every_post_needs_its_csrf_token(alice, browser_of, name):
    pair = alice.pair()
    brake = alice.brake(pair)
    client: Client = browser_of(alice, strict=True)
    answer = client.post(address(name, pair, brake), {"copies": "keep", "decision": "release"})
    assert answer.status_code == 403
    assert b"open too long" in answer.content
    assert Pair.objects.filter(ending_at=None, paused_at=None).count() == 1
