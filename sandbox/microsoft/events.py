"""Single events by id: create, read, change, delete."""

from typing import Any

from sandbox.microsoft import acts, options, render
from sandbox.microsoft.calls import Answer, Call, answers, mount_of
from sandbox.microsoft.errors import access_denied, malformed_id, not_found
from sandbox.microsoft.ids import SHAPE
from sandbox.microsoft.instances import Instance, instance, itself
from sandbox.microsoft.render import DEFAULTS, ROOT, Lens
from sandbox.microsoft.rules import read
from sandbox.microsoft.store import Mailbox, Mount
from sandbox.microsoft.zones import names

# Everything that a $select may name.
KNOWN = frozenset(DEFAULTS) | names(
    """
    id createdDateTime lastModifiedDateTime changeKey originalStartTimeZone originalEndTimeZone iCalUId bodyPreview body isAllDay
    seriesMasterId type webLink recurrence start end location locations organizer transactionId originalStart
    cancelledOccurrences exceptionOccurrences singleValueExtendedProperties
    """
)


def locate(mailbox: Mailbox, id: str, mount: Mount | None = None) -> tuple[Mount, Instance]:
    """The living event behind an id of either format, in one calendar or in any of the mailbox. Raises Refusal."""
    if not SHAPE.match(id):
        raise malformed_id()
    core, day = mailbox.ids.read(id) or ("", None)
    # An id opens the same event whatever the address, as long as its calendar is in the caller's list.
    for place in [mount] if mount else mailbox.mounts.values():
        if item := place.box.items.get(core):
            found = itself(item) if day is None else instance(item, day)
            # Closed events of others are listed, but cannot be opened.
            if found and not render.hidden(found, mailbox):
                return place, found
    raise not_found()


def context(call: Call, calendar: str | None, tail: str = "") -> str:
    """The @odata.context of an answer about events."""
    user = f"users('{call.grant.person.subject}')"
    within = f"{user}/calendars('{calendar}')" if calendar else user
    return f"{ROOT}/$metadata#{within}/events{tail}"


@answers("POST", "me/events")
@answers("POST", "me/calendar/events")
@answers("POST", "me/calendars/{calendar}/events")
def create(call: Call, calendar: str | None = None) -> Answer:
    """201 with the event as it is kept; 409 for a transactionId that a living event carries."""
    mount = mount_of(call, calendar)
    body = call.json()
    call.checked("event", body)
    # The body is judged first: a wrong one is refused as such even where nothing may be written.
    draft = read(body, creating=True)
    if not mount.can_edit:
        raise access_denied()
    item = acts.create(mount.box, draft)
    # Printed before the server looks at it once more, so that the answer may already be out of date.
    made = render.event(itself(item), call.lens)
    acts.late_processing(item)
    address = f"{ROOT}/users('{call.grant.person.subject}')/events('{made['id']}')"
    return Answer(201, {"@odata.context": context(call, calendar, "/$entity"), **made}, {"Location": address})


@answers("GET", "me/events/{event}")
@answers("GET", "me/calendar/events/{event}")
@answers("GET", "me/calendars/{calendar}/events/{event}")
def get(call: Call, event: str, calendar: str | None = None) -> Answer:
    """One event, or one instance of a series, by id."""
    _, one = locate(call.mailbox, event, mount_of(call, calendar) if calendar else None)
    return Answer(200, {"@odata.context": context(call, calendar, "/$entity"), **shown(call, one)})


def shown(call: Call, one: Instance) -> dict[str, Any]:
    """One event with what the call's $select and $expand ask for."""
    wanted = options.expanded(call.query.get("$expand"))
    made = options.with_properties(render.event(one, call.lens), one, wanted)
    chosen = call.query.get("$select", "")
    # Only in the global cloud, only for one master at a time, and only when named.
    if one.type == "seriesMaster" and "Occurrences" in chosen:
        made = made | _outliers(one, call.lens, chosen, call.query.get("$expand", ""))
    return options.selector(chosen, KNOWN)(made)


def _outliers(master: Instance, lens: Lens, chosen: str, expand: str) -> dict[str, Any]:
    """What a series does not do by its rule; only given when asked for by name, on a single read of its master."""
    item = master.item
    found: dict[str, Any] = {}
    if "cancelledOccurrences" in chosen:
        days = sorted(item.cancelled)
        found["cancelledOccurrences"] = [f"OID.{lens.id(master)}.{day.isoformat()}" for day in days]
    if "exceptionOccurrences" in chosen and "exceptionOccurrences" in expand:
        pieces = sorted(item.exceptions.items())
        exceptions = [Instance(item, day, piece.span, piece) for day, piece in pieces]
        found["exceptionOccurrences"] = [render.event(one, lens) for one in exceptions]
    return found


@answers("PATCH", "me/events/{event}")
@answers("PATCH", "me/calendar/events/{event}")
@answers("PATCH", "me/calendars/{calendar}/events/{event}")
def change(call: Call, event: str, calendar: str | None = None) -> Answer:
    """Changes only what the body names; an occurrence becomes an exception."""
    mount, one = locate(call.mailbox, event, mount_of(call, calendar) if calendar else None)
    body = call.json()
    call.checked("event", body)
    draft = read(body, creating=False)
    if not mount.can_edit:
        raise access_denied()
    acts.change(one, draft)
    made = render.event(acts.again(one), call.lens)
    return Answer(200, {"@odata.context": context(call, calendar, "/$entity"), **made})


@answers("DELETE", "me/events/{event}")
@answers("DELETE", "me/calendar/events/{event}")
@answers("DELETE", "me/calendars/{calendar}/events/{event}")
def remove(call: Call, event: str, calendar: str | None = None) -> Answer:
    """204; the organizer's guests are told."""
    mount, one = locate(call.mailbox, event, mount_of(call, calendar) if calendar else None)
    if not mount.can_edit:
        raise access_denied()
    acts.remove(one)
    return Answer(204)
