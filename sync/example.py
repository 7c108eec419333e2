"""One event before and after, as the wizard shows it. It lives in the page and in memory, never in a row.

The event travels with the form (signed, so that it comes back as it went), because reading it again costs a whole calendar.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core import signing
from django.utils import timezone

from sync.core.event import AllDay, Answer, Attendee, Content, Event, Kind, Sensitivity, ShowAs, Timed
from sync.core.filters import unwanted
from sync.core.privacy import Detail, project
from sync.engine import preview
from sync.engine.clients import Resting, Trouble
from sync.models import Calendar, FlowSettings
from sync.store.rules import filters_for, looks_for
from sync.wording import day, span

SALT = "hetk.example"
SHOWN_AS = {
    ShowAs.FREE: "Free",
    ShowAs.TENTATIVE: "Tentative",
    ShowAs.BUSY: "Busy",
    ShowAs.OUT_OF_OFFICE: "Out of office",
    ShowAs.ELSEWHERE: "Working elsewhere",
}


@dataclass(frozen=True)
class Shown:
    """One side of the picture, in words. `masked`: the copy hides what the event is about. `left_out`: why there is no copy."""

    title: str
    when: str
    show_as: str
    private: bool
    location: str = ""
    description: str = ""
    masked: bool = False
    left_out: str = ""


@dataclass(frozen=True)
class Sample:
    """An event and whether it is made up."""

    event: Event
    made_up: bool


def sample(calendar: Calendar) -> Sample:
    """One of the person's own next events; a made-up one when the calendar is empty or cannot be read now."""
    try:
        event = preview.example(calendar)
    except (Trouble, Resting):
        event = None
    return Sample(event, made_up=False) if event else Sample(made_up(calendar.connection.address), made_up=True)


def made_up(address: str) -> Event:
    """A meeting next Tuesday that mentions the account's own address, so that every choice shows."""
    today = timezone.localdate()
    tuesday = today + timedelta(days=(1 - today.weekday()) % 7 or 7)
    start = timezone.make_aware(datetime.combine(tuesday, time(14)))
    content = Content(
        title="Quarterly review with Contoso",
        when=Timed(start, start + timedelta(hours=1)),
        location="Room 4, Tallinn",
        description=f"Figures by {address}.",
    )
    return Event(id="example", version="1", content=content)


def before(event: Event) -> Shown:
    return _shown(event.content)


def after(event: Event, source: Calendar, target: Calendar, settings: FlowSettings) -> Shown:
    """The copy that the writer would make of it, or why there would be none."""
    copy = project(event, looks_for(settings, source, target))
    reason = unwanted(event, filters_for(settings, source))
    hidden = Detail.TITLE in looks_for(settings, source, target).hidden
    return replace(_shown(copy), masked=hidden, left_out=reason.sentence if reason else "")


def seal(found: Sample) -> str:
    event, content = found.event, found.event.content
    when: Any = content.when
    guests = [[guest.address, guest.name, guest.is_self] for guest in event.attendees[:20]]
    data = {
        "title": content.title,
        "start": when.start.isoformat(),
        "end": when.end.isoformat(),
        "all_day": isinstance(when, AllDay),
        "location": content.location,
        "description": content.description[:300],
        "show_as": content.show_as.value,
        "sensitivity": content.sensitivity.value,
        "guests": guests,
        "answer": event.answer.value,
        "kind": event.kind.value,
        "made_up": found.made_up,
    }
    return signing.dumps(data, salt=SALT, compress=True)


def unseal(text: str) -> Sample | None:
    """What `seal` made within the last day; None for anything else."""
    try:
        data = signing.loads(text, salt=SALT, max_age=86_400)
    except signing.BadSignature:
        return None
    content = Content(
        title=data["title"],
        when=_when(data),
        location=data["location"],
        description=data["description"],
        show_as=ShowAs(data["show_as"]),
        sensitivity=Sensitivity(data["sensitivity"]),
    )
    guests = tuple(Attendee(address=address, name=name, is_self=own) for address, name, own in data["guests"])
    event = Event(
        id="example",
        version="1",
        content=content,
        attendees=guests,
        answer=Answer(data["answer"]),
        kind=Kind(data["kind"]),
    )
    return Sample(event, data["made_up"])


def _when(data: dict[str, Any]) -> AllDay | Timed:
    if data["all_day"]:
        return AllDay(date.fromisoformat(data["start"]), date.fromisoformat(data["end"]))
    return Timed(datetime.fromisoformat(data["start"]), datetime.fromisoformat(data["end"]))


def _shown(content: Content) -> Shown:
    return Shown(
        title=content.title or "(no title)",
        when=_told(content.when),
        show_as=SHOWN_AS[content.show_as],
        private=content.sensitivity in {Sensitivity.PRIVATE, Sensitivity.CONFIDENTIAL},
        location=content.location,
        description=content.description[:300],
    )


def _told(when: AllDay | Timed) -> str:
    if isinstance(when, Timed):
        return span(timezone.localtime(when.start), timezone.localtime(when.end))
    last = when.end - timedelta(days=1)
    return day(when.start) + (f" – {day(last)}" if last > when.start else "") + ", all day"
