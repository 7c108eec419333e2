"""Housekeeping: asked once by mail, tried again when the mail failed, retention, silence, the timetable."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import Schedule

from sync import pairs, schedule, tasks
from sync.models import Activity, Brake, Calendar, Run, Watch
from tests.engine.world import World


@pytest.fixture
def held(world: World) -> Brake:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    ids = [world.event(home, f"Secret {n}", hours=24 + n) for n in range(4)]
    world.pair(home, work)
    for event_id in ids:
        world.cloud.delete(home.remote_id, event_id)
    world.sync()
    return Brake.objects.get()


def test_a_person_is_asked_once_about_held_deletions(world, held):
    assert tasks.ask_about_brakes() == 1
    assert tasks.ask_about_brakes() == 0
    (sent,) = mail.outbox
    assert sent.to == [world.user.email]
    assert str(held.flow.pair.public_id) in sent.body
    assert "Secret" not in f"{sent.subject} {sent.body}"


def test_a_decision_made_before_the_mail_is_not_asked_for(world, held):
    pairs.decide(brake=held, decision=Brake.Decision.RESTORE, by=world.user)
    assert tasks.ask_about_brakes() == 0
    assert mail.outbox == []


def test_a_mail_that_failed_is_tried_again(world, held, monkeypatch):
    def down(*_: object, **__: object) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMultiAlternatives.send", down)
        assert tasks.ask_about_brakes() == 0
    assert Brake.objects.get().asked_at is None
    assert tasks.ask_about_brakes() == 1
    assert len(mail.outbox) == 1


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("moment", ["before the mail left", "after the mail left"])
def test_a_process_that_dies_while_it_asks_never_mails_twice(world, held, monkeypatch, moment):
    """What it did stands on record before the mail leaves; the question itself waits on the page all the same."""
    send = mail.EmailMultiAlternatives.send

    def dies(message: mail.EmailMultiAlternatives, *_: object) -> int:
        if moment == "after the mail left":
            send(message)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMultiAlternatives.send", dies)
        with pytest.raises(Killed):
            tasks.ask_about_brakes()
    before = len(mail.outbox)
    tasks.ask_about_brakes()
    assert len(mail.outbox) == before == int(moment == "after the mail left")
    assert Brake.objects.get().decided_at is None


def test_two_who_ask_at_once_mail_once(world, held, monkeypatch):
    """The second of them found the question unasked as well, and comes a moment later."""
    both = list(Brake.objects.filter(asked_at=None))
    assert [tasks._ask(brake) for brake in [*both, *both]] == [True, False]
    assert len(mail.outbox) == 1


def test_a_watch_that_wants_renewing_makes_its_calendar_due(world, held):
    Calendar.objects.update(due_at=None)
    assert tasks.renew_watches() == 0
    late = Watch.objects.exclude(remote_id="").first()
    assert late is not None
    Watch.objects.filter(pk=late.pk).update(renew_at=world.now)
    assert tasks.renew_watches() == 1
    assert [c.pk for c in Calendar.objects.exclude(due_at=None)] == [late.calendar_id]


def test_a_calendar_in_use_that_nobody_looks_at_is_made_due(world, held):
    Calendar.objects.update(due_at=None)
    assert tasks.look_for_silence() == 0
    world.wait(seconds=tasks.SILENT.total_seconds() + 1)
    unused = world.calendar("alice@third.example")
    Calendar.objects.filter(pk=unused.pk).update(checked_at=world.now - timedelta(days=9))
    assert tasks.look_for_silence() == 2
    unused.refresh_from_db()
    assert unused.due_at is None


def test_silence_of_a_halted_account_is_expected(world, held):
    Calendar.objects.update(due_at=None)
    world.wait(days=1)
    for calendar in Calendar.objects.select_related("connection"):
        type(calendar.connection).objects.update(halted_at=timezone.now())
    assert tasks.look_for_silence() == 0


def test_what_is_older_than_promised_goes_and_the_rest_stays(world, held):
    calendar, flow = held.flow.source, held.flow
    Run.objects.all().delete()
    Activity.objects.all().delete()
    for days in (29, 31):
        at = world.now - timedelta(days=days)
        Run.objects.create(calendar=calendar, started_at=at, finished_at=at)
    for days in (364, 366):
        Activity.objects.create(pair=flow.pair, flow=flow, at=world.now - timedelta(days=days), act="created")
    assert tasks.forget_old_rows() == 2
    assert (Run.objects.count(), Activity.objects.count()) == (1, 1)


def test_the_timetable_names_tasks_that_exist_and_replaces_what_was_stored(db):
    Schedule.objects.create(name="forgotten", func="sync.tasks.nothing")
    for _ in range(2):
        schedule.install()
    assert sorted(Schedule.objects.values_list("name", flat=True)) == sorted(e.name for e in schedule.TIMETABLE)
    assert all(callable(import_string(entry.task)) and entry.why for entry in schedule.TIMETABLE)
