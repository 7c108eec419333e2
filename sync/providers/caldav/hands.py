"""Many writes to one account: a handful one after the other, more of them side by side, each on a kept connection of its own.

CalDAV knows no batches, and most of a write is waiting for the server. Whoever is told to wait stops all: what has not left by
then does not leave.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from sync.providers.base import Answered, Write
from sync.providers.caldav import writing
from sync.providers.caldav.client import Stale
from sync.providers.caldav.events import Events
from sync.providers.errors import ComeBack, ProviderError, SignInAgain

# Fewer are not worth the hurry, and a server that is short of breath hears of a change at a time.
FEW = 8


def carry_out(events: Events, calendar_id: str, writes: Sequence[Write], hands: int) -> Iterator[Answered]:
    """One answer for each, in order. Raises `SignInAgain`."""
    if len(writes) < FEW or hands < 2:
        yield from _in_turn(events, calendar_id, writes)
        return
    # The credential is renewed in the caller's thread alone, which may use the caller's rows.
    apart, stopped = events.apart(), list[ComeBack]()

    def one(write: Write) -> Answered | None:
        if stopped:
            return Answered(error=stopped[0])
        try:
            answered = _attempt(apart, calendar_id, write)
        except Stale:
            return None
        if type(answered.error) is ComeBack:
            stopped.append(answered.error)
        return answered

    with ThreadPoolExecutor(hands, thread_name_prefix="hand") as pool:
        for write, answered in zip(writes, pool.map(one, writes), strict=True):
            yield answered or _attempt(events, calendar_id, write)


def _in_turn(events: Events, calendar_id: str, writes: Sequence[Write]) -> Iterator[Answered]:
    for at, write in enumerate(writes):
        answered = _attempt(events, calendar_id, write)
        yield answered
        if type(answered.error) is ComeBack:
            yield from (Answered(error=answered.error) for _ in writes[at + 1 :])
            return


def _attempt(events: Events, calendar_id: str, write: Write) -> Answered:
    try:
        return Answered(event=writing.carry_out(events, calendar_id, write))
    except SignInAgain:
        raise
    except ProviderError as error:
        return Answered(error=error, request_id=error.request_id)
