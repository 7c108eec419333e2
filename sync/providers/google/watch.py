"""Google's notification channels. They cannot be prolonged: renewing opens a new one and stops the old."""

import uuid
from datetime import UTC, datetime
from typing import Any

from sync.providers.base import RemoteWatch
from sync.providers.errors import NoAccess, ProviderError, Refused
from sync.providers.google.client import Client, path
from sync.providers.text import word
from sync.providers.wire import understood


def start(client: Client, calendar_id: str, *, address: str, secret: str, expires_at: datetime) -> RemoteWatch:
    """A channel under an id of our own; Google may let it end sooner than asked."""
    channel = str(uuid.uuid4())
    body: dict[str, Any] = {
        "id": channel,
        "type": "web_hook",
        "address": address,
        "token": secret,
        "expiration": str(int(expires_at.timestamp() * 1000)),
    }
    try:
        granted = client.post(path("calendars", calendar_id, "events", "watch"), body).record()
        with understood(writing=True):
            ends = datetime.fromtimestamp(int(granted["expiration"]) / 1000, UTC)
            return RemoteWatch(id=word(granted["id"]), resource_id=word(granted["resourceId"]), expires_at=ends)
    except Refused as error:
        if error.status in (403, 404):
            raise NoAccess("the calendar is closed to us", status=error.status, code=error.code) from None
        raise


def stop(client: Client, watch: RemoteWatch) -> None:
    """Only who opened a channel may stop it; one that is gone is fine."""
    try:
        client.post(path("channels", "stop"), {"id": watch.id, "resourceId": watch.resource_id})
    except ProviderError as error:
        if error.status not in (404, 410):
            raise
