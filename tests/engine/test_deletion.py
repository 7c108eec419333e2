"""The end of an account: copies as chosen, watches and grants, every row, and a chain that still holds and names nobody."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client

from accounts import audit
from accounts.audit import Act
from accounts.models import Chain, Connection, Deletion, User
from accounts.oauth.errors import TryLater
from sync import deletion
from sync.models import Pair, Watch
from tests.engine.world import World
from tests.factories import make_user

pytestmark = pytest.mark.django_db
# Rows that `docs/data.md` says stay, and what is nobody's.
STAYS = {"accounts.Chain", "accounts.ChainEntry", "accounts.Deletion", "policy.Domain"}


@pytest.fixture
def pair(world: World) -> Pair:
    """Four events are copied from one calendar to the other."""
    work, home = world.calendar("work@northwind.example"), world.calendar("home@gmail.example")
    for number in range(4):
        world.event(work, f"event {number}", hours=24 + number)
    return world.pair(work, home)


def ask(world: World, copies: str = "remove") -> Deletion:
    return deletion.ask(world.user, copies=copies, now=world.now, whence={"network": "203.0.113.0/24"})


def go_on(world: World, rounds: int = 6) -> None:
    """As the timetable and the worker do, in turns."""
    for _ in range(rounds):
        deletion.go_on(lambda: world.now)
        world.work()
        world.wait(minutes=6)


def rows() -> Iterator[tuple[str, str]]:
    for model in apps.get_models():
        yield from ((model._meta.label, str(row)) for row in model._default_manager.values())


def test_nothing_that_stays_names_the_person_and_no_row_but_those_told_of_is_left(world, pair):
    other = make_user("bob")
    audit.record(other, Act.SIGNED_IN)
    client = Client()
    client.force_login(world.user)
    before = {(label, text) for label, text in rows()}
    assert any(label == "sync.Link" for label, _ in before)
    user, names = world.user.pk, ["alice", "work@northwind", "home@gmail", "203.0.113"]
    ask(world)
    go_on(world)
    left = [(label, text) for label, text in rows() if label not in STAYS and (label, text) not in before]
    assert left == []
    assert [text for _, text in rows() for name in names if name in text] == []
    assert not re.search(rf"'\w*user\w*': {user}\b", str(list(rows())))
    assert not any(s.get_decoded().get("_auth_user_id") == str(user) for s in Session.objects.all())
    assert set(User.objects.values_list("email", flat=True)) == {other.email}


def test_the_copies_are_removed_and_the_calendars_are_as_before(world, pair):
    assert len(world.copies(pair.second)) == 4
    ask(world)
    go_on(world)
    assert world.copies(pair.second) == []
    assert len(world.events(pair.first)) == 4
    row = Deletion.objects.get()
    assert (row.total, row.left, row.finished_at is not None) == (4, 0, True)


def test_the_copies_stay_when_that_is_asked_for_and_nothing_is_written(world, pair):
    world.forget_calls()
    ask(world, "leave")
    go_on(world)
    assert world.writes() == []
    assert len(world.events(pair.second)) == 4
    assert Deletion.objects.get().finished_at is not None


def test_the_account_goes_only_after_its_copies(world, pair):
    ask(world)
    deletion.go_on(lambda: world.now)
    assert User.objects.filter(pk=world.user.pk).exists()
    assert Pair.objects.get().ending_at is not None
    assert Deletion.objects.get().finished_at is None


def test_nobody_signs_in_once_it_has_begun(world, pair):
    client = Client()
    client.force_login(world.user)
    assert client.get("/activity/").status_code == 200
    ask(world)
    assert client.get("/activity/").status_code == 302


def test_the_chain_stays_whole_without_its_key_and_has_the_last_word(world, pair):
    ask(world)
    go_on(world)
    chain = Chain.objects.get()
    assert (chain.user, chain.key) == (None, "")
    assert audit.verify(chain) is None
    entries = list(chain.entries.order_by("number"))
    assert [entry.act for entry in entries][-1] == Act.DELETED
    assert any(entry.sealed for entry in entries)
    assert [audit.personal_of(entry) for entry in entries if audit.personal_of(entry)] == []


def test_watches_stop_at_the_provider(world, pair):
    assert Watch.objects.exists()
    world.forget_calls()
    ask(world)
    go_on(world)
    assert not Watch.objects.exists()
    assert "unwatch" in {call.name for call in world.cloud.calls}


PLACES = ["sync.pairs.end", "sync.deletion._stop_watches", "accounts.oauth.revoke", "sync.deletion._forget_sessions"]


@pytest.mark.parametrize("place", [*PLACES, "accounts.audit.extend", "accounts.emails.deletion"])
def test_a_crash_at_any_step_costs_a_repetition_and_nothing_else(world, pair, monkeypatch, place):
    class Crash(Exception):
        pass

    def dies(*_: Any, **__: Any) -> None:
        raise Crash

    ask(world)
    with monkeypatch.context() as patch:
        patch.setattr(place, dies)
        go_on(world, 4)
    row = Deletion.objects.get()
    assert row.finished_at is None or row.notify
    go_on(world)
    row.refresh_from_db()
    assert row.finished_at is not None
    assert row.notify == ""
    assert world.copies(pair.second) == []
    assert not User.objects.exists()
    assert audit.verify(Chain.objects.get()) is None
    assert [m.subject for m in mail.outbox].count("Your Hetk account is deleted") == 1


def test_an_account_whose_access_has_ended_keeps_its_copies_and_they_are_counted(world, pair):
    Connection.objects.filter(pk=pair.second.connection_id).update(halted_at=world.now, halt_cause="revoked")
    ask(world)
    go_on(world)
    row = Deletion.objects.get()
    assert (row.total, row.left) == (4, 4)
    assert "4 of 4 copies could not be removed" in str(mail.outbox[-1].body)


def test_a_provider_that_does_not_answer_is_waited_for_but_not_for_ever(world, pair, monkeypatch):
    def down(_: Connection) -> None:
        raise TryLater("down")

    monkeypatch.setattr("accounts.oauth.revoke", down)
    ask(world)
    go_on(world)
    assert User.objects.exists()
    world.wait(days=3)
    go_on(world)
    assert not User.objects.exists()
    assert {account["end"] for account in Deletion.objects.get().accounts} == {"unreached"}


def test_asking_twice_begins_once(world, pair):
    first, second = ask(world), ask(world, "leave")
    assert (first.pk, first.copies) == (second.pk, second.copies)


def test_others_steps_are_taken_before_anything_goes(world, pair, settings):
    settings.ACCOUNT_DELETION_STEPS = ["tests.engine.test_deletion.note"]
    ask(world)
    go_on(world)
    assert SEEN[0] == (world.user.pk, True)
    assert {number for number, _ in SEEN} == {world.user.pk}


SEEN: list[tuple[int, bool]] = []


def note(user: User) -> None:
    assert User.objects.filter(pk=user.pk).exists()
    SEEN.append((user.pk, Pair.objects.filter(user=user, ending_at=None).exists()))
