"""Faults that tests and visitors inject: what goes wrong, where, and how many times."""

import re
from dataclasses import dataclass, field
from typing import Any, Literal

Notifications = Literal["lost", "doubled", "late"]


@dataclass
class Fault:
    """One thing that goes wrong `times` times at requests that match host, path (regex, searched) and method."""

    host: str = ""
    path: str = ""
    method: str | None = None
    times: int = 1
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    latency: float = 0.0
    lost: bool = False
    drop: bool = False
    notifications: Notifications | None = None
    seconds: float = 0.0
    pattern: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.pattern = re.compile(self.path)

    def hits(self, hosts: set[str], method: str, path: str) -> bool:
        """Whether this fault is meant for such a request."""
        if self.host and self.host not in hosts:
            return False
        if self.method and self.method.upper() != method:
            return False
        return self.pattern.search(path) is not None


@dataclass
class Faults:
    """The faults still to happen, oldest first."""

    waiting: list[Fault] = field(default_factory=list)

    def add(self, **fields: Any) -> Fault:
        """Plans a fault. Raises TypeError for an unknown field, re.error for a bad pattern."""
        fault = Fault(**fields)
        self.waiting.append(fault)
        return fault

    def take(self, host: str, method: str, path: str) -> Fault | None:
        """The first fault planned for this request; one of its `times` is used up."""
        return self._take({host}, method, path, notification=False) if self.waiting else None

    def take_notification(self, hosts: set[str], path: str) -> Fault | None:
        """The first notification fault planned for a delivery; `hosts` are the sender's and the receiver's."""
        return self._take(hosts, "POST", path, notification=True) if self.waiting else None

    def clear(self) -> None:
        """All is well again."""
        self.waiting.clear()

    def _take(self, hosts: set[str], method: str, path: str, *, notification: bool) -> Fault | None:
        for fault in self.waiting:
            if (fault.notifications is not None) is notification and fault.hits(hosts, method, path):
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None
