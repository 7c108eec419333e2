"""What can be done to events, whoever does it: create, change, remove. Guests and their mail are `guests`' business."""

from secrets import choice
from typing import TYPE_CHECKING

from sandbox.google import guests, rules
from sandbox.google.errors import Refusal, deleted, duplicate
from sandbox.google.store import Calendar, Fields, Item, told

if TYPE_CHECKING:
    from sandbox.google.calendar import GoogleCloud

ALPHABET = "0123456789abcdefghijklmnopqrstuv"
# What an update leaves as it was, whatever the body says.
OWN = ("id", "created", "creator", "organizer", "iCalUID", "recurringEventId", "originalStartTime", "htmlLink")


def new_id() -> str:
    return "".join(choice(ALPHABET) for _ in range(26))


def create(
    cloud: "GoogleCloud", calendar: Calendar, body: Fields, *, by: str, send: str, imported: bool = False
) -> Item:
    """A new event. `by` is the address of who does it; `send` as sendUpdates. Raises Refusal."""
    rules.given_id(body, calendar)
    fields = rules.fields_of(body, calendar)
    id = body.get("id") or new_id()
    uid = body.get("iCalUID") or f"{id}@google.com"
    if id in calendar.items or id in calendar.ghosts or uid in calendar.uids:
        raise duplicate()
    organizer = body.get("organizer") if imported else None
    fields |= {
        "id": id,
        "status": rules.status_of(body),
        "created": told(cloud.world.clock.now()),
        "creator": {"email": by},
        "organizer": organizer or _organizer(calendar),
        "iCalUID": uid,
        "sequence": int(body.get("sequence") or 0),
    }
    item = Item(id, fields)
    calendar.put(item, fields)
    if not imported:
        guests.invite(cloud, calendar, item, send)
    return item


def _organizer(calendar: Calendar) -> Fields:
    # A secondary calendar is the organizer of its events itself.
    return {"email": calendar.id} if calendar.primary else {"email": calendar.id, "displayName": calendar.summary}


def change(cloud: "GoogleCloud", calendar: Calendar, item: Item, body: Fields, *, send: str) -> Item:
    """Gives an event a new whole (`body`, a merged patch or an update). Raises Refusal."""
    old = item.fields
    if item.cancelled and body.get("status") != "cancelled" and not cloud.revival:
        raise Refusal(403, "forbidden", "Forbidden", "calendar")
    status = body.get("status") if body.get("status") == "cancelled" else rules.status_of(body)
    fields = rules.fields_of({**body, "eventType": body.get("eventType") or old["eventType"]}, calendar, old)
    sequence = rules.sequence_of(body, item)
    fields |= {name: old[name] for name in OWN if name in old}
    moved = (fields["start"], fields["end"], fields.get("recurrence")) != (
        old["start"],
        old["end"],
        old.get("recurrence"),
    )
    fields |= {"status": status, "sequence": sequence + moved}
    before = dict(old)
    _as_private_as_the_series(calendar, item, fields)
    calendar.put(item, {**fields, "updated": old["updated"]}, silent=_only_reminders(old, fields))
    guests.follow(cloud, calendar, item, before, send)
    return item


def _as_private_as_the_series(calendar: Calendar, item: Item, fields: Fields) -> None:
    """One instance that is made more private takes the whole series along; one made less private stays as it was."""
    master = calendar.masters.get(item.master)
    if master is None:
        return
    hidden, wanted = (one.get("visibility") in ("private", "confidential") for one in (master.fields, fields))
    if hidden and not wanted:
        fields["visibility"] = master.fields["visibility"]
    elif wanted and not hidden:
        calendar.put(master, {**master.fields, "visibility": fields["visibility"]})


def _only_reminders(old: Fields, new: Fields) -> bool:
    names = (old.keys() | new.keys()) - {"updated"}
    return {name for name in names if old.get(name) != new.get(name)} == {"reminders"}


def remove(cloud: "GoogleCloud", calendar: Calendar, item: Item, *, send: str) -> None:
    """Cancels an event or one instance of a series. Raises Refusal when that has happened already."""
    if item.cancelled:
        raise deleted()
    before = dict(item.fields)
    calendar.put(item, {**item.fields, "status": "cancelled", "sequence": item.fields["sequence"] + 1})
    guests.follow(cloud, calendar, item, before, send)
