"""What came of histories, in numbers."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one history. `reached`: how often whatever happened."""

    seed: int
    calls: int
    faults: int
    writes: int
    trace: str
    reached: Counter[str] = field(default_factory=Counter)
    violation: str = ""


@dataclass(slots=True)
class Sum:
    """Of several histories. reached: how often whatever happened. histories: in how many of them."""

    played: int = 0
    calls: int = 0
    faults: int = 0
    writes: int = 0
    reached: Counter[str] = field(default_factory=Counter)
    histories: Counter[str] = field(default_factory=Counter)
    violations: dict[int, str] = field(default_factory=dict)

    def add(self, told: Told) -> None:
        self.played += 1
        self.calls, self.faults, self.writes = (
            self.calls + told.calls,
            self.faults + told.faults,
            self.writes + told.writes,
        )
        self.reached.update(told.reached)
        self.histories.update(told.reached.keys())
        if told.violation:
            self.violations[told.seed] = told.violation
