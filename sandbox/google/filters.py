"""What a list leaves out, and in which order it comes."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from sandbox.google.calls import Call
from sandbox.google.errors import Refusal, bad
from sandbox.google.extended import matches
from sandbox.google.store import Item
from sandbox.google.times import moment, value_of

UPDATED_AT_MOST = timedelta(days=28)
SEARCHED = ("summary", "description", "location")


def chosen(call: Call, rows: Iterable[Item]) -> Iterator[Item]:
    """The rows that fit all filters of the call. Raises Refusal."""
    kinds, uid = call.query.get("eventTypes"), call.one("iCalUID")
    private, shared = call.query.get("privateExtendedProperty"), call.query.get("sharedExtendedProperty")
    words, since = call.one("q").casefold(), _updated_min(call)
    for item in rows:
        fields = item.fields
        if kinds and fields["eventType"] not in kinds:
            continue
        if (uid and fields["iCalUID"] != uid) or (since and fields["updated"] < since):
            continue
        if (private and not matches(fields, "private", private)) or (shared and not matches(fields, "shared", shared)):
            continue
        if words and not any(words in fields.get(name, "").casefold() for name in SEARCHED):
            continue
        yield item


def _updated_min(call: Call) -> str:
    if not call.one("updatedMin"):
        return ""
    asked = moment(call.one("updatedMin"), "updatedMin")
    if call.cloud.world.clock.now() - asked > UPDATED_AT_MOST:
        message = "The requested minimum modification time lies too far in the past."
        raise Refusal(410, "updatedMinTooLongAgo", message, "calendar", "updatedMin")
    return asked.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ordered(call: Call, rows: Iterable[Item]) -> Iterable[Item]:
    """By start (of single events only) or by last change; otherwise in an order of the service's own."""
    wanted = call.one("orderBy")
    if wanted == "startTime" and not call.flag("singleEvents"):
        raise bad("The requested ordering is not available for the particular query.", "badRequest", location="orderBy")
    if wanted == "updated":
        return sorted(rows, key=lambda item: (item.fields["updated"], item.seq))
    return sorted(rows, key=lambda item: (item.first, item.id)) if wanted else rows


def begins(item: Item, wanted: str) -> bool:
    """Whether an instance's original start is the one asked for, a date or a time."""
    slot = value_of(item.fields["originalStartTime"])
    if "date" in item.fields["originalStartTime"]:
        return bool(slot.isoformat() == wanted)
    return bool(slot == moment(wanted, "originalStart"))
