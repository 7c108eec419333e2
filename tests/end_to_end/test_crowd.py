"""Two workers as processes of their own on one SQLite file: nobody is told that the database is locked, and everybody settles."""

import signal
import subprocess
import sys

from sync import calendars, pairs
from sync.models import Calendar, Flow, Link, Run
from tests.end_to_end.scene import PRIVATE, Scene
from tests.environment import VAR_DIR
from tests.factories import connect, make_user
from tests.outside import ROOT
from tests.processes import environment, wait_for

PAIRS = 40
EVENTS = 3
PEOPLE = ("alice-northwind", "alice-gmail")


def household(scene: Scene, number: int) -> tuple[Calendar, Calendar]:
    """One more person, connected to the same two accounts."""
    user = make_user(f"person{number}")
    sides = []
    for person in PEOPLE:
        found = calendars.refresh(connect(scene.sandbox, user, person))
        sides.append(next(calendar for calendar in found if calendar.primary))
    return sides[0], sides[1]


def test_two_workers_on_one_file_settle_forty_pairs(scene: Scene) -> None:
    households = [household(scene, number) for number in range(PAIRS)]
    scene.people = {side.connection_id: person for side, person in zip(households[0], PEOPLE, strict=True)}
    for number in range(EVENTS):
        scene.create(households[0][0], f"Event {number}", hours=24 + number)
    for first, second in households:
        pairs.create(user=first.connection.user, first=first, second=second, out=PRIVATE, back=None)
    logs = [VAR_DIR / f"worker-{number}.log" for number in (1, 2)]
    workers = []
    for log in logs:
        with log.open("w") as errors:
            command = [sys.executable, "manage.py", "worker", "--threads", "8"]
            workers.append(
                subprocess.Popen(command, cwd=ROOT, env=environment(scene.sandbox), stderr=errors, stdout=errors)
            )
    try:
        assert wait_for(lambda: Flow.objects.filter(settled_at=None).count() == 0, 90), Flow.objects.filter(
            settled_at=None
        ).count()
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        assert [worker.wait(30) for worker in workers] == [0, 0]
    said = "\n".join(log.read_text() for log in logs)
    assert "locked" not in said
    assert "Traceback" not in said
    # A cloud on a busy machine may be late once; nothing of ours may go wrong, and nothing stays so.
    assert not Run.objects.filter(trouble__startswith="internal error").exists()
    assert not Calendar.objects.exclude(trouble="").exists()
    # Whoever asked for it, an event has one copy in one calendar.
    assert Link.objects.filter(state=Link.State.LIVE).count() == PAIRS * EVENTS
    assert scene.titles(households[0][1]) == ["Busy"] * EVENTS
