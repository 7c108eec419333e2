"""`make bench-caldav`: two CalDAV accounts kept in step by Hetk and by vdirsyncer, on one server, in one run.

A round: a thousand events in one calendar and an empty other one, the first sync, a sync with nothing changed, one with ten changes.
Both take turns, five rounds each; the table shows medians. Requests are counted at one proxy, which both speak through.
"""

import argparse
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable
from itertools import count
from pathlib import Path

from bench.dav_syncers import PEER, Hetk, Spent, Vdirsyncer, hetk
from bench.dav_world import FIRST, USERS, World, mixed, resource, singles, world

ROUNDS, EVENTS = 5, 1000
SETS: dict[str, Callable[[int, str], dict[str, str]]] = {"singles": singles, "mixed": mixed}
ROWS = ("first sync", "nothing changed", "ten changed")
Figures = dict[tuple[str, str], list[tuple[Spent, int]]]
_numbers = count(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--set", choices=SETS, action="append")
    parser.add_argument("--server", choices=("cyrus", "radicale"), default="cyrus")
    parser.add_argument("--alone", action="store_true", help="Hetk without its peer")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="hetk-bench-") as name,
        world(Path(name), prefer_cyrus=asked.server == "cyrus") as here,
        hetk(here, Path(name)) as ours,
    ):
        syncers: list[Hetk | Vdirsyncer] = [ours]
        if not asked.alone:
            syncers.append(Vdirsyncer(here, Path(name) / "peer"))
        for kind in asked.set or SETS:
            print(f"\n{asked.events} events ({kind}), {here.name}, median of {asked.rounds}\n", flush=True)
            figures: Figures = defaultdict(list)
            for _ in range(asked.rounds):
                for syncer in syncers:
                    measure(here, syncer, SETS[kind](asked.events, f"{kind}-{next(_numbers)}"), figures)
            tell(syncers, figures)


def measure(here: World, syncer: Hetk | Vdirsyncer, events: dict[str, str], figures: Figures) -> None:
    """One round; what is there afterwards is compared, so that nobody wins by leaving something out."""
    one, two = (here.make(user, f"bench-{next(_numbers)}") for user in USERS)
    try:
        here.put(USERS[0], one, events)
        syncer.join(one, two)
        for row in ROWS:
            if row == "ten changed":
                change(here, one, two, events)
            here.forget()
            spent = syncer.first_sync() if row == "first sync" else syncer.sync()
            figures[syncer.name, row].append((spent, sum(here.counted().values())))
            agree(here, one, two, syncer, len(events))
        syncer.part()
    finally:
        for user, path in zip(USERS, (one, two), strict=True):
            here.drop(user, [path])


def change(here: World, one: str, two: str, events: dict[str, str]) -> None:
    """By hand: four edited here and two there, one new on each side, one deleted on each."""
    names = [name for name, text in events.items() if "RRULE" not in text.partition("BEGIN:VEVENT")[2]]
    copies, _ = here.listed(USERS[1], two)
    by_title = {title: name for name, title in copies.items()}
    wanted = [by_title[_title(events[name])] for name in names[5:8]]
    texts = here.ask(USERS[1], [("GET", two + name, b"") for name in wanted[:2]])
    there = {name: text.decode() for name, text in zip(wanted[:2], texts, strict=True)}
    for user, path, texts_of, doomed in (
        (USERS[0], one, {name: events[name] for name in names[:4]}, names[4]),
        (USERS[1], two, there, wanted[2]),
    ):
        edited = {name: text.replace("SUMMARY:Event", "SUMMARY:Edited") for name, text in texts_of.items()}
        lines = [f"{name}:{FIRST:%Y%m%d}T{hour}0000Z" for name, hour in (("DTSTART", "09"), ("DTEND", "10"))]
        here.put(user, path, {**edited, f"new-{user}.ics": resource(f"new-{user}", f"New of {user}", lines)})
        here.drop(user, [path + doomed])


def _title(text: str) -> str:
    return text.partition("SUMMARY:")[2].partition("\r\n")[0]


def agree(here: World, one: str, two: str, syncer: Hetk | Vdirsyncer, most: int) -> None:
    """Each side tells what the other tells: every title of single events, at least as many resources as were there."""
    ours, theirs = (here.listed(user, path)[1] for user, path in zip(USERS, (one, two), strict=True))
    if set(ours) != set(theirs) or len(ours) < most or len(theirs) < most:
        missing = sorted(set(ours) ^ set(theirs))[:5]
        raise RuntimeError(f"{syncer.name} left {len(ours)} here and {len(theirs)} there, differing in {missing}")


def tell(syncers: list[Hetk | Vdirsyncer], figures: Figures) -> None:
    print("| | " + " | ".join(f"{s.name}: wall, CPU, requests" for s in syncers) + " |")
    print("|---|" + "---|" * len(syncers))
    for row in ROWS:
        print(f"| {row} | " + " | ".join(_cell(figures[s.name, row]) for s in syncers) + " |")
    print("| its own start | " + " | ".join(f"{s.started.wall:.2f} s, {s.started.cpu:.2f} s" for s in syncers) + " |")


def _cell(measured: list[tuple[Spent, int]]) -> str:
    walls = [spent.wall for spent, _ in measured]
    middle = statistics.median(walls)
    cpu = statistics.median(spent.cpu for spent, _ in measured)
    requests = statistics.median(requests for _, requests in measured)
    return f"{middle:.2f} s ({min(walls):.2f}–{max(walls):.2f}), {cpu:.2f} s, {requests:.0f}"


if __name__ == "__main__":
    if not PEER.exists():
        print(f"{PEER} is missing: `make bench-caldav` puts it there.")
    main()
