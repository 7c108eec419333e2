"""How fast one account may be asked: a budget of requests, and patience that grows while a server asks for pauses.

Apple publishes no rate and throttles by account; its Retry-After is often shorter than the throttle it stands for. Others are
learned: who has borne a budget without a complaint is given twice as much, and after a complaint as little as at first. Each
process keeps the pace for itself: what several of them exceed together, the server's own pauses still hold back.
"""

import threading
import time
from collections.abc import Callable
from functools import lru_cache

from sync.providers.errors import ComeBack

# Requests in one minute, to begin with and at most, by the end of the host's name: what other clients of iCloud found to be borne.
BUDGETS = {".icloud.com": (240, 240)}
ELSEWHERE = (1800, 14_400)
# An empty budget is left alone until this share of it is back, so that work goes on in useful portions.
PORTION = 0.1
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 900.0


class Pace:
    """`per_minute`: requests to begin with; `most`: what they may grow to, by default nothing more."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic, most: int = 0) -> None:
        self._first = self._size = self._left = float(per_minute)
        self._most = max(self._first, float(most))
        self._clock = clock
        self._filled_at = clock()
        self._setbacks = 0
        self._lock = threading.Lock()

    def take(self) -> None:
        """One request more. Raises `ComeBack` with nothing sent when the minute's budget is spent."""
        with self._lock:
            now = self._clock()
            self._left = min(self._size, self._left + (now - self._filled_at) * self._size / 60)
            self._filled_at = now
            if self._left < 1 and not self._setbacks and self._size < self._most:
                grown = min(self._most, 2 * self._size)
                self._left, self._size = self._left + grown - self._size, grown
            if self._left < 1:
                wait = (self._size * PORTION - self._left) * 60 / self._size
                raise ComeBack("this account's requests for the minute are spent", after=wait, status=429)
            self._left -= 1

    def slowed(self, said: float | None) -> float:
        """Seconds to wait now that the server asked for a pause of `said`: each time in a row at least twice as long."""
        with self._lock:
            own = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**self._setbacks)
            self._setbacks = min(self._setbacks + 1, 16)
            self._size, self._left = self._first, min(self._left, self._first)
            return max(own, said) if said is not None else own

    def served(self) -> None:
        self._setbacks = 0


@lru_cache(maxsize=10_000)
def pace_of(host: str, user: str) -> Pace:
    """The pace of one account at one host, the same for everybody who asks in this process."""
    first, most = next((budget for end, budget in BUDGETS.items() if host.endswith(end)), ELSEWHERE)
    return Pace(first, most=most)
