"""The log of requests served: bounded, cheap to write, read by sequence number."""

from collections import deque
from dataclasses import dataclass
from typing import Any

from sandbox.clock import Clock

KEPT = 200_000


@dataclass(slots=True)
class Entry:
    """One request. `person` and `operation_count` are filled in by whoever serves it; `time` in seconds since 1970."""

    seq: int
    time: float
    host: str
    method: str
    path: str
    query: str
    status: int = 0
    person: str | None = None
    operation_count: int = 1
    inner: bool = False
    milliseconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """All fields by name."""
        return {name: getattr(self, name) for name in self.__slots__}


class RequestLog:
    """The newest `KEPT` requests. Sequence numbers never repeat, not even after `clear`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._seq = 0

    def open(self, host: str, method: str, path: str, query: str = "") -> Entry:
        """Adds an entry whose status is still unknown (0)."""
        self._seq += 1
        entry = Entry(self._seq, self._clock.timestamp(), host, method, path, query)
        self._entries.append(entry)
        return entry

    def inner(self, outer: Entry | None, method: str, path: str, query: str, status: int) -> Entry:
        """Adds one operation of a batch, beside the outer request that carried it."""
        entry = self.open(outer.host if outer else "", method, path, query)
        entry.inner, entry.status, entry.person = True, status, outer.person if outer else None
        return entry

    def since(self, seq: int = 0) -> list[Entry]:
        """Entries with a larger sequence number, oldest first."""
        if not self._entries or self._entries[-1].seq <= seq:
            return []
        # Numbers are dense, so the first wanted entry is found without a scan.
        skip = max(0, seq + 1 - self._entries[0].seq)
        return [self._entries[place] for place in range(skip, len(self._entries))]

    def newest(self, count: int) -> list[Entry]:
        """The last `count` entries, newest first."""
        have = len(self._entries)
        return [self._entries[-1 - place] for place in range(min(count, have))]

    def clear(self) -> None:
        """Empties the log; numbering goes on."""
        self._entries.clear()

    def __len__(self) -> int:
        return len(self._entries)


def entry_of(scope: Any) -> Entry | None:
    """The log entry of the request being served (scope or request), to fill in person and operation_count."""
    found = getattr(scope, "scope", scope).get("sandbox.entry")
    return found if isinstance(found, Entry) else None
