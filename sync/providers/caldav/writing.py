"""Writes, one resource at a time, each with the condition under which it may happen."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sync.core.event import Event
from sync.providers.base import Insert, Remove, Update, Write
from sync.providers.caldav import calendars, edit, mapping, reading
from sync.providers.caldav.events import Events
from sync.providers.caldav.reading import Item, member
from sync.providers.errors import Changed, ComeBack, Exists, NoAccess, ProviderError, Refused, Unknown
from sync.providers.icalendar import words
from sync.providers.icalendar.ics import Broken, Component, parse
from sync.providers.icalendar.series import Resource

TAKEN = frozenset(("no-uid-conflict", "unique-scheduling-object-resource"))
Blocks = list[tuple[str, str]]


def carry_out(events: Events, calendar_id: str, write: Write) -> Event | None:
    """The event as it stands afterwards; None after a removal."""
    writing = _Writing(events, calendar_id)
    match write:
        case Insert():
            return writing.insert(write)
        case Update(mark=""):
            return writing.edit(write)
        case Update():
            return writing.replace(write)
        case Remove():
            writing.remove(write)
    return None


class _Writing:
    def __init__(self, events: Events, calendar_id: str) -> None:
        self.events = events
        self.client = events.client
        self.calendar_id = calendar_id
        # RFC 5545 wants to know when it was said, and the later of two edits wins by it.
        self.now = datetime.now(UTC)

    def insert(self, write: Insert) -> Event:
        name = write.key + mapping.SUFFIX
        made = self._copy(write, mapping.uid_of(name))
        try:
            event = self._put(Item(name, ""), made, {"If-None-Match": "*"})
        except Refused as error:
            raise self._not_inserted(error) from None
        return self._marked(write, event, made)

    def _copy(self, write: Insert | Update, uid: str) -> Component:
        commented = not self.client.manners.keeps_unknown
        return mapping.copy(write.content, mark=write.mark, uid=uid, now=self.now, commented=commented)

    def _marked(self, write: Insert | Update, event: Event, sent: Component) -> Event:
        """A server that dropped the mark is learned, and told it once more in a way that it keeps."""
        if event.mark == write.mark or sent.parts[-1].first("COMMENT"):
            return event
        self.client.manners.keeps_unknown = False
        return self._put_over(Item(event.id, event.version), self._copy(write, event.ical_uid))

    def _not_inserted(self, error: Refused) -> ProviderError:
        facts: dict[str, Any] = {"status": error.status, "code": error.code, "request_id": error.request_id}
        if error.status == 412 or TAKEN & set(error.code.split(",")):
            return Exists("its name or its UID is taken", **facts)
        if error.status in (403, 404, 405, 409) and not calendars.can_write(self.client, self.calendar_id):
            # iCloud refuses single events with these too: whether the calendar itself is closed must be asked.
            return NoAccess("the calendar is closed to us", **facts)
        return error

    def replace(self, write: Update) -> Event:
        """A copy of ours, whole. Without a version it is looked at first: a blind write would revive what is deleted."""
        version, uid = write.version, mapping.uid_of(write.id)
        if not version or not uid:
            seen = self._seen(write.id)
            if seen is None:
                raise Changed("the event is gone", status=404)
            version, uid = version or seen.version, seen.ical_uid
        made = self._copy(write, uid)
        return self._marked(write, self._put_over(Item(write.id, version), made), made)

    def edit(self, write: Update) -> Event:
        """A person's own event: what stands there goes back with the named fields changed."""
        item, slot = self._standing(write.id, write.version)
        try:
            calendar, before, found = self._opened(item)
            after = edit.changed(calendar, found, slot, write.content, write.fields, self.now)
        except Broken as error:
            raise Refused(f"an event that cannot be read: {error}") from None
        return self._put_over(item, after, before=before, slot=slot)

    def remove(self, write: Remove) -> None:
        """A resource whole, or one instance out of its series. What is gone already is as good as removed."""
        name, slot = words.parts_of(write.id)
        if slot:
            self._leave_out(write)
            return
        condition = {"If-Match": write.version} if write.version else {}
        try:
            self.client.ask("DELETE", member(self.calendar_id, name), headers=condition)
        except Refused as error:
            if error.status == 412:
                # Some answer so for what is not there any more as well.
                if self.events.get(self.calendar_id, [name])[name] is None:
                    return
                raise Changed("the event is at another version", status=412) from None
            if error.status not in (404, 410):
                raise reading.closed(error) from None

    def _leave_out(self, write: Remove) -> None:
        try:
            item, slot = self._standing(write.id, write.version)
            calendar, before, found = self._opened(item)
            after = edit.without(calendar, found, slot, self.now)
        except Broken as error:
            raise Refused(f"an event that cannot be read: {error}") from None
        except Changed as error:
            if error.status == 404:
                return
            raise
        self._put_over(item, after, before=before)

    def _standing(self, id: str, version: str) -> tuple[Item, str]:
        """The resource as it is now, with its ETag, if it is the one expected."""
        name, slot = words.parts_of(id)
        if kept := self.events.kept(self.calendar_id, name, version):
            return kept, slot
        (found,) = reading.fetch(self.client, self.calendar_id, [name], 1)
        item = found[name]
        if item is None:
            raise Changed("the event is gone", status=404)
        if version and item.etag != version:
            raise Changed("the event is at another version", status=412)
        return item, slot

    def _opened(self, item: Item) -> tuple[Component, Blocks, Resource]:
        calendar = parse(item.text)
        found = self.events.read(self.calendar_id, calendar)
        if found is None:
            raise Changed("it is no event any more", status=404)
        return calendar, calendar.blocks(), found

    def _seen(self, id: str) -> Event | None:
        found = self.events.get(self.calendar_id, [id])
        if id not in found:
            raise Refused("an event that cannot be read")
        return found[id]

    def _put_over(self, item: Item, made: Component, *, before: Blocks | None = None, slot: str = "") -> Event:
        try:
            return self._put(item, made, {"If-Match": item.etag}, before=before, slot=slot)
        except Refused as error:
            if error.status in (404, 409, 410, 412):
                raise Changed("the event is gone or at another version", status=error.status, code=error.code) from None
            raise

    def _put(
        self,
        item: Item,
        made: Component,
        condition: Mapping[str, str],
        *,
        before: Blocks | None = None,
        slot: str = "",
    ) -> Event:
        """Write it and tell what stands there now.

        A server that gives an ETag for a PUT promises to have kept every octet (RFC 4791 5.3.4). One that gives none has changed
        something, and is asked what.
        """
        reply = self.client.put(member(self.calendar_id, item.name), made, condition, before=before or [])
        etag = reply.headers.get("etag", "")
        try:
            if etag:
                event = self.events.told(self.calendar_id, made, Item(item.name, etag), slot)
            else:
                id = words.id_of(item.name, slot)
                event = self._seen(id)
        except Broken as error:
            raise Refused(f"an event that cannot be read: {error}") from None
        except ComeBack as error:
            raise Unknown("written, and not seen since", after=error.after, status=error.status) from None
        if event is None:
            raise Changed("the event is gone again", status=reply.status)
        return event
