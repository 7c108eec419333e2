"""Lists of events: all of a calendar, a view of it, the instances of a series."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from sandbox.microsoft import options, render
from sandbox.microsoft.calls import Answer, Call, answers, mount_of
from sandbox.microsoft.errors import invalid
from sandbox.microsoft.events import KNOWN, context, locate
from sandbox.microsoft.instances import Instance, between, itself, view

# Days, not years: five years with two leap days among them are too many.
LONGEST_VIEW = timedelta(days=1825)
ORDERS = {
    "start/datetime": lambda one: one.span.start,
    "createddatetime": lambda one: one.piece.created,
    "lastmodifieddatetime": lambda one: one.piece.modified,
    "subject": lambda one: one.item.fields.get("subject", ""),
}


def window(call: Call) -> tuple[datetime, datetime]:
    """startDateTime and endDateTime as instants; without an offset they are UTC. Raises Refusal."""
    options_by_name = {name.lower(): value for name, value in call.query.items()}
    sides = [options_by_name.get(name) for name in ("startdatetime", "enddatetime")]
    if not all(sides):
        message = "This request requires a time window specified by the query string parameters StartDateTime and EndDateTime."
        raise invalid("ErrorInvalidParameter", message)
    start, end = (_instant(str(side)) for side in sides)
    if end < start:
        raise invalid(
            "ErrorInvalidRequest", "Your request can't be completed. The end date occurs before the start date."
        )
    if end - start > LONGEST_VIEW:
        message = (
            "Your request can't be completed. The range between the start and end dates is greater than the allowed range."
            f" Maximum number of days: {LONGEST_VIEW.days}"
        )
        raise invalid("ErrorInvalidRequest", message)
    return start, end


def _instant(text: str) -> datetime:
    try:
        # A plus that was not encoded has become a blank on the way.
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise invalid("ErrorInvalidParameter", f"The value '{text}' is not a valid date and time.") from None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def page(call: Call, found: Sequence[Instance], told: str) -> Answer:
    """One page of instances, printed, with a link to the next."""
    wanted = options.expanded(call.query.get("$expand"))
    choose = options.selector(call.query.get("$select"), KNOWN)
    lens, size, skip = call.lens, call.page_size, call.skip
    shown = found[skip : skip + size]
    # Rows that are cut or added to are printed anew; whole ones are kept as bytes.
    if wanted or call.query.get("$select"):
        rows: list[Any] = [choose(options.with_properties(render.event(one, lens), one, wanted)) for one in shown]
    else:
        rows = [raw(one, lens) for one in shown]
    body = {"@odata.context": told, "value": rows}
    if skip + size < len(found):
        body["@odata.nextLink"] = call.link(**{"$skip": str(skip + size)})
    return Answer(200, body)


def raw(one: Instance, lens: render.Lens) -> orjson.Fragment:
    """The printed event as bytes, kept beside its JSON."""
    key = ("raw", *lens.key, one.day)
    if key not in one.piece.rendered:
        one.piece.rendered[key] = orjson.Fragment(orjson.dumps(render.event(one, lens)))
    kept: orjson.Fragment = one.piece.rendered[key]
    return kept


@answers("GET", "me/events")
@answers("GET", "me/calendar/events")
@answers("GET", "me/calendars/{calendar}/events")
def listed(call: Call, calendar: str | None = None) -> Answer:
    """Singles and masters of a calendar, the newest first unless $orderby says otherwise."""
    items = options.filtered(mount_of(call, calendar).box, call.query.get("$filter"))
    found = [itself(item) for item in items]
    if order := call.query.get("$orderby"):
        name, _, direction = order.partition(" ")
        if name.lower() not in ORDERS:
            raise invalid(
                "ErrorInvalidUrlQuery", f"The query specified in the URI is not valid. Cannot order by '{name}'."
            )
        found.sort(key=ORDERS[name.lower()], reverse=direction.strip().lower() == "desc")
    return page(call, found, context(call, calendar))


@answers("GET", "me/calendarView")
@answers("GET", "me/calendar/calendarView")
@answers("GET", "me/calendars/{calendar}/calendarView")
def viewed(call: Call, calendar: str | None = None) -> Answer:
    """All that lies in a span of time, series expanded."""
    start, end = window(call)
    found = view(mount_of(call, calendar).box, start, end)
    return page(call, found, context(call, calendar).removesuffix("events") + "calendarView")


@answers("GET", "me/events/{event}/instances")
@answers("GET", "me/calendar/events/{event}/instances")
@answers("GET", "me/calendars/{calendar}/events/{event}/instances")
def instances(call: Call, event: str, calendar: str | None = None) -> Answer:
    """The instances of a series in a span of time, exceptions among them."""
    _, one = locate(call.mailbox, event, mount_of(call, calendar) if calendar else None)
    start, end = window(call)
    if one.type != "seriesMaster":
        raise invalid("ErrorInvalidOperation", "Your request can't be completed. The event is not a series master.")
    return page(call, between(one.item, start, end), context(call, calendar, f"('{event}')/instances"))
