"""A complete listing of a calendar beside its cursor: proof of what stands there, which changes nothing that is known."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sync.core.event import Event
from sync.core.window import window_at
from sync.engine.read import AHEAD
from sync.models import Calendar, Flow, Pair
from sync.providers.base import Page, Provider, Span
from sync.providers.errors import ComeBack
from sync.store.keys import marks

# Graph lists no more than five years at once.
LONGEST = timedelta(days=1800)


def window_span(now: datetime) -> Span:
    """What is kept in step, and what comes in soon."""
    window = window_at(now)
    return Span(window.start, window.end + AHEAD)


def ever_span(pair: Pair, now: datetime) -> Span:
    """All that copies of this pair were ever made of: it lay in the window of the day on which the pair was made, or later."""
    first, last = window_at(pair.created_at).start, window_at(now).end + AHEAD
    return Span(max(first, last - LONGEST), last)


def listed(provider: Provider, calendar: Calendar, span: Span, turn: Callable[[], None]) -> Iterator[Event]:
    """Every event of the span; `turn` is called at each page. Raises `ComeBack` when the listing ends before its last page."""
    last: Page | None = None
    for page in provider.read(calendar.remote_id, "", span):
        turn()
        last = page
        yield from page.events
    if last is None or not last.cursor or not last.full:
        raise ComeBack("the calendar could not be read to its end")


class Hand:
    """Our own hand in the target of one flow: which events there are its copies."""

    def __init__(self, flow: Flow) -> None:
        self._target = marks().calendar_ref(flow.target.identity)
        self._source = marks().calendar_ref(flow.source.identity)

    def ref(self, event: Event) -> str:
        """The origin that this event is a copy of, by its mark; "" when it is none of this flow's copies.

        What was made under a key of ours is ours; a person's duplicate has the mark alone, and is theirs.
        """
        mark = marks().read(event.mark) if event.mark and marks().owns_key(event.key) else None
        ours = mark is not None and mark.target == self._target and mark.source == self._source
        return mark.origin if mark is not None and ours else ""

    def made(self, event: Event, origin_ref: str, generation: int) -> bool:
        """Whether it is the copy of this origin, by its mark or by the key it was made under."""
        if self.ref(event) == origin_ref:
            return True
        return bool(event.key) and event.key == marks().key(self._target, origin_ref, generation)
