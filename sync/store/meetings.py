"""Which meetings a target has of its own: the same one is not copied beside it (rule 21)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sync.core.event import Event
from sync.core.fingerprint import moment
from sync.core.window import starts_at
from sync.models import Calendar, Flow, Link, Meeting
from sync.store.keys import marks


def ref_of(event: Event) -> str:
    return marks().meeting_ref(event.ical_uid, moment(event.content.when))


def note(calendar: Calendar, flows_in: Sequence[Flow], events: Sequence[Event], now: datetime) -> None:
    """File events of somebody's own; the links of a meeting that turns up here are looked at again."""
    if not flows_in or not events:
        return
    known = dict(_rows(calendar, [event.id for event in events]))
    rows = [_row(calendar, event) for event in events]
    fresh = [row for row in rows if row.meeting_ref and known.get(row.event_id) != row.meeting_ref]
    Meeting.objects.bulk_create(
        fresh,
        update_conflicts=True,
        unique_fields=["calendar", "event_id"],
        update_fields=["series_id", "meeting_ref", "starts_at"],
    )
    _look_again(
        flows_in, {row.meeting_ref for row in fresh} | {known[r.event_id] for r in fresh if r.event_id in known}, now
    )


def forget(calendar: Calendar, flows_in: Sequence[Flow], ids: Collection[str], now: datetime) -> None:
    """These events are gone: what was not copied because of them is looked at again."""
    rows = dict(_rows(calendar, ids))
    Meeting.objects.filter(calendar=calendar, event_id__in=rows).delete()
    _look_again(flows_in, set(rows.values()), now)


def present(target: Calendar, refs: Collection[str]) -> set[str]:
    """Which of these meetings the target has of its own."""
    wanted = {ref for ref in refs if ref}
    found = Meeting.objects.filter(calendar=target, meeting_ref__in=wanted) if wanted else Meeting.objects.none()
    return set(found.values_list("meeting_ref", flat=True))


def missing(
    calendar: Calendar, present: Collection[str], start: datetime, end: datetime, series_id: str = ""
) -> list[str]:
    """Known events between two instants (of one series, when it is named) that are not among those present."""
    rows = Meeting.objects.filter(calendar=calendar, starts_at__gte=start, starts_at__lt=end)
    rows = rows.filter(series_id=series_id) if series_id else rows
    return [event_id for event_id in rows.values_list("event_id", flat=True) if event_id not in present]


def _row(calendar: Calendar, event: Event) -> Meeting:
    return Meeting(
        calendar=calendar,
        event_id=event.id,
        series_id=event.series_id,
        meeting_ref=ref_of(event),
        starts_at=starts_at(event.content.when),
    )


def _rows(calendar: Calendar, ids: Collection[str]) -> list[tuple[str, str]]:
    return list(Meeting.objects.filter(calendar=calendar, event_id__in=ids).values_list("event_id", "meeting_ref"))


def _look_again(flows_in: Sequence[Flow], refs: Collection[str], now: datetime) -> None:
    Link.objects.filter(flow__in=flows_in, meeting_ref__in=refs).update(due_at=now, attempts=0)
