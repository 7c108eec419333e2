"""Graph subscriptions on one calendar. The path form is the one that also hears of calendars other than the primary."""

from datetime import UTC, datetime

from sync.providers.base import RemoteWatch
from sync.providers.errors import Changed, ComeBack, ProviderError, Refused
from sync.providers.microsoft.client import UNVALIDATED, Client, path
from sync.providers.text import word
from sync.providers.wire import Reply, understood


def resource(calendar_id: str) -> str:
    return f"/me/calendars/{calendar_id}/events"


def start(client: Client, calendar_id: str, *, address: str, secret: str, expires_at: datetime) -> RemoteWatch:
    """A new subscription. One of ours that is left from before is in its way: it is deleted, and asked once more."""
    body = {
        "changeType": "created,updated,deleted",
        "notificationUrl": address,
        "lifecycleNotificationUrl": f"{address}lifecycle/",
        "resource": resource(calendar_id),
        "expirationDateTime": _stamp(expires_at),
        "clientState": secret,
    }
    try:
        return _granted(client.send("POST", path("subscriptions"), body))
    except Refused as error:
        if error.status == 409:
            _clear(client, calendar_id)
            return _granted(client.send("POST", path("subscriptions"), body))
        if error.code == UNVALIDATED:
            # Our own address did not answer the handshake in time: that passes.
            raise ComeBack("the address was not validated", status=400, code=error.code) from None
        raise


def prolong(client: Client, watch: RemoteWatch, expires_at: datetime) -> RemoteWatch:
    try:
        body = {"expirationDateTime": _stamp(expires_at)}
        return _granted(client.send("PATCH", path("subscriptions", watch.id), body))
    except Refused as error:
        if error.status in (404, 410):
            raise Changed("the subscription is gone", status=error.status, code=error.code) from None
        raise


def stop(client: Client, watch_id: str) -> None:
    try:
        client.send("DELETE", path("subscriptions", watch_id))
    except ProviderError as error:
        if error.status not in (404, 410):
            raise


def _clear(client: Client, calendar_id: str) -> None:
    wanted = resource(calendar_id).strip("/")
    for page in client.pages(path("subscriptions")):
        with understood():
            found = [item["id"] for item in page["value"] if str(item.get("resource", "")).strip("/") == wanted]
        for watch_id in found:
            stop(client, watch_id)


def _granted(reply: Reply) -> RemoteWatch:
    answer = reply.record()
    with understood(writing=True):
        return RemoteWatch(id=word(answer["id"]), expires_at=datetime.fromisoformat(answer["expirationDateTime"]))


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
