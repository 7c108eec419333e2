"""The commands of the app, as somebody types them."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django_q.models import Schedule

from sync import pairs
from sync.models import Link, Pair
from sync.schedule import TIMETABLE
from tests.engine.world import World


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_explain_says_of_each_event_whether_it_is_copied_and_why_and_nothing_of_its_content(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.event(home, "Doctor")
    world.event(home, "Far away", hours=24 * 370)
    pair = world.pair(home, work)
    lines = run("explain", str(pair.public_id)).splitlines()
    assert [line.split("  ", 2)[2] for line in lines] == [
        "origin and copy exist: it is new in the original calendar",
        "observed, no copy: it lies outside the time that is kept in step",
    ]
    assert "Doctor" not in "".join(lines)
    day = Link.objects.order_by("starts_at")[0].starts_at.date().isoformat()
    assert run("explain", str(pair.public_id), "--day", day).splitlines() == lines[:1]


@pytest.mark.parametrize("wrong", ["no-such-pair", "00000000-0000-0000-0000-000000000000"])
def test_explain_of_a_pair_that_is_not_there_says_so(world: World, wrong: str) -> None:
    with pytest.raises(CommandError, match="There is no pair"):
        run("explain", wrong)


def test_a_day_that_is_none_is_refused_with_what_is_wanted(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    pair = world.pair(home, work)
    with pytest.raises(CommandError, match="YYYY-MM-DD"):
        run("explain", str(pair.public_id), "--day", "tomorrow")


def test_worker_once_works_off_what_is_due_and_leaves(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.pair(home, work)
    world.event(home)
    world.ring(home)
    assert run("worker", "--once").strip().endswith("cycles")
    assert len(world.events(work)) == 1


def test_the_timetable_is_stored_once_and_old_entries_go(world: World) -> None:
    Schedule.objects.create(name="of an earlier version", func="sync.tasks.gone")
    run("timetable")
    assert "ask about brakes" in run("timetable")
    assert set(Schedule.objects.values_list("name", flat=True)) == {entry.name for entry in TIMETABLE}
    assert Schedule.objects.count() == len(TIMETABLE)


def test_every_task_of_the_timetable_exists_and_runs(world: World) -> None:
    from django.utils.module_loading import import_string

    for entry in TIMETABLE:
        assert import_string(entry.task)() >= 0


def test_verify_asks_for_an_audit_and_tells_how_the_last_ones_ended(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.event(home, "Doctor")
    pair = world.pair(home, work)
    assert "asked for" in run("verify", str(pair.public_id))
    world.settle()
    told = run("verify", str(pair.public_id), "--look")
    assert told.splitlines()[0].endswith("UTC  0 differences")
    assert "asked for" not in told
    assert "Doctor" not in told


def test_verify_alone_names_the_pairs_that_had_no_audit_for_a_day(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    pair = world.pair(home, work)
    assert run("verify").splitlines() == ["0 pairs without a complete audit for a day"]
    Pair.objects.update(created_at=world.now - timedelta(hours=30))
    assert run("verify").splitlines()[0] == f"{pair.public_id}  never verified"
    pairs.pause(pair=pair)
    with pytest.raises(CommandError, match="paused"):
        run("verify", str(pair.public_id))
