"""What was measured of the whole installation, as values. Pure: no rows, no clock; and nothing in it is about one person."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

# Kind of the account where something changed, kind of the one that it was copied to.
Way = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Spread:
    """Of `number` delays in seconds: what half of them, 95 and 99 of a hundred did not exceed."""

    number: int
    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Arrival:
    """One cycle that wrote after a bell. `delay`: from the first bell to the last write."""

    way: Way
    at: datetime
    delay: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Kindred:
    """All accounts of one kind. `failing`, `throttled`: how many of the open ones; `due`, `claimed`: calendars; `late_watches`: watches
    that were not renewed in time; `troubled` of `cycles`: those of the last hour that met trouble.
    """

    open: int = 0
    halted: int = 0
    failing: int = 0
    throttled: int = 0
    due: int = 0
    claimed: int = 0
    late_watches: int = 0
    cycles: int = 0
    troubled: int = 0


@dataclass(frozen=True, slots=True)
class Queue:
    """Of the timetable: tasks that wait, tasks that failed within the hour, entries that were not called in time."""

    waiting: int = 0
    failed: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """Of one part on one day: how many measurements found it working, in some trouble, not working."""

    ok: int = 0
    warn: int = 0
    stop: int = 0

    @property
    def number(self) -> int:
        return self.ok + self.trouble

    @property
    def trouble(self) -> int:
        return self.warn + self.stop

    @property
    def tone(self) -> str:
        """The worst that was found."""
        return "stop" if self.stop else "warn" if self.warn else "ok" if self.ok else "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements:
    """At one moment. `worker_at`, `timetable_at`: the last sign of life, None when there is none; `oldest_due`: since when the calendar
    that waits longest is due; `backup_at`: the newest backup on record, None where none was made by Hetk; `unverified` of the `running`
    pairs: those without a complete audit for a day.
    """

    at: datetime
    kinds: Mapping[str, Kindred]
    last_hour: Mapping[Way, Spread]
    last_day: Mapping[Way, Spread]
    workers: int = 0
    worker_at: datetime | None = None
    timetable_at: datetime | None = None
    backup_at: datetime | None = None
    oldest_due: datetime | None = None
    running: int = 0
    unverified: int = 0
    queue: Queue = Queue()
    # Part of the service -> day (UTC) -> what was measured of it then.
    history: Mapping[str, Mapping[date, Day]] = field(default_factory=dict)

    @property
    def waits(self) -> timedelta:
        """How long the calendar that waits longest has been due."""
        return max(timedelta(0), self.at - self.oldest_due) if self.oldest_due else timedelta(0)

    @property
    def connected(self) -> int:
        return sum(kind.open + kind.halted for kind in self.kinds.values())


def spread(delays: Sequence[float]) -> Spread:
    """By nearest rank, so that each figure is one that was measured. `delays` is not empty."""
    ranked = sorted(delays)
    p50, p95, p99 = (ranked[math.ceil(share * len(ranked) / 100) - 1] for share in (50, 95, 99))
    return Spread(len(ranked), p50, p95, p99)


def spreads(arrivals: Iterable[Arrival], since: datetime) -> dict[Way, Spread]:
    """Way -> its delays since then; a way that nothing took is not in it."""
    by_way: dict[Way, list[float]] = {}
    for arrival in arrivals:
        if arrival.at >= since:
            by_way.setdefault(arrival.way, []).append(arrival.delay.total_seconds())
    return {way: spread(delays) for way, delays in sorted(by_way.items())}
