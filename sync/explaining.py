"""Why an event is copied or not, in words: for the person's page, the support desk and `manage.py explain`, from one source.

`known` tells what a link remembers, without content. `verdict` adds what the planner says of the event as it is now.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils import timezone

from sync.core.event import AllDay, Event, Timed, When
from sync.core.operation import Reason, Skip
from sync.core.privacy import project
from sync.engine.explain import Finding
from sync.engine.preview import Fate, Line, line_of
from sync.example import SHOWN_AS
from sync.models import Calendar, Flow, Link
from sync.store.rules import looks_of
from sync.wording import calendar_name, count, moment

State = Link.State


@dataclass(frozen=True)
class Known:
    """`what`: copied or not; `why`: the rule, as a sentence; "" where there is none yet."""

    what: str
    why: str
    icon: str
    tone: str


@dataclass(frozen=True)
class Verdict:
    """One event in one direction. `then`: what happens next, and when; `waits`: what stands in the way of it."""

    what: str
    why: str
    then: str
    waits: str
    icon: str
    tone: str
    looked_at: datetime | None
    written_at: datetime | None = None


def known(link: Link, target: str) -> Known:
    """What the link remembers; `target`: what the calendar of its copy is called."""
    why = sentence(link.reason)
    match link.state:
        case State.SEEN if not link.reason:
            return Known(f"Not looked at yet for {target}", "", "clock", "still")
        case State.SEEN:
            return Known(f"Not copied to {target}", why, "skip", "still")
        case State.AWAY:
            return Known(f"Not copied to {target} any more", why, "skip", "still")
        case State.INTENT:
            return Known(f"Being written to {target}", why, "sync", "still")
        case State.HELD:
            return Known(f"Copied to {target}; its deletion waits for your word", why, "alert", "warn")
        case State.FREED:
            return Known(f"Copied to {target}; its deletion was confirmed", _answered(link), "bin", "warn")
        case State.KEPT:
            return Known(f"Copied to {target}, and kept by your word", _answered(link), "check", "ok")
        case State.PARKED:
            return Known(f"Given up for now in {target}", why, "stop", "stop")
    return Known(f"Copied to {target}", why, "check", "ok")


def _answered(link: Link) -> str:
    """Why, once the person has given their word: the question itself is no reason any more."""
    return "" if link.reason == Reason.BRAKE else sentence(link.reason)


def verdict(finding: Finding, now: datetime) -> Verdict:
    """What is true of this event now, and what comes next."""
    link, flow = finding.link, finding.task.flow
    target = calendar_name(flow.target)
    line = line_of(finding.prospect) if finding.prospect and finding.prospect.operations else None
    told = _told(finding, line, target)
    return Verdict(
        what=told.what,
        why=told.why,
        then=_then(finding, line, now),
        waits=waits(flow, now),
        icon=f"icons/{told.icon}.html",
        tone=told.tone,
        looked_at=flow.source.checked_at,
        written_at=link.written_at,
    )


def _told(finding: Finding, line: Line | None, target: str) -> Known:
    """From the plan where there is one, otherwise from memory."""
    before = known(finding.link, target)
    if line is None or finding.link.state in {State.PARKED, State.FREED, State.KEPT}:
        return before
    exists = bool(finding.link.copy_id)
    if line.fate is Fate.SKIP:
        return Known(f"Not copied to {target}", sentence(line.reason), "skip", "still")
    if line.fate is Fate.CREATE:
        return Known(f"Not copied to {target} yet", sentence(line.reason), "clock", "still")
    if exists and finding.event is not None:
        return Known(f"Copied to {target} {seen_as(finding.event, finding.task.flow)}", before.why, "check", "ok")
    return before


def seen_as(event: Event, flow: Flow) -> str:
    """How the copy looks to others: as “Busy”, private, shown as busy."""
    copy = project(event, looks_of(flow))
    private = ", private" if copy.sensitivity.value in {"private", "confidential"} else ""
    return f"as “{copy.title}”{private}, shown as {SHOWN_AS[copy.show_as].lower()}"


def _then(finding: Finding, line: Line | None, now: datetime) -> str:
    link, why = finding.link, sentence(line.reason) if line else ""
    if link.state == State.PARKED:
        return f"Tried again {_at(link.due_at, now)}." if link.due_at else "Tried again when the event changes."
    if link.state == State.KEPT and (line is None or line.fate is Fate.STAY):
        return "It stays until the original comes back or changes, or this sync ends."
    if line is None:
        return "" if link.due_at is None else _due(link, now)
    words = {
        Fate.CREATE: "It will be copied.",
        Fate.UPDATE: f"The copy will be rewritten: {why}.",
        Fate.REMOVE: f"The copy will be removed: {why}.",
        Fate.HOLD: "The copy stays until you decide.",
        Fate.ORIGIN_UPDATE: f"This event will take over what was changed: {why}.",
        Fate.ORIGIN_REMOVE: f"This event will be deleted too: {why}.",
    }
    if line.fate in words:
        return f"{words[line.fate]} {_due(link, now)}".strip()
    again = next((o.again_at for o in line.prospect.operations if isinstance(o, Skip)), None)
    return f"Looked at again {_at(again, now)}." if again else "Nothing is to be done until something changes."


def _due(link: Link, now: datetime) -> str:
    tried = f", after {count(link.attempts, 'attempt')} that failed" if link.attempts else ""
    if link.due_at is None:
        return "That happens at the next look; Sync now brings it at once."
    return f"Due {_at(link.due_at, now)}{tried}."


def _at(at: datetime | None, now: datetime) -> str:
    return "now" if at is None or at <= now else f"on {moment(timezone.localtime(at))}"


def when_of(link: Link) -> When:
    """When the event is, from the row alone. Dates of all-day events are kept as midnights in UTC."""
    if link.all_day:
        return AllDay(link.starts_at.astimezone(UTC).date(), link.ends_at.astimezone(UTC).date())
    return Timed(link.starts_at, link.ends_at)


def waits(flow: Flow, now: datetime, name: Callable[[Calendar], str] = calendar_name) -> str:
    """What stands in the way of everything in this direction; "" when nothing does. `name`: what a calendar is called."""
    target = flow.target
    if flow.ending_at or flow.pair.ending_at:
        return "This sync is being ended; its copies are being removed."
    if flow.pair.paused_at:
        return "This sync is paused: nothing is copied until you resume it."
    for calendar in (flow.source, target):
        if blocked := _blocked(calendar, name(calendar), now):
            return blocked
    if not target.can_write:
        return f"{name(target)} can no longer be changed by you, so nothing is copied into it."
    for calendar in (flow.source, target):
        if calendar.full_read_at is None:
            return f"Waits for {name(calendar)}, which has not been read completely yet."
    return ""


def _blocked(calendar: Calendar, name: str, now: datetime) -> str:
    connection = calendar.connection
    if connection.halted:
        return f"Waits for {name}: sign in to {connection.get_kind_display()} as {connection.address} again. Calendars are safe."
    if calendar.lost_at:
        return (
            f"Waits for {name}, which is no longer shown to Hetk. Calendars are safe; share it again, or end this sync."
        )
    if connection.throttled_until and connection.throttled_until > now:
        until = timezone.localtime(connection.throttled_until)
        return f"Waits for {name}: {connection.get_kind_display()} asked for a pause until {until:%H:%M:%S}."
    return ""


def sentence(reason: str) -> str:
    try:
        return Reason(reason).sentence
    except ValueError:
        return str(reason)
