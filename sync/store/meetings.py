"""Which meetings stand in a target already: the same one is not copied beside it (rule 21).

Its own ones are rows of `Meeting`. Where calendars are joined in a mesh, two of them may have the same meeting and a third one
neither: there the copy that one flow made stands for the others, too.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from sync.core.event import Answer, Event
from sync.core.fingerprint import moment
from sync.core.plan import GRACE
from sync.core.window import starts_at
from sync.models import Calendar, Flow, Link, Meeting
from sync.store.keys import marks

CHUNK = 500
# A copy that stands, or is on its way.
STANDING = Q(state=Link.State.INTENT) | ~Q(copy_id="") & ~Q(copy_seen=Link.GONE)


def ref_of(event: Event) -> str:
    return marks().meeting_ref(event.ical_uid, moment(event.content.when))


def own_ref(event: Event) -> str:
    """The same of a target's own event; "" where it was called off or declined, and so blocks nothing and stands for nothing."""
    return "" if event.cancelled or event.answer is Answer.DECLINED else ref_of(event)


def note(calendar: Calendar, flows_in: Sequence[Flow], events: Sequence[Event], now: datetime) -> None:
    """File events of somebody's own; the links of a meeting that turns up here are looked at again."""
    if not flows_in or not events:
        return
    before = dict(_rows(calendar, [event.id for event in events]))
    rows = [_row(calendar, event) for event in events]
    fresh = [row for row in rows if row.meeting_ref != before.get(row.event_id, "")]
    Meeting.objects.bulk_create(
        fresh,
        update_conflicts=True,
        unique_fields=["calendar", "event_id"],
        update_fields=["series_id", "meeting_ref", "starts_at"],
    )
    _look_again(flows_in, {row.meeting_ref for row in fresh}, now)
    # What left its place here may do so in the other calendar a moment later.
    _look_again(flows_in, {before[row.event_id] for row in fresh if row.event_id in before}, now + GRACE)


def forget(calendar: Calendar, flows_in: Sequence[Flow], ids: Collection[str], now: datetime) -> None:
    """These events are gone: what was not copied because of them is looked at again."""
    rows = dict(_rows(calendar, ids))
    Meeting.objects.filter(calendar=calendar, event_id__in=rows).delete()
    _look_again(flows_in, set(rows.values()), now)


def ids(calendar: Calendar, among: Collection[str]) -> set[str]:
    """Which of these events are somebody's own."""
    return {event_id for event_id, _ in _rows(calendar, among)} if among else set()


def present(flow: Flow, links: Sequence[Link]) -> set[int]:
    """Which of these links of a flow copy a meeting that stands in its target already."""
    refs = {link.meeting_ref for link in links} - {""}
    if not refs:
        return set()
    own = set(Meeting.objects.filter(calendar=flow.target, meeting_ref__in=refs).values_list("meeting_ref", flat=True))
    others = beside(flow, refs)
    return {
        link.pk
        for link in links
        if link.meeting_ref in own or yields(flow, others.get(link.meeting_ref, ()), copied=bool(link.copy_id))
    }


def beside(flow: Flow, refs: Collection[str]) -> dict[str, set[int]]:
    """By meeting, the other flows into the same target whose copy of it stands there. The flow need not be saved."""
    found: dict[str, set[int]] = {}
    wanted = sorted(set(refs) - {""})
    for at in range(0, len(wanted), CHUNK):
        rows = _beside([flow], wanted[at : at + CHUNK]).filter(STANDING)
        for ref, other in rows.values_list("meeting_ref", "flow_id"):
            found.setdefault(ref, set()).add(other)
    return found


def yields(flow: Flow, others: Iterable[int], *, copied: bool) -> bool:
    """Whether the flow has no copy where others have one. Of two that were made at the same moment the older flow's stays."""
    return any(not copied or flow.pk is None or other < flow.pk for other in others)


def made(flow: Flow, links: Sequence[Link], now: datetime) -> None:
    """Copies were made: should another flow have made one of the same meeting meanwhile, one of the two is too many."""
    refs = {link.meeting_ref for link in links} - {""}
    if refs:
        _beside([flow], refs).filter(STANDING).update(due_at=now, attempts=0)


def unmade(flow: Flow, links: Sequence[Link], now: datetime) -> None:
    """These copies went: what was not copied because of them is looked at again."""
    refs = {link.meeting_ref for link in links} - {""}
    if refs:
        _beside([flow], refs).exclude(STANDING).update(due_at=now, attempts=0)


def parted(flows_out: Sequence[Flow], before: Mapping[int, str], after: Mapping[int, str], now: datetime) -> None:
    """Origins that moved take their copies along: what those stood for elsewhere is looked at again, in a while."""
    refs = {before[pk] for pk, ref in after.items() if pk in before and before[pk] != ref} - {""}
    if refs:
        _beside(flows_out, refs).exclude(STANDING).update(due_at=now + GRACE, attempts=0)


def _beside(flows: Sequence[Flow], refs: Collection[str]) -> QuerySet[Link]:
    """Links of these meetings in the other living flows into the same targets."""
    targets = [flow.target_id for flow in flows]
    others = Flow.objects.filter(target__in=targets, ending_at=None, pair__ending_at=None)
    others = others.exclude(pk__in=[flow.pk for flow in flows if flow.pk])
    return Link.objects.filter(flow__in=others, meeting_ref__in=refs)


def known(calendar: Calendar, start: datetime, end: datetime, series_id: str = "") -> dict[str, datetime]:
    """When each event known between two instants (of one series, when it is named) begins."""
    rows = Meeting.objects.filter(calendar=calendar, starts_at__gte=start, starts_at__lt=end)
    rows = rows.filter(series_id=series_id) if series_id else rows
    return dict(rows.values_list("event_id", "starts_at"))


def _row(calendar: Calendar, event: Event) -> Meeting:
    return Meeting(
        calendar=calendar,
        event_id=event.id,
        series_id=event.series_id,
        meeting_ref=own_ref(event),
        starts_at=starts_at(event.content.when),
    )


def _rows(calendar: Calendar, ids: Collection[str]) -> list[tuple[str, str]]:
    return list(Meeting.objects.filter(calendar=calendar, event_id__in=ids).values_list("event_id", "meeting_ref"))


def _look_again(flows_in: Sequence[Flow], refs: Collection[str], now: datetime) -> None:
    wanted = {ref for ref in refs if ref}
    if wanted:
        Link.objects.filter(flow__in=flows_in, meeting_ref__in=wanted).update(due_at=now, attempts=0)
