"""A person's week, with everything a hand can do there: create, edit, move, delete."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox.cast import Person
from sandbox.forms import fields_of
from sandbox.hand import HandEvent
from sandbox.markup import Markup, tag
from sandbox.pages_forms import details, fields, span
from sandbox.pages_frame import ZONE, block, day_of, days_of, legend, order, shell
from sandbox.world import World


def address(person: Person, **query: str) -> str:
    """The page of a person's calendars."""
    asked = f"?{urlencode(query)}" if query else ""
    return f"/_sandbox/calendars/{person.id}{asked}"


def between(first: date, days: int) -> tuple[datetime, datetime]:
    """Midnight to midnight in the zone of the pages."""
    start = datetime.combine(first, time(), ZONE)
    return start, datetime.combine(first + timedelta(days=days), time(), ZONE)


def _monday(text: str | None, today: date) -> date:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        day = today
    return day - timedelta(days=day.weekday())


async def week(world: World, request: Request, problem: str = "") -> Response:
    """One week of all calendars of a person, and the form for a new event."""
    person = world.people[request.path_params["person"]]
    now = world.clock.now()
    today = day_of(now)
    monday = _monday(request.query_params.get("week"), today)
    calendars = world.hand(person).calendars(person)
    found = [
        (event, block(event, now, hue=hue, href=_event_link(person, id, event, monday), calendar=name if hue else ""))
        for hue, (id, name, _) in enumerate(calendars)
        for event in world.hand(person).events(person, id, *between(monday, 7))
    ]
    days: dict[date, list[Markup]] = {monday + timedelta(days=n): [] for n in range(7)}
    for event, shown in sorted(found, key=lambda pair: order(pair[0])):
        for day in days.keys() & set(days_of(event)):
            days[day].append(shown)
    columns = [_day(day, blocks, today) for day, blocks in days.items()]
    return shell(
        f"{person.name}, {person.address}",
        "",
        _head(person, monday, calendars),
        tag("p", problem, class_="notice", role="alert") if problem else None,
        legend(),
        tag("section", *columns, class_="week", id="week", data_live=True),
        _create(person, calendars, max(today, monday) if today < monday + timedelta(days=7) else monday, monday),
        site=world.site,
        live=3,
        full=True,
    )


def _event_link(person: Person, calendar_id: str, event: HandEvent, monday: date) -> str:
    asked = {
        "calendar": calendar_id,
        "id": event.id,
        "day": day_of(event.start).isoformat(),
        "week": monday.isoformat(),
    }
    return f"/_sandbox/calendars/{person.id}/event?{urlencode(asked)}"


def _head(person: Person, monday: date, calendars: list[tuple[str, str, bool]]) -> Markup:
    step = timedelta(days=7)
    moves = (("Earlier", monday - step), ("This week", None), ("Later", monday + step))
    links = [
        tag("a", word, class_="button", href=address(person, week=day.isoformat()) if day else address(person))
        for word, day in moves
    ]
    names = [
        tag("span", name if edit else f"{name} (read only)", class_=f"event hue-{hue % 4}")
        for hue, (_, name, edit) in enumerate(calendars)
    ]
    title = tag(
        "div", tag("h1", person.name), tag("p", f"{person.address} · week of {monday:%-d %B %Y}", class_="small")
    )
    return tag(
        "header",
        tag("div", title, tag("div", *links, class_="row"), class_="row between"),
        tag("p", *names, class_="legend"),
        class_="plain",
    )


def _day(day: date, blocks: list[Markup], today: date) -> Markup:
    return tag("section", tag("h2", f"{day:%a %-d %b}"), *blocks, class_="day today" if day == today else "day")


