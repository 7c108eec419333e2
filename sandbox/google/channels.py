"""Push channels: events.watch, channels.stop, and the messages in between."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256
from random import randint
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from sandbox.google.calls import READ, Answer, Call, method
from sandbox.google.errors import Refusal, bad, not_found
from sandbox.google.events import ALL
from sandbox.google.listing import LIST
from sandbox.google.store import Calendar

if TYPE_CHECKING:
    from sandbox.google.calendar import GoogleCloud

LONGEST = 7 * 86400
ID, TOKEN = 64, 256
# Changes that come close together are told of once.
GATHERED_SECONDS = 0.02
ANY = (
    *READ,
    "calendar.calendarlist",
    "calendar.calendarlist.readonly",
    "calendar.settings.readonly",
)
NOT_WATCHED = ("@group.v.calendar.google.com", "@import.calendar.google.com")


@dataclass
class Channel:
    """One way to be told. `expires` in seconds since 1970; `number` that of the last message."""

    id: str
    resource: str
    calendar: Calendar
    person: str
    client_id: str
    address: str
    token: str
    expires: float
    number: int = 0
    waiting: bool = False

    def __getstate__(self) -> dict[str, Any]:
        # Who waits, waits on a timer of this process.
        return {**self.__dict__, "waiting": False}

    @property
    def uri(self) -> str:
        return f"https://www.googleapis.com/calendar/v3/calendars/{quote(self.calendar.id, safe='')}/events?alt=json"


class Channels:
    """All channels there are. Ids stay taken as long as the channel lives."""

    def __init__(self, cloud: "GoogleCloud") -> None:
        self._cloud = cloud
        self._all: dict[tuple[str, str], Channel] = {}

    def living(self) -> list[Channel]:
        now = self._cloud.world.clock.timestamp()
        self._all = {key: one for key, one in self._all.items() if one.expires > now}
        return list(self._all.values())

    def add(self, one: Channel) -> None:
        """Opens a channel and says so at once. Raises Refusal when the id is taken."""
        if any(other.id == one.id and other.client_id == one.client_id for other in self.living()):
            raise bad(f"Channel id {one.id} not unique", "channelIdNotUnique")
        self._all[one.client_id, one.id] = one
        self._send(one, "sync")

    def stop(self, id: str, resource: str, person: str, client_id: str) -> None:
        """Raises Refusal for a channel that is not there, or is somebody else's."""
        self.living()
        one = self._all.get((client_id, id))
        if one is None or one.resource != resource or one.person != person:
            raise Refusal(404, "notFound", f"Channel '{id}' not found for project '{client_id}'")
        del self._all[client_id, id]

    def ring(self, calendar: Calendar) -> None:
        """Something changed in a calendar, no matter by whose hand."""
        if not self._all:
            return
        for one in self.living():
            if one.calendar is calendar and not one.waiting:
                one.waiting = True
                asyncio.get_running_loop().call_later(GATHERED_SECONDS, self._gathered, one)

    def _gathered(self, one: Channel) -> None:
        one.waiting = False
        # The world may have been reset meanwhile, or the channel stopped.
        if self._cloud.world.google is self._cloud and self._all.get((one.client_id, one.id)) is one:
            self._send(one, "exists")

    def _send(self, one: Channel, state: str) -> None:
        # Numbers rise with gaps.
        one.number = 1 if state == "sync" else one.number + randint(1, 9)
        headers = {
            "X-Goog-Channel-ID": one.id,
            "X-Goog-Message-Number": str(one.number),
            "X-Goog-Resource-ID": one.resource,
            "X-Goog-Resource-State": state,
            "X-Goog-Resource-URI": one.uri,
            "X-Goog-Channel-Expiration": format_datetime(datetime.fromtimestamp(one.expires, UTC), usegmt=True),
        }
        if one.token:
            headers["X-Goog-Channel-Token"] = one.token
        self._cloud.world.hooks.later(one.address, headers=headers, body=b"", mailbox_key=one.calendar.id)


@method("POST", f"{ALL}/watch", READ, **LIST)
def watch(call: Call, calendar: str) -> Answer:
    place = call.calendar(calendar)
    body = _checked(call)
    if place.id.endswith(NOT_WATCHED):
        message = "Push notifications are not supported by this resource."
        raise bad(message, "pushNotSupportedForRequestedResource", "calendar")
    one = Channel(
        id=body["id"],
        resource=sha256(f"{place.id} {call.person.id}".encode()).hexdigest()[:27],
        calendar=place,
        person=call.person.id,
        client_id=call.grant.client_id,
        address=body["address"],
        token=body.get("token") or "",
        expires=_expires(body, call.cloud.world.clock.timestamp()),
    )
    call.cloud.channels.add(one)
    found = {"kind": "api#channel", "id": one.id, "resourceId": one.resource, "resourceUri": one.uri}
    if one.token:
        found["token"] = one.token
    return Answer(200, {**found, "expiration": str(int(one.expires * 1000))})


def _checked(call: Call) -> dict[str, Any]:
    body = call.json()
    wrong = call.cloud.world.published.google_error("Channel", body)
    if wrong or not isinstance(body, dict):
        raise bad(f"Invalid JSON payload received. {wrong}", "badRequest")
    if not body.get("id") or len(body["id"]) > ID:
        raise bad(f"A channel needs an id of at most {ID} characters.", "required" if not body.get("id") else "invalid")
    if body.get("type") not in ("web_hook", "webhook"):
        raise bad(f"Unknown channel type: {body.get('type')}", "channelUnknown")
    if urlsplit(body.get("address") or "").scheme != "https":
        raise bad(f"WebHook callback must be HTTPS: {body.get('address')}", "webhookUrlNotHttps")
    if len(body.get("token") or "") > TOKEN:
        raise bad(f"Invalid channel token: at most {TOKEN} characters.")
    return body


def _expires(body: dict[str, Any], now: float) -> float:
    """The sooner of what was asked for and what is given at most."""
    try:
        asked = int(body["expiration"]) / 1000 if body.get("expiration") else now + LONGEST
        if lasting := (body.get("params") or {}).get("ttl"):
            asked = min(asked, now + int(lasting))
    except ValueError:
        raise bad("Invalid channel expiration.") from None
    if asked <= now:
        raise bad("Channel expiration is in the past.")
    return min(asked, now + LONGEST)


@method("POST", "/channels/stop", ANY)
def stop(call: Call) -> Answer:
    body = call.json()
    wrong = call.cloud.world.published.google_error("Channel", body)
    if wrong or not isinstance(body, dict):
        raise bad(f"Invalid JSON payload received. {wrong}", "badRequest")
    if not body.get("id") or not body.get("resourceId"):
        raise not_found()
    call.cloud.channels.stop(body["id"], body["resourceId"], call.person.id, call.grant.client_id)
    return Answer(204)
