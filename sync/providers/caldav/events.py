"""The resources of a calendar as events: what both reading and writing look at."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress

from sync.core.event import Event
from sync.providers.base import Span
from sync.providers.caldav import calendars, mapping, reading
from sync.providers.caldav.client import Client
from sync.providers.caldav.reading import Item
from sync.providers.errors import Refused
from sync.providers.icalendar import words
from sync.providers.icalendar.ics import Broken, Component, parse
from sync.providers.icalendar.series import Instance, Resource, floats, resource
from sync.providers.icalendar.words import OURS


class Events:
    """Of one account. `address`: its own."""

    def __init__(self, client: Client, address: str) -> None:
        self.client = client
        self.address = address
        self.page_size = reading.PAGE_SIZE
        self._zones: dict[str, str] = {}
        self._kept: dict[tuple[str, str], Item] = {}

    def apart(self) -> "Events":
        """The same for another thread."""
        made = Events(self.client.apart(), self.address)
        made.page_size, made._zones, made._kept = self.page_size, self._zones, self._kept
        return made

    def keep(self, calendar_id: str, items: Mapping[str, Item | None]) -> None:
        """For the length of a cycle, as they were read."""
        self._kept.update({(calendar_id, name): item for name, item in items.items() if item is not None})
        for name, item in items.items():
            if name.startswith(OURS) and item is not None and f"{OURS}." not in item.text.replace("\n ", ""):
                # A copy of ours without any mark: the server dropped it after it had promised to keep all.
                self.client.manners.keeps_unknown = False

    def kept(self, calendar_id: str, name: str, version: str) -> Item | None:
        """Read in this cycle, at exactly that version."""
        item = self._kept.get((calendar_id, name))
        return item if item is not None and version and item.etag == version else None

    def resource(self, calendar_id: str, item: Item) -> Resource | None:
        """None when it is no event (a task). Raises `Broken`."""
        return self.read(calendar_id, parse(item.text))

    def read(self, calendar_id: str, calendar: Component) -> Resource | None:
        return resource(calendar, self._floating(calendar_id) if floats(calendar) else "UTC")

    def inside(self, calendar_id: str, item: Item, span: Span) -> tuple[bool, list[Event]]:
        """Whether it is a series, and its events: a single one wherever it lies, of a series what the span touches.

        Raises `Broken`.
        """
        found = self.resource(calendar_id, item)
        if found is None:
            return False, []
        return found.recurs, [self.event(found, instance, item) for instance in found.instances(span)]

    def get(self, calendar_id: str, ids: Sequence[str]) -> dict[str, Event | None]:
        slots: dict[str, list[str]] = defaultdict(list)
        for id in ids:
            name, slot = words.parts_of(id)
            slots[name].append(slot)
        found: dict[str, Event | None] = {}
        for items in reading.fetch(self.client, calendar_id, list(slots), self.page_size):
            self.keep(calendar_id, items)
            for name, item in items.items():
                for slot in slots[name]:
                    with suppress(Refused):
                        found[words.id_of(name, slot)] = self.one(calendar_id, item, slot)
        return {id: found[id] for id in ids if id in found}

    def one(self, calendar_id: str, item: Item | None, slot: str) -> Event | None:
        """Raises `Refused` for what is there and cannot be read: it is not gone."""
        if item is None:
            return None
        try:
            return self.told(calendar_id, parse(item.text), item, slot)
        except Broken as error:
            raise Refused(f"an event that cannot be read: {error}") from None

    def told(self, calendar_id: str, calendar: Component, item: Item, slot: str) -> Event | None:
        """The event that `calendar`, which is what `item` holds, tells in that slot. Raises `Broken`."""
        found = self.read(calendar_id, calendar)
        instance = found.instance(slot) if found else None
        return self.event(found, instance, item) if found and instance else None

    def event(self, found: Resource, instance: Instance, item: Item) -> Event:
        own = {self.address, *self.client.credential.addresses}
        return mapping.event(found, instance, name=item.name, version=item.etag, own=own)

    def _floating(self, calendar_id: str) -> str:
        """The calendar's own zone, asked for when an event is told by no zone: few are."""
        if calendar_id not in self._zones:
            self._zones[calendar_id] = calendars.zone_of(self.client, calendar_id)
        return self._zones[calendar_id]
