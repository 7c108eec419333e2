"""What people are told when one of their calendars cannot be read while they wait: what happened, that calendars are safe, what to do."""

import logging
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import Connection
from sync.engine.clients import Busy, Resting, Trouble
from sync.providers.errors import NoAccess, OurFault, SignInAgain
from sync.wording import calendar_name

log = logging.getLogger("hetk.pages")
SAFE = "Your calendars are safe; nothing was changed."


@dataclass(frozen=True)
class Unreachable:
    """`connection`: the account to sign in to again, where that is what helps."""

    what: str
    then: str
    connection: Connection | None = None


def told(error: Trouble | Resting) -> Unreachable:
    if isinstance(error, Resting):
        return _resting(error)
    match error.error:
        case SignInAgain():
            return _halted(error.calendar.connection)
        case NoAccess():
            return lost(calendar_name(error.calendar))
        case OurFault(code=code):
            log.error("the provider refuses our own registration: %s", code)
            return Unreachable(
                "Something is wrong on our side, so the calendar could not be read.",
                f"{SAFE} It is ours to mend, and we see it. Try again in an hour.",
            )
    name = calendar_name(error.calendar)
    return Unreachable(f"{name} does not answer as it should: {error.error.message}.", f"{SAFE} Try again in a minute.")


def lost(name: str) -> Unreachable:
    return Unreachable(
        f"{name} is no longer shown to Hetk.",
        "Your calendars are safe; no copy is deleted for it. Share it with your account again, or end the syncs that use it.",
    )


def _resting(error: Resting) -> Unreachable:
    connection = error.connection
    if error.until is None:
        return _halted(connection)
    if isinstance(error, Busy):
        return Unreachable(
            f"Your syncs are asking {connection.get_kind_display()} as much as it lets us ask for {connection.address}.",
            f"{SAFE} Try again in a minute; syncs go on by themselves meanwhile.",
        )
    return Unreachable(
        f"{connection.get_kind_display()} asked Hetk to pause for {connection.address}.",
        f"{SAFE} Try again after {timezone.localtime(error.until):%H:%M:%S}; syncs go on by themselves then.",
    )


def _halted(connection: Connection) -> Unreachable:
    cause = connection.get_halt_cause_display()
    return Unreachable(
        f"{connection.get_kind_display()} no longer lets Hetk in as {connection.address}{f': {cause}' if cause else ''}.",
        "Your calendars are safe; copies stay as they are. Sign in once and everything catches up.",
        connection,
    )
