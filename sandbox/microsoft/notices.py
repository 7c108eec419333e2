"""Subscriptions as they are kept, and what is posted to their addresses."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from sandbox.cast import Person
from sandbox.microsoft.instances import itself
from sandbox.microsoft.render import Lens, etag
from sandbox.microsoft.store import Box, Item, What
from sandbox.microsoft.zones import stamp

if TYPE_CHECKING:
    from sandbox.microsoft.graph import GraphCloud

# Changes that come close together share a POST.
GATHER_SECONDS = 0.02
MOST_IN_ONE = 100
HEADERS = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Microsoft Graph Notifications"}
LIFECYCLE = ("reauthorizationRequired", "subscriptionRemoved", "missed")


@dataclass(eq=False)
class Subscription:
    """One push subscription. `resource` is as it was written, `box` the calendar behind it."""

    id: str
    person: Person
    client_id: str
    box: Box
    resource: str
    changes: frozenset[str]
    url: str
    expires: datetime
    lifecycle_url: str | None = None
    client_state: str | None = None
    immutable: bool = False
    tls: str = "v1_2"
    asked: dict[str, Any] = field(default_factory=dict)


class Notices:
    """All subscriptions of the cloud. Those that have run out are gone, without a word."""

    def __init__(self, cloud: "GraphCloud") -> None:
        self._cloud = cloud
        self._all: dict[str, Subscription] = {}
        self._waiting: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)

    def __getstate__(self) -> dict[str, Any]:
        # What waits to be gathered waits on a timer of this process.
        return {**self.__dict__, "_waiting": defaultdict(list)}

    def living(self) -> list[Subscription]:
        """What has not run out."""
        now = self._cloud.world.clock.now()
        for one in [one for one in self._all.values() if one.expires <= now]:
            del self._all[one.id]
        return list(self._all.values())

    def find(self, id: str, person: Person, client_id: str) -> Subscription | None:
        """A living subscription of this person made by this application."""
        mine = [one for one in self.living() if one.person == person and one.client_id == client_id]
        return next((one for one in mine if one.id == id), None)

    def add(self, one: Subscription) -> None:
        """From now on it is told."""
        self._all[one.id] = one

    def drop(self, one: Subscription) -> None:
        """Forget it; one that is gone already is fine."""
        self._all.pop(one.id, None)

    def changed(self, box: Box, what: What, item: Item) -> None:
        """Tell the subscribers of a calendar. A new event is announced twice: as created, then as updated."""
        # Filling a world must not pay for subscriptions that nobody has.
        if not self._all:
            return
        for one in self.living():
            if one.box is box:
                for kind in ("created", "updated") if what == "created" else (what,):
                    if kind in one.changes:
                        self._wait(one, one.url, self._change(one, kind, item))

    def lifecycle(self, one: Subscription, event: str) -> None:
        """Post a lifecycle event; `subscriptionRemoved` also ends the subscription."""
        # Gone before the event is posted: whoever asks at once is already told 404.
        if event == "subscriptionRemoved":
            self.drop(one)
        if one.lifecycle_url:
            self._wait(one, one.lifecycle_url, {**self._head(one), "lifecycleEvent": event})

    def _head(self, one: Subscription) -> dict[str, Any]:
        return {
            "subscriptionId": one.id,
            "subscriptionExpirationDateTime": stamp(one.expires),
            "clientState": one.client_state,
            "tenantId": one.person.tenant.id if one.person.tenant else "",
        }

    def _change(self, one: Subscription, kind: str, item: Item) -> dict[str, Any]:
        master = itself(item)
        # The format of ids is the one preferred when the subscription was made.
        id = Lens(self._cloud.mailbox(one.person), one.immutable).id(master)
        address = f"Users/{one.person.subject}/Events/{id}"
        data = {"@odata.type": "#Microsoft.Graph.Event", "@odata.id": address, "@odata.etag": etag(master), "id": id}
        return {**self._head(one), "changeType": kind, "resource": address, "resourceData": data}

    def _wait(self, one: Subscription, url: str, notice: dict[str, Any]) -> None:
        waiting = self._waiting[(one.person.id, url)]
        waiting.append(notice)
        if len(waiting) == 1:
            asyncio.get_running_loop().call_later(GATHER_SECONDS, self._send, one.person.id, url)

    def _send(self, person: str, url: str) -> None:
        waiting = self._waiting.pop((person, url), [])
        if self._cloud.world.graph is not self._cloud:
            # The world was reset meanwhile.
            return
        for first in range(0, len(waiting), MOST_IN_ONE):
            body = orjson.dumps({"value": waiting[first : first + MOST_IN_ONE]})
            self._cloud.world.hooks.later(url, headers=HEADERS, body=body, mailbox_key=person)
