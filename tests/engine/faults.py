"""What can go wrong at one call, by name. A trouble strikes one stage of a call; `apt` says at which calls it makes sense."""

from collections.abc import Callable
from dataclasses import dataclass

from sync.providers.errors import Changed, ComeBack, CursorLost, NoAccess, ProviderError, SignInAgain, Unknown
from sync.providers.memory import Call

ITEMS = {"insert", "update", "remove"}
WRITES = {"write", *ITEMS}


@dataclass(frozen=True, slots=True)
class Trouble:
    """`error` None: the process is killed there."""

    name: str
    stage: str
    error: Callable[[], ProviderError] | None
    apt: Callable[[Call], bool] = lambda call: True


TROUBLES = (
    Trouble("killed before", "before", None),
    Trouble("killed after", "after", None),
    Trouble("answer lost", "after", lambda: Unknown("lost", status=504), lambda call: call.name in WRITES),
    Trouble("429", "before", lambda: ComeBack("slow down", after=30.25, status=429)),
    Trouble("503", "before", lambda: ComeBack("overloaded", status=503)),
    Trouble("timeout", "before", lambda: Unknown("timed out")),
    Trouble("cursor lost", "before", lambda: CursorLost("gone", status=410), lambda call: call.name == "read"),
    Trouble(
        "changed",
        "before",
        lambda: Changed("not as expected", status=412),
        lambda call: call.name in {"update", "remove"},
    ),
    Trouble("no access", "before", lambda: NoAccess("closed", status=403)),
    Trouble("sign in again", "before", lambda: SignInAgain("revoked", status=400, code="invalid_grant")),
)
