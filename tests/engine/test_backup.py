"""An hour-old backup, made and put back by the commands that an operator calls, in a real file and on a real server: nothing is lost, nothing doubled."""

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import User
from hetk import backup
from sync import pairs
from sync.condition import findings
from sync.core.event import Answer
from sync.measurements import measure
from sync.models import Flow, Link, Pair
from sync.providers.memory import LIKE_MICROSOFT
from sync.store import heartbeats
from tests.engine.arena import START
from tests.engine.stage import Ids, Stage, furnish
from tests.engine.world import OPEN, PRIVATE, World
from tests.environment import ON_POSTGRES
from tests.factories import make_user

# A backup is one of what was committed.
pytestmark = pytest.mark.django_db(transaction=True)
Known = tuple[Stage, Ids]


# Where a server costs more than it shows, the file stands for both.
ONE = ["server" if ON_POSTGRES else "file"]
on_both = pytest.mark.parametrize("known", ["server"] if ON_POSTGRES else ["file", "server"], indirect=True)


@pytest.fixture(params=ONE)
def known(request: pytest.FixtureRequest) -> Iterator[Known]:
    """Two calendars in step, two-way and open, with names for what is in them."""
    if request.param == "server":
        request.getfixturevalue("postgres")
    with time_machine.travel(START, tick=False) as traveller:
        world = World(traveller)
        home, work = (world.calendar(f"alice@{side}.example", LIKE_MICROSOFT) for side in ("home", "work"))
        stage = Stage(world, home, work, LIKE_MICROSOFT)
        ids = furnish(stage)
        stage.pair(OPEN, OPEN)
        world.sync()
        yield stage, ids


def told(stage: Stage) -> list[list[tuple[object, ...]]]:
    """Content of both sides: their own events, and copies."""
    sides = [stage.world.events(side) for side in (stage.home, stage.work)]
    return [sorted(((bool(event.mark), event.content) for event in events), key=repr) for events in sides]


def an_hour_of_life(stage: Stage, ids: Ids) -> None:
    """An event comes, one is edited on either side, one goes, one is declined, and everything is carried over."""
    stage.add(stage.home, "New", 40)
    stage.edit(ids["Two"], title="Second")
    stage.edit_copy("Meeting", location="Terrace")
    stage.delete(ids["Three"])
    stage.edit(ids["One"], answer=Answer.DECLINED)
    stage.world.sync()
    stage.world.wait(hours=1)
    stage.world.sync()


@on_both
def test_an_hour_old_backup_brings_back_everything_and_doubles_nothing(known: Known, tmp_path: Path) -> None:
    stage, ids = known
    made = backup.take(tmp_path, timezone.now())
    links = Link.objects.count()
    an_hour_of_life(stage, ids)
    before, people = told(stage), list(User.objects.values_list("email", flat=True))
    make_user("somebody-since")
    # What makes copies look like edits of a person, to rows that know nothing of it.
    pairs.edit(pair=Pair.objects.get(), out=PRIVATE, back=PRIVATE)
    stage.world.settle()
    assert told(stage) != before
    call_command("restore", made, "--go-on", verbosity=0)
    assert Link.objects.count() == links
    assert list(User.objects.values_list("email", flat=True)) == people
    stage.world.settle()
    assert told(stage) == before
    stage.world.forget_calls()
    stage.world.settle()
    assert stage.world.writes() == []


def test_a_backup_is_one_file_that_nobody_else_reads_and_that_is_whole(known: Known, tmp_path: Path) -> None:
    call_command("backup", tmp_path / "kept", verbosity=0)
    (made,) = (tmp_path / "kept").iterdir()
    assert made.name.startswith("hetk-20260302T0900")
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.parent.stat().st_mode) == 0o700
    if made.suffix == ".sqlite3":
        with closing(sqlite3.connect(made)) as copy:
            assert copy.execute("SELECT COUNT(*) FROM sync_link").fetchone()[0] == Link.objects.count()


@on_both
def test_what_is_no_whole_backup_of_this_kind_changes_nothing(known: Known, tmp_path: Path) -> None:
    flows = list(Flow.objects.values_list("pk", flat=True))
    made = backup.take(tmp_path, timezone.now())
    cut, other, absent = tmp_path / "cut", tmp_path / "other", tmp_path / "absent"
    cut.write_bytes(made.read_bytes()[: made.stat().st_size // 2])
    other.write_bytes(b"-- a dump in plain text")
    for file in (cut, other, absent):
        with pytest.raises(CommandError, match="Nothing was restored"):
            call_command("restore", file, "--go-on", verbosity=0)
    assert list(Flow.objects.values_list("pk", flat=True)) == flows


def test_while_a_worker_lives_nothing_is_restored_unless_somebody_knows_better(known: Known, tmp_path: Path) -> None:
    made = backup.take(tmp_path, timezone.now())
    heartbeats.beat(f"{heartbeats.WORKER}here 1", timezone.now())
    with pytest.raises(CommandError, match="a worker gave a sign of life"):
        call_command("restore", made, "--pause", verbosity=0)
    assert heartbeats.last(heartbeats.WORKER)
    call_command("restore", made, "--pause", "--stopped", verbosity=0)
    assert heartbeats.last(heartbeats.WORKER) is None
    assert not Flow.objects.filter(pair__paused_at=None).exists()


def test_only_so_many_are_kept_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    stranger = tmp_path / "photographs.sqlite3"
    stranger.touch()
    made = [backup.take(tmp_path, now + timedelta(hours=hour)) for hour in range(4)]
    assert backup.thin_out(tmp_path, 2) == made[1::-1]
    assert set(tmp_path.iterdir()) == {stranger, *made[2:]}


def test_a_backup_that_fails_leaves_nothing_that_looks_like_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_dump" if connection.vendor == "postgresql" else "_copy_file", full)
    with pytest.raises(CommandError, match="There is no new backup"):
        call_command("backup", tmp_path, verbosity=0)
    assert list(tmp_path.iterdir()) == []
    assert heartbeats.last(heartbeats.BACKUP) is None


def test_when_the_newest_one_was_taken_stays_on_record_and_a_failure_changes_nothing_of_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, later = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 5, 9, tzinfo=UTC)
    backup.take(tmp_path, taken)
    monkeypatch.setattr(backup, "NAME", "no/such/folder-{}")
    with pytest.raises(OSError, match="No such file"):
        backup.take(tmp_path, later)
    heartbeats.forget(later)
    assert measure(later).backup_at == taken
    (finding,) = [one for one in findings(measure(later)) if "backup" in one.wrong]
    assert finding.wrong == "The newest backup is 3 days old."