def _create(person: Person, calendars: list[tuple[str, str, bool]], day: date, monday: date) -> Markup:
    options = [tag("option", name, value=id) for id, name, edit in calendars if edit]
    return tag(
        "details",
        tag("summary", "New event"),
        tag(
            "form",
            tag("input", type="hidden", name="do", value="create"),
            tag(
                "div",
                tag("label", "Calendar", tag("select", *options, name="calendar")),
                *fields(None, day, kind=person.kind),
                class_="fields",
            ),
            tag("p", tag("button", "Create", class_="primary", type="submit"), class_="row"),
            method="post",
            action=address(person, week=monday.isoformat()),
            class_="plain",
        ),
        class_="panel",
        open=True,
    )


async def one(world: World, request: Request, problem: str = "") -> Response:
    """One event, to edit, move or delete."""
    person = world.people[request.path_params["person"]]
    query = request.query_params
    found = _find(world, person, query)
    if found is None:
        return await week(world, request, problem or "That event is gone.")
    again = f"{request.url.path}?{urlencode(dict(query))}"
    in_series = found.series_id is not None
    return shell(
        found.title or "(no title)",
        "",
        tag("p", tag("a", "← Back to the week", href=address(person, week=query.get("week", "")))),
        tag("h1", found.title or "(no title)"),
        tag("p", problem, class_="notice", role="alert") if problem else None,
        block(found, world.clock.now()),
        tag(
            "form",
            tag("div", *fields(found, day_of(found.start), kind=person.kind), class_="fields"),
            _whole_series() if in_series else None,
            tag(
                "p",
                tag("button", "Save", class_="primary", type="submit", name="do", value="edit"),
                tag("button", "Delete", class_="danger", type="submit", name="do", value="delete"),
                class_="row",
            ),
            method="post",
            action=again,
            class_="panel",
        ),
        site=world.site,
    )


def _whole_series() -> Markup:
    box = tag("input", type="checkbox", name="series", value="yes")
    return tag("label", box, "The whole series (its times stay as they are)", class_="check")


def _find(world: World, person: Person, query: Mapping[str, str]) -> HandEvent | None:
    start, end = between(date.fromisoformat(query["day"]), 2)
    listed = world.hand(person).events(person, query["calendar"], start, end)
    return next((event for event in listed if event.id == query["id"]), None)


async def change(world: World, request: Request) -> Response:
    """What a form says: create on the week's page, edit or delete on the event's page."""
    form = await fields_of(request)
    person = world.people[request.path_params["person"]]
    creating = form.get("do") == "create"
    try:
        day = _created(world, person, form) if creating else _changed(world, person, request.query_params, form)
    except (ValueError, KeyError, PermissionError) as error:
        shown = week if creating else one
        return await shown(world, request, f"Not done: {error}")
    return RedirectResponse(address(person, week=_monday(day, day_of(world.clock.now())).isoformat()), 303)


def _created(world: World, person: Person, form: Mapping[str, str]) -> str:
    zone = form.get("zone", "Europe/Tallinn")
    given: dict[str, Any] = {**details(form), **span(form, ZoneInfo(zone)), "zone": zone}
    world.hand(person).create(person, form["calendar"], rrule=form.get("rrule") or None, **given)
    return form["first_day"]


def _changed(world: World, person: Person, query: Mapping[str, str], form: Mapping[str, str]) -> str:
    hand = world.hand(person)
    found = _find(world, person, query)
    if found is None:
        raise KeyError("that event is gone")
    whole = form.get("series") == "yes" and found.series_id is not None
    target = found.series_id if whole and found.series_id else found.id
    if form.get("do") == "delete":
        hand.delete(person, query["calendar"], target)
        return query["day"]
    told = details(form)
    changes = {name: value for name, value in told.items() if value != getattr(found, name)}
    if changes:
        hand.edit(person, query["calendar"], target, **changes)
    wanted = span(form)
    if not whole and (wanted["start"], wanted["end"]) != (found.start, found.end):
        if wanted["all_day"] != found.all_day:
            hand.edit(person, query["calendar"], target, **wanted)
        else:
            hand.move(person, query["calendar"], target, wanted["start"], wanted["end"])
    return form["first_day"]
