"""The commands of the app, as somebody types them."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django_q.models import Schedule

from sync import pairs
from sync.models import Link, Pair
from sync.schedule import TIMETABLE
from tests.engine.world import OPEN, World
from tests.web.routes import rows


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_explain_says_of_each_event_whether_it_is_copied_and_why_and_nothing_of_its_content(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.event(home, "Doctor")
    world.event(home, "Far away", hours=24 * 370)
    pair = world.pair(home, work)
    heading, *lines = run("explain", str(pair.public_id)).splitlines()
    assert heading == f"{home} to {work}, read {world.now:%Y-%m-%d %H:%M:%S} UTC"
    said = [line.split("  ", 1)[1].split("; ") for line in lines]
    assert said[0] == [
        "Copied to the other calendar: it is new in the original calendar",
        f"written {world.now:%Y-%m-%d %H:%M:%S} UTC",
    ]
    assert said[1][0] == "Not copied to the other calendar: it lies outside the time that is kept in step"
    assert said[1][1].startswith("due ")
    assert "Doctor" not in "".join(lines)
    day = Link.objects.order_by("starts_at")[0].starts_at.date().isoformat()
    assert run("explain", str(pair.public_id), "--day", day).splitlines() == [heading, lines[0]]
    # A calendar's own id leads to every direction out of it.
    assert run("explain", str(home.public_id)).splitlines() == [heading, *lines]
    assert run("explain", str(work.public_id)) == ""


def test_explain_tells_what_stands_in_the_way_and_what_is_not_agreed(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.event(home, "Doctor")
    pair = world.pair(home, work)
    pairs.pause(pair=pair)
    Link.objects.update(origin_seen="newer", attempts=2)
    heading, line = run("explain", str(pair.public_id)).splitlines()
    assert heading.endswith("This sync is paused: nothing is copied until you resume it.")
    assert "versions seen are not agreed yet; attempts: 2" in line


def test_explain_plans_from_what_stands_there_now_and_writes_nothing(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    event = world.event(home, "Doctor")
    pair = world.pair(home, work, OPEN, OPEN)
    world.cloud.edit(home.remote_id, event, title="Dentist")
    world.event(home, "New", hours=30)
    before = rows()
    world.forget_calls()
    _, changed, new, _ = run("explain", str(pair.public_id), "--plan").splitlines()
    assert changed.endswith("next: update copy (title): the original changed")
    assert new.endswith(
        "Not looked at yet for the other calendar; versions seen are not agreed yet; next: create: it is new in the original calendar"
    )
    assert world.writes() == []
    assert rows() == before
    world.cloud.signed_out.add("alice@work.example")
    with pytest.raises(CommandError, match="cannot be planned now"):
        run("explain", str(pair.public_id), "--plan")


@pytest.mark.parametrize("wrong", ["no-such-pair", "00000000-0000-0000-0000-000000000000"])
def test_explain_of_an_id_that_is_not_there_says_so(world: World, wrong: str) -> None:
    with pytest.raises(CommandError, match=r"no id of a pair|There is no pair or calendar"):
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
