"""The first sync of many events, each way between both clouds: requests as the sandbox's log counts them, time, memory.

`python -m bench.first_sync --events 5000`. The events are the instances of daily series, the most a calendar holds of them.
"""

import argparse
import resource
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bench.stack import quiet_stack

if TYPE_CHECKING:
    from sync.models import Calendar
    from tests.end_to_end.scene import Scene

EVENTS = 5000
PATIENCE = 3600.0
# A series of a day each for eleven months lies inside the window as a whole.
DAYS = 330
SOURCES = {"Google": "alice-gmail", "Microsoft": "alice-northwind"}
# A target of its own for each: nothing stands there before.
TARGETS = {
    ("Google", "Google"): "alice-contoso",
    ("Google", "Microsoft"): "alice-outlook",
    ("Microsoft", "Google"): "bob-gmail",
    ("Microsoft", "Microsoft"): "bob-northwind",
}
WATCHING = ("/subscriptions", "/events/watch")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--source", choices=SOURCES, action="append")
    parser.add_argument("--target", choices=SOURCES, action="append")
    asked = parser.parse_args()
    with quiet_stack() as outside:
        from tests.end_to_end.scene import Scene

        scene = Scene(outside)
        for source in asked.source or SOURCES:
            here = scene.account(SOURCES[source])
            made = fill(scene, here, asked.events)
            for target in asked.target or SOURCES:
                report(scene, source, here, target, scene.account(TARGETS[source, target]), made)


def fill(scene: "Scene", calendar: "Calendar", events: int) -> int:
    made = 0
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    while made < events:
        days = min(DAYS, events - made)
        begin = start + timedelta(minutes=15 * (made // DAYS))
        scene.create(
            calendar,
            f"Series {made // DAYS}",
            start=begin,
            end=begin + timedelta(minutes=15),
            rrule=f"FREQ=DAILY;COUNT={days}",
        )
        made += days
    return made


def report(scene: "Scene", source: str, here: "Calendar", target: str, there: "Calendar", events: int) -> None:
    from sync.models import Link
    from sync.pairs import create
    from tests.end_to_end.scene import OPEN

    scene.sandbox.forget_requests()
    before, began = memory(), time.perf_counter()
    pair = create(user=scene.user, first=here, second=there, out=OPEN, back=None)
    copies = 0
    while copies < events and time.perf_counter() - began < PATIENCE:
        # A mailbox that asks for a pause gets it: Microsoft takes ten thousand requests in ten minutes.
        time.sleep(1 if scene.drain() else 5)
        copies = Link.objects.filter(flow__pair=pair, state=Link.State.LIVE).count()
    taken = time.perf_counter() - began
    counts = Counter(kind(method, path, here, there) for method, path in scene.requests())
    said = ", ".join(
        f"{name} {counts[name]}" for name in ("source read", "target read", "write", "watch") if counts[name]
    )
    print(f"{source} -> {target}: {copies} of {events} copied in {taken:.0f} s; requests: {said}", flush=True)
    print(f"  memory: {before:.0f} MB before, {memory():.0f} MB at most", flush=True)
    pair.delete()


def kind(method: str, path: str, here: "Calendar", there: "Calendar") -> str:
    from urllib.parse import unquote

    if path.endswith(WATCHING):
        return "watch"
    if method != "GET":
        return "write"
    return "source read" if here.remote_id in unquote(path) else "target read"


def memory() -> float:
    """The most this process has ever held, in megabytes; the sandbox is another."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
