"""What can go wrong at one call, by name, as the providers tell it; they do so at the wire in `tests/providers/wrongs.py`.

A trouble strikes one stage of a call; `apt` says at which calls it makes sense. The same status means different things at
different calls, so several troubles may share a name.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sync.providers.errors import Changed, ComeBack, CursorLost, NoAccess, ProviderError, Refused, SignInAgain, Unknown
from sync.providers.memory import Call

ITEMS = {"insert", "update", "remove"}
WRITES = {"write", *ITEMS}
# What is asked about a calendar as a whole.
OF_CALENDAR = {"read", "find", "insert", "watch"}


@dataclass(frozen=True, slots=True)
class Trouble:
    """`error` None: the process is killed there. `weight`: how often it comes among the others when troubles rain."""

    name: str
    stage: str
    error: Callable[[], ProviderError] | None
    apt: Callable[[Call], bool] = lambda call: True
    weight: float = 1


def at(names: Collection[str]) -> Callable[[Call], bool]:
    return lambda call: call.name in names


def not_at(names: Collection[str]) -> Callable[[Call], bool]:
    return lambda call: call.name not in names


TROUBLES = (
    Trouble("killed before", "before", None),
    Trouble("killed after", "after", None),
    Trouble("answer lost", "after", lambda: Unknown("lost", status=504), at(WRITES), 4),
    Trouble("429", "before", lambda: ComeBack("slow down", after=30.25, status=429)),
    Trouble("503", "before", lambda: ComeBack("overloaded", status=503)),
    Trouble("timeout", "before", lambda: Unknown("timed out")),
    Trouble("410", "before", lambda: CursorLost("gone", status=410), at({"read"}), 4),
    Trouble("412", "before", lambda: Changed("not as expected", status=412), at({"update", "remove"}), 2),
    Trouble("403", "before", lambda: NoAccess("closed", status=403), weight=0.3),
    Trouble("revoked", "before", lambda: SignInAgain("revoked", status=400, code="invalid_grant"), weight=0.2),
    # Those that follow come seldom: they differ little from the above for a history, and each is worth a case of its own.
    Trouble("500", "before", lambda: Unknown("in trouble", status=500), at(WRITES), 0.2),
    Trouble("500", "before", lambda: ComeBack("in trouble", status=500), not_at(WRITES), 0.2),
    Trouble("503", "before", lambda: Unknown("overloaded", after=12.5, status=503), at(WRITES), 0.2),
    Trouble("malformed", "after", lambda: Unknown("the answer cannot be read", status=200), at(WRITES), 0.2),
    Trouble("malformed", "after", lambda: ComeBack("the answer cannot be read", status=200), not_at(WRITES), 0.2),
    Trouble("401", "before", lambda: SignInAgain("the token is refused", status=401, code="401"), weight=0.05),
    # Never in a history: what is refused for good is parked, and nobody could say what its copy should be.
    Trouble("403", "before", lambda: Refused("refused", status=403), at({"get", "series", "update", "remove"}), 0),
    Trouble("404", "before", lambda: NoAccess("closed", status=404), at(OF_CALENDAR), 0.1),
    Trouble("404", "before", lambda: Changed("gone", status=404), at({"update", "renew"}), 0.4),
    Trouble("410", "before", lambda: Changed("gone", status=410), at({"update"}), 0.4),
)
