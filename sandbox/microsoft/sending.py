"""The mails that Exchange sends to attendees whenever their organizer touches an event. Nothing can suppress them."""

from typing import Any

from sandbox.microsoft.instances import Instance
from sandbox.microsoft.rules import Draft
from sandbox.microsoft.store import Item

# Changes that stay in the organizer's own mailbox.
LOCAL = frozenset({"isReminderOn", "reminderMinutesBeforeStart", "categories"})


def created(item: Item) -> None:
    """Everybody on the list is invited."""
    _tell(item, item.fields, _guests(item.fields), "invited")


def changed(one: Instance, before: dict[str, Any], draft: Draft) -> None:
    """A write of `attendees` alone reaches those who came or went; any other reaches everybody."""
    # The organizer's list decides, whichever instance is touched.
    after = {**one.item.fields, **draft.fields}
    old, new = _guests(before), _guests(after)
    _tell(one.item, after, [guest for guest in new if guest not in old], "invited")
    _tell(one.item, after, [guest for guest in old if guest not in new], "cancelled")
    if (draft.fields.keys() - LOCAL - {"attendees"}) or draft.times:
        _tell(one.item, after, [guest for guest in new if guest in old], "updated")


def removed(one: Instance) -> None:
    """Everybody on the list is told that it is off."""
    fields = {**one.item.fields, **one.piece.fields}
    _tell(one.item, fields, _guests(fields), "cancelled")


def _guests(fields: dict[str, Any]) -> list[str]:
    return [attendee["emailAddress"]["address"].lower() for attendee in fields.get("attendees") or ()]


def _tell(item: Item, fields: dict[str, Any], guests: list[str], what: str) -> None:
    organizer = fields["organizer"]["address"]
    if fields.get("isOrganizer", True):
        for guest in guests:
            # Nobody is invited to their own meeting.
            if guest != organizer.lower():
                item.box.owner.send(organizer, guest, item.box.name, what)
