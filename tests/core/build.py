"""Values to plan with: one Monday lunch, a window around it, a planner, and what a link would remember."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sync.core.event import Attendee, Content, Event, Timed
from sync.core.fingerprint import Fingerprints
from sync.core.plan import Known, Planner, Rules
from sync.core.privacy import Looks, project
from sync.core.window import Window

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
WINDOW = Window(date(2025, 12, 2), date(2027, 3, 2))
SALT = "salt-of-the-link"
PRINTS = Fingerprints(b"key" * 8)
PLANNER = Planner(PRINTS)
OPEN = Looks(private=False)
PRIVATE = Looks(private=True)
ME = Attendee(address="alice@home.example", is_self=True)
BOB = Attendee(address="bob@other.example", name="Bob")


def when(hours: float = 24, *, lasts: float = 1) -> Timed:
    start = NOW + timedelta(hours=hours)
    return Timed(start, start + timedelta(hours=lasts), "Europe/Tallinn")


def content(title: str = "Lunch", **said: Any) -> Content:
    return Content(**{"title": title, "when": when(), "description": "with notes", "location": "Kitchen", **said})


def event(said: Content | None = None, **facts: Any) -> Event:
    return Event(**{"id": "o1", "version": "v1", "content": said or content(), "updated": NOW, **facts})


def edited(before: Event, **said: Any) -> Event:
    """The same event after somebody changed fields of its content."""
    return replace(before, version=before.version + "'", content=replace(before.content, **said))


def copy_of(origin: Event, looks: Looks = OPEN) -> Event:
    """The copy as a provider holds it after a create."""
    return Event(id="c1", version="c1", content=project(origin, looks), updated=NOW, mark="mark")


def agreed(origin: Event, looks: Looks = OPEN, *, copy: Event | None = None, generation: int = 0) -> Known:
    """What the link remembers once `copy` (as written, when None) was agreed for `origin`."""
    written = PRINTS.of_content(project(origin, looks), SALT)
    return Known(
        salt=SALT,
        generation=generation,
        origin=PRINTS.of_event(origin, SALT),
        written=written,
        copy=PRINTS.of_content(copy.content, SALT) if copy else written,
    )


def never(generation: int = 0) -> Known:
    return Known(salt=SALT, generation=generation)


def rules(looks: Looks = OPEN, *, two_way: bool = False, target: str = "", ending: bool = False) -> Rules:
    return Rules(looks=looks, two_way=two_way, target_address=target, ending=ending)
