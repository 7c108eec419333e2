"""What happens when a connection is new or back: its calendars are listed, those in use are read again."""

from django.contrib import messages
from django.http import HttpRequest

from accounts import approvals
from accounts.models import Connection
from accounts.oauth.errors import Problem, SignInFailed
from sync import calendars, pairs
from sync.engine.clients import Resting
from sync.providers.errors import ComeBack, ProviderError

# Graph's words for an account whose mail is not in the cloud.
NO_MAILBOX = frozenset(("mailboxnotenabledforrestapi", "mailboxnotsupportedforrestapi"))


def welcome(request: HttpRequest, connection: Connection) -> None:
    """Asks the provider for the calendars and rings for those that syncs use. A failure is told, the connection stays.

    Raises SignInFailed(NO_MAILBOX), with the connection gone again unless it had calendars once.
    """
    approvals.consented(connection)
    try:
        calendars.refresh(connection)
    except (ComeBack, Resting):
        messages.warning(
            request, f"The calendars of {connection.address} could not be read just now; Hetk tries again."
        )
    except ProviderError as error:
        # An account without a mailbox signs in like any other: only asking for calendars shows it.
        if error.code.casefold() in NO_MAILBOX:
            if not connection.calendars.exists():
                connection.delete()
            raise SignInFailed(Problem.NO_MAILBOX, code=error.code) from error
        messages.warning(
            request, f"{connection.address} signed in, but it gave no calendars: has it a mailbox in the cloud?"
        )
    pairs.ring_connection(connection)
