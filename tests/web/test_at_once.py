"""Two browsers, two clicks, and people who leave in the middle of things."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Connection, User
from sync.draft import KEY
from sync.models import Activity, Brake, Calendar, Flow, Link, Pair, Run
from tests.web.household import Household, act
from tests.web.test_isolation import SAID

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice(transactional_db: None) -> Household:
    return Household("alice", "alice-northwind", "alice-gmail")


def at_once(*calls: Any) -> list[Any]:
    """All of them start together, each in a thread of its own; what they gave back."""
    ready, found = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number: int, call: Any) -> None:
        ready.wait(5)
        try:
            found[number] = call()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


def browser_of(who: Household) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(who.user)
    return client


def with_draft(who: Household, *, turned: bool = False) -> Client:
    client = browser_of(who)
    sides = (who.home, who.work) if turned else (who.work, who.home)
    session = client.session
    session[KEY] = {"first": str(sides[0].public_id), "second": str(sides[1].public_id), "two_way": True}
    session.save()
    return client


@pytest.mark.parametrize("turned", [False, True], ids=["the same", "turned round"])
def test_the_same_pair_started_in_two_browsers_is_one_pair_and_one_refusal(alice, turned):
    browsers = [with_draft(alice), with_draft(alice, turned=turned)]
    answers = at_once(*[lambda b=b: b.post(reverse("new_review")) for b in browsers])
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    refusal = next(answer for answer in answers if answer.status_code == 409).content.decode()
    assert "kept in step already" in refusal
    assert (Pair.objects.count(), Flow.objects.count()) == (1, 2)


def test_start_pressed_five_times_in_one_browser_is_one_pair(alice):
    client = with_draft(alice)
    cookie = client.cookies["session"].value

    def press() -> Any:
        own = Client(raise_request_exception=False)
        own.cookies["session"] = cookie
        return own.post(reverse("new_review"))

    assert {answer.status_code for answer in at_once(*[press] * 5)} <= {302, 409}
    assert (Pair.objects.count(), Flow.objects.count()) == (1, 2)


@pytest.mark.parametrize("second", ["end", "edit", "pause", "resume", "sync_now"])
def test_two_words_about_one_pair_at_once_are_both_answered(alice, second):
    pair = alice.pair()
    said, browsers = {**SAID, "copies": "remove"}, {name: browser_of(alice) for name in ("end", second)}
    if second == "end":
        browsers["end again"] = browser_of(alice)

    def post(name: str) -> Any:
        return browsers[name].post(reverse(name.split(maxsplit=1)[0], args=(pair.public_id,)), said)

    answers = at_once(*[lambda name=name: post(name) for name in browsers])
    assert {answer.status_code for answer in answers} <= {302, 404, 409}
    assert Pair.objects.exclude(ending_at=None).exists()


def test_an_account_that_is_in_use_is_not_disconnected_and_says_why(alice):
    pair = alice.pair()
    answer = browser_of(alice).post(reverse("disconnect", args=(alice.google.public_id,)))
    assert answer.status_code == 409
    assert str(pair.public_id) in answer.content.decode()
    assert Connection.objects.get(pk=alice.google.pk).grant


def test_an_account_that_comes_into_use_while_it_is_disconnected_stays_and_asks_to_sign_in(alice, monkeypatch):
    def start_meanwhile(_: Connection) -> None:
        alice.pair()

    monkeypatch.setattr("accounts.oauth.revoke", start_meanwhile)
    answer = browser_of(alice).post(reverse("disconnect", args=(alice.google.public_id,)))
    assert answer.status_code == 409
    assert Pair.objects.exists()
    assert Connection.objects.get(pk=alice.google.pk).halted


def test_a_person_with_everything_leaves_without_a_trace(alice):
    charlie = Household("charlie", "charlie-northwind", "charlie-gmail")
    theirs = charlie.pair()
    pair = alice.pair()
    alice.brake(pair)
    act(pair)
    Pair.objects.filter(pk=pair.pk).update(ending_at="2026-01-01T00:00Z")
    User.objects.get(pk=alice.user.pk).delete()
    assert list(User.objects.all()) == [charlie.user]
    assert list(Pair.objects.all()) == [theirs]
    assert {row.user_id for row in Connection.objects.all()} == {charlie.user.pk}
    assert {row.connection.user_id for row in Calendar.objects.select_related("connection")} == {charlie.user.pk}
    assert {row.flow.pair_id for row in Link.objects.select_related("flow")} == {theirs.pk}
    assert not any(model.objects.exists() for model in (Brake, Activity, Run))
