"""The sandbox's time: the machine's, plus an offset that tests and visitors may push forward."""

from datetime import UTC, datetime, timedelta
from time import time


class Clock:
    """Real time plus `offset` seconds. Only ever moves forward."""

    def __init__(self) -> None:
        self.offset = 0.0

    def timestamp(self) -> float:
        """Seconds since 1970 in the sandbox's time."""
        return time() + self.offset

    def now(self) -> datetime:
        """The sandbox's time as an aware UTC datetime."""
        return datetime.now(UTC) + timedelta(seconds=self.offset)

    def advance(self, seconds: float) -> None:
        """Jump `seconds` ahead. Raises ValueError for a jump back."""
        if seconds < 0:
            raise ValueError("the sandbox's clock only moves forward")
        self.offset += seconds

    def reset(self) -> None:
        """Back to the machine's time."""
        self.offset = 0.0
