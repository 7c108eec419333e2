"""What a dry run foretells is what the clouds are then asked to do, request by request; the dry run itself only reads."""

import re
from collections import Counter
from typing import Any

import pytest

from sync import pairs
from sync.engine.preview import Fate, FlowPreview, dry_change, dry_run
from sync.models import Calendar, FlowSettings
from tests.end_to_end.scene import OPEN, PRIVATE, Scene, in_days
from tests.web import routes

GOOGLE, MICROSOFT = "alice-gmail", "alice-northwind"
HOSTS = {"google": "www.googleapis.com", "microsoft": "graph.microsoft.com"}
ACTS = {"POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "remove"}
EVENTS = re.compile(r"/events(/(?!watch$)[^/]+)?$")
FREE = FlowSettings(private=False, show_as="free")
Way = tuple[FlowSettings, FlowSettings | None]


def asked(scene: Scene) -> Counter[tuple[str, str]]:
    """(host, act) -> how many events were written to since `forget_requests`, inside batches too.

    An event that is stripped of its details first and then put right, or removed, is one event.
    """
    entries = [*scene.sandbox.requests(), *scene.sandbox.requests(inner=True)]
    entries.sort(key=lambda entry: entry["seq"])
    writes = [e for e in entries if e["host"] in HOSTS.values() and EVENTS.search(e["path"]) and e["method"] in ACTS]
    last = {(e["host"], e["path"]): ACTS[e["method"]] for e in writes if e["method"] != "POST"}
    made = [(e["host"], "create") for e in writes if e["method"] == "POST"]
    return Counter([*made, *((host, act) for (host, _), act in last.items())])


def foretold(flows: list[FlowPreview]) -> Counter[tuple[str, str]]:
    said: Counter[tuple[str, str]] = Counter()
    for flow in flows:
        there, here = (HOSTS[calendar.connection.kind] for calendar in (flow.target, flow.source))
        said[there, "create"] += flow.creates
        said[there, "update"] += flow.updates
        said[there, "remove"] += flow.number(Fate.REMOVE)
        gone = flow.number(Fate.ORIGIN_REMOVE)
        said[here, "remove"] += gone
        said[here, "update"] += flow.origins - gone
    return +said


def live(scene: Scene, first: Calendar, second: Calendar) -> list[str]:
    """A few of everything that calendars hold; the ids of single events in the first."""
    ids = [scene.create(first, f"Meeting {number}", hours=24 + 3 * number, location="Room 4") for number in range(6)]
    scene.create(first, "Standup", hours=26, rrule="FREQ=DAILY;COUNT=4")
    scene.create(first, "Holiday", start=in_days(5), end=in_days(7), all_day=True)
    scene.create(first, "Fair", hours=60, organizer="bob@guests.example", answer="declined")
    scene.create(first, "Guests", hours=70, attendees=["bob@guests.example"])
    for number in range(3):
        scene.create(second, f"Dentist {number}", hours=30 + 3 * number)
    return ids


def disturb(scene: Scene, first: Calendar, second: Calendar, ids: list[str]) -> None:
    """What people did since the last cycle."""
    scene.hand(first, "edit", id=ids[0], title="Renamed")
    scene.hand(first, "delete", id=ids[1])
    scene.create(first, "New", hours=99)
    copies = [event for event in scene.events(second) if event["is_copy"]]
    scene.hand(second, "edit", id=min(copies, key=lambda event: event["start"])["id"], show_as="free")


def rows() -> dict[str, Any]:
    """All that is stored, but for the bells that ring meanwhile because people changed something."""
    return {key: row for key, row in routes.rows().items() if not key.startswith(("sync.Watch", "sync.Calendar"))}


def only_read(scene: Scene) -> None:
    """Batches of questions are the only thing that is not a plain GET."""
    methods = {(e["method"], e["path"].split("/")[-1]) for e in scene.sandbox.requests() if e["host"] in HOSTS.values()}
    assert {method for method, path in methods if path not in {"$batch", "v3"}} == {"GET"}
    assert {entry["method"] for entry in scene.sandbox.requests(inner=True)} <= {"GET"}


@pytest.mark.parametrize(("here", "there"), [(GOOGLE, MICROSOFT), (MICROSOFT, GOOGLE)])
@pytest.mark.parametrize("way", [(OPEN, None), (PRIVATE, OPEN)], ids=["one way", "both ways"])
def test_a_new_pair_asks_for_what_was_foretold(scene: Scene, here: str, there: str, way: Way) -> None:
    first, second = scene.account(here), scene.account(there)
    live(scene, first, second)
    before = rows()
    scene.sandbox.forget_requests()
    flows = dry_run(first=first, second=second, out=way[0], back=way[1]).flows
    only_read(scene)
    lists = [path for _, path in scene.requests(method="GET") if re.search("/(events|calendarView|delta)$", path)]
    # Google's list brings everything; Graph's comes with the round that gives the cursor.
    assert len(lists) == 3
    assert rows() == before
    scene.sandbox.forget_requests()
    scene.pair(first, second, *way)
    assert asked(scene) == foretold(flows)
    assert sum(flow.creates for flow in flows) >= 12


CHANGES: dict[str, tuple[Way, Way]] = {
    "to private, one way": ((OPEN, OPEN), (PRIVATE, None)),
    "to details both ways": ((PRIVATE, PRIVATE), (OPEN, OPEN)),
    "to free and back on": ((OPEN, None), (FREE, PRIVATE)),
    "nothing": ((OPEN, PRIVATE), (OPEN, PRIVATE)),
}


@pytest.mark.parametrize(("here", "there"), [(GOOGLE, MICROSOFT), (MICROSOFT, GOOGLE)])
@pytest.mark.parametrize("name", CHANGES)
def test_a_change_asks_for_what_was_foretold(scene: Scene, here: str, there: str, name: str) -> None:
    old, new = CHANGES[name]
    first, second = scene.account(here), scene.account(there)
    ids = live(scene, first, second)
    pair = scene.pair(first, second, *old)
    disturb(scene, first, second, ids)
    before = rows()
    scene.sandbox.forget_requests()
    flows = dry_change(pair=pair, out=new[0], back=new[1]).flows
    only_read(scene)
    assert rows() == before
    scene.sandbox.forget_requests()
    pairs.edit(pair=pair, out=new[0], back=new[1])
    scene.sync()
    assert asked(scene) == foretold(flows)
    assert asked(scene)
