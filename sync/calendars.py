"""Which calendars an account has: asked when it is connected, and again when somebody looks."""

from contextlib import suppress

from django.db import transaction
from django.utils import timezone

from accounts.models import Connection
from sync.engine.clients import Clients, Resting
from sync.models import Calendar
from sync.providers.base import RemoteCalendar
from sync.providers.errors import ProviderError
from sync.store import due, locks
from sync.store.fits import CALENDAR_ID, fits, shortened

FACTS = ("name", "owner", "zone", "primary", "can_write", "can_watch", "lost_at")


def refresh(connection: Connection) -> list[Calendar]:
    """Ask the provider and bring the rows up to date. Raises what providers raise; a calendar that vanished keeps its row."""
    with Clients(timezone.now()).seated(connection) as provider:
        remote = [found for found in provider.calendars() if fits(found.id, CALENDAR_ID)]
    rows = [Calendar(connection=connection, remote_id=found.id, **_facts(found)) for found in remote]
    with transaction.atomic():
        locks.calendars(connection.calendars.values_list("pk", flat=True))
        writable = [found.id for found in remote if found.can_write]
        targets = Calendar.objects.filter(connection=connection, can_write=False, flows_in__isnull=False)
        opened = set(targets.filter(remote_id__in=writable).values_list("pk", flat=True))
        Calendar.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["connection", "remote_id"], update_fields=FACTS
        )
        vanished = Calendar.objects.filter(connection=connection, lost_at=None)
        vanished.exclude(remote_id__in=[found.id for found in remote]).update(lost_at=timezone.now())
        if opened:
            # What waited for the right to write there begins as after any change of mind: with what must be hidden.
            due.read_again(opened, prove=False)
            due.ring(opened)
    return list(connection.calendars.filter(lost_at=None))


def refresh_all() -> int:
    """Refresh every account that works; one that fails does not stop the others. Returns how many answered."""
    answered = 0
    for connection in Connection.objects.filter(halted_at=None):
        with suppress(ProviderError, Resting):
            refresh(connection)
            answered += 1
    return answered


def _facts(found: RemoteCalendar) -> dict[str, object]:
    return {
        "name": shortened(found.name, 255),
        "owner": shortened(found.owner, 320),
        "zone": shortened(found.zone, 64),
        "primary": found.primary,
        "can_write": found.can_write,
        "can_watch": found.can_watch,
        "lost_at": None,
    }
