"""From an edit in one calendar to its copy in the other: notification, read, plan, write, all in real processes."""

import statistics
import time
from datetime import UTC, datetime, timedelta

from bench.stack import stack

EDITS = 100
EVENTS = 20
STEP = 0.01
PATIENCE = 30.0


def measure(source: str, target: str) -> list[float]:
    """Seconds from each of `EDITS` edits to its arrival. The sandbox itself waits 50-300 ms before it rings."""
    with stack() as outside:
        from sync.models import Calendar, Flow, Watch
        from sync.pairs import create
        from tests.end_to_end.scene import OPEN, Scene

        scene = Scene(outside)
        here, there = scene.account(source), scene.account(target)
        # Several events in turn: a copy written a hundred times a day would be taken for a loop.
        origins = [scene.create(here, f"Event {number}") for number in range(EVENTS)]
        create(user=scene.user, first=here, second=there, out=OPEN, back=OPEN)
        _until(lambda: Flow.objects.filter(settled_at=None).count() == 0)
        _until(lambda: Watch.objects.exclude(remote_id="").count() == 2)
        _until(lambda: not Calendar.objects.filter(due_at__lte=datetime.now(UTC)).exists())
        day = datetime.now(UTC) + timedelta(hours=24)
        span = {"start": day - timedelta(hours=3), "end": day + timedelta(hours=3)}
        taken = []
        for number in range(1, EDITS + 1):
            title = f"Edit {number}"
            began = time.perf_counter()
            scene.hand(here, "edit", id=origins[number % EVENTS], title=title)
            _until(lambda title=title: title in {e["title"] for e in _listed(scene.hand(there, "list", **span))})
            taken.append(time.perf_counter() - began)
        return taken


def _listed(answer: object) -> list[dict[str, str]]:
    return answer["events"] if isinstance(answer, dict) else answer  # type: ignore[return-value]


def _until(true: object) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():  # type: ignore[operator]
        if time.monotonic() > deadline:
            raise RuntimeError("it did not happen in time")
        time.sleep(STEP)


def report(source: str, target: str) -> None:
    taken = sorted(measure(source, target))
    median, late = statistics.median(taken), taken[int(len(taken) * 0.95) - 1]
    print(
        f"{source} -> {target}: {len(taken)} edits, median {median:.2f} s, 95 % {late:.2f} s, longest {taken[-1]:.2f} s"
    )


def main() -> None:
    import sys

    roads = [("alice-northwind", "alice-gmail"), ("alice-gmail", "alice-northwind")]
    for source, target in [tuple(sys.argv[1:3])] if len(sys.argv) > 2 else roads:
        report(source, target)


if __name__ == "__main__":
    main()
