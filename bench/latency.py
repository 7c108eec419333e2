"""From an edit in one calendar to its copy in the other: notification, read, plan, write, all in real processes."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bench.stack import stack

if TYPE_CHECKING:
    from sync.models import Calendar
    from tests.end_to_end.scene import Scene

EDITS = 100
# In turn: a copy written a hundred times a day would be taken for a loop.
EVENTS = 20
STEP = 0.01
PATIENCE = 30.0


def measure(scene: "Scene", here: "Calendar", there: "Calendar") -> list[float]:
    """Seconds from each of `EDITS` edits to its arrival. The sandbox itself waits 50-300 ms before it rings."""
    origins = [scene.create(here, f"{here.name} {number}") for number in range(EVENTS)]
    day = datetime.now(UTC) + timedelta(hours=24)
    span = {"start": day - timedelta(hours=3), "end": day + timedelta(hours=3)}

    def titles() -> set[str]:
        return {event["title"] for event in scene.hand(there, "list", **span)}

    until(lambda: {f"{here.name} {number}" for number in range(EVENTS)} <= titles())
    taken = []
    for number in range(EDITS):
        title = f"{here.name}, edit {number}"
        began = time.perf_counter()
        scene.hand(here, "edit", id=origins[number % EVENTS], title=title)
        until(lambda title=title: title in titles())  # type: ignore[misc]
        taken.append(time.perf_counter() - began)
    return taken


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise RuntimeError("it did not happen in time")
        time.sleep(STEP)


def report(source: str, target: str, taken: list[float]) -> None:
    median, late = statistics.median(taken), sorted(taken)[int(len(taken) * 0.95) - 1]
    print(
        f"{source} -> {target}: {len(taken)} edits, median {median:.2f} s, 95 % {late:.2f} s, longest {max(taken):.2f} s"
    )


def own_share() -> None:
    """What of it is ours: from the notification's arrival to the write, as the run rows say."""
    from sync.models import Run

    runs = Run.objects.filter(written__gt=0).values_list("delay_ms", flat=True)
    delays = sorted(delay for delay in runs if delay is not None)
    late = delays[int(len(delays) * 0.95) - 1]
    print(
        f"own share, notification to write: median {statistics.median(delays):.0f} ms, 95 % {late} ms, {len(delays)} runs"
    )


def main() -> None:
    with stack() as outside:
        from sync.models import Flow, Watch
        from sync.pairs import create
        from tests.end_to_end.scene import OPEN, Scene

        scene = Scene(outside)
        people = ("alice-northwind", "alice-gmail")
        here, there = (scene.account(person) for person in people)
        create(user=scene.user, first=here, second=there, out=OPEN, back=OPEN)
        until(lambda: not Flow.objects.filter(settled_at=None).exists())
        until(lambda: Watch.objects.exclude(remote_id="").count() == 2)
        report(people[0], people[1], measure(scene, here, there))
        report(people[1], people[0], measure(scene, there, here))
        own_share()


if __name__ == "__main__":
    main()
