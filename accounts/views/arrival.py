"""What happens when a connection is new or back: its calendars are listed, those in use are read again."""

from django.contrib import messages
from django.http import HttpRequest

from accounts.models import Connection
from sync import calendars, pairs
from sync.engine.clients import Resting
from sync.providers.errors import ComeBack, ProviderError


def welcome(request: HttpRequest, connection: Connection) -> None:
    """Asks the provider for the calendars and rings for those that syncs use. A failure is told, the connection stays."""
    try:
        calendars.refresh(connection)
    except (ComeBack, Resting):
        messages.warning(
            request, f"The calendars of {connection.address} could not be read just now; Hetk tries again."
        )
    except ProviderError:
        # An account without a mailbox signs in like any other: only asking for calendars shows it.
        messages.warning(
            request, f"{connection.address} signed in, but it gave no calendars: has it a mailbox in the cloud?"
        )
    pairs.ring_connection(connection)
