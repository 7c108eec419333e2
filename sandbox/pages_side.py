"""Two people's agendas next to each other, to watch events travel."""

from datetime import date, timedelta

from starlette.requests import Request
from starlette.responses import Response

from sandbox.cast import Person
from sandbox.markup import Markup, tag
from sandbox.pages_calendar import address, between
from sandbox.pages_frame import block, day_of, days_of, legend, order, shell
from sandbox.world import World

SHOWN_DAYS = 21


async def side_by_side(world: World, request: Request) -> Response:
    """`?left=…&right=…&from=…`: the next three weeks of both, refreshed every two seconds."""
    query = request.query_params
    left = world.people.get(query.get("left", ""), world.people["alice-northwind"])
    right = world.people.get(query.get("right", ""), world.people["alice-gmail"])
    today = day_of(world.clock.now())
    first = _day(query.get("from"), today)
    return shell(
        "Side by side",
        "/_sandbox/side-by-side",
        tag("h1", "Side by side"),
        _choose(world, left, right, first),
        legend(),
        tag(
            "div",
            _agenda(world, left, first, today),
            _agenda(world, right, first, today),
            class_="sides",
            id="sides",
            data_live=True,
        ),
        site=world.site,
        live=2,
    )


def _day(text: str | None, today: date) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return today


def _choose(world: World, left: Person, right: Person, first: date) -> Markup:
    def select(name: str, label: str, chosen: Person) -> Markup:
        options = [
            tag("option", person.address, value=person.id, selected=person is chosen)
            for person in world.people.values()
        ]
        return tag("label", label, tag("select", *options, name=name))

    start = tag("label", "From day", tag("input", type="date", name="from", value=first.isoformat()))
    inner = (select("left", "Left", left), select("right", "Right", right), start)
    show = tag("button", "Show", type="submit")
    return tag("form", tag("div", *inner, class_="fields"), tag("p", show), method="get", class_="panel")


def _agenda(world: World, person: Person, first: date, today: date) -> Markup:
    now = world.clock.now()
    hand = world.hand(person)
    found = [
        (event, block(event, now, hue=hue, calendar=name if hue else ""))
        for hue, (calendar_id, name, _) in enumerate(hand.calendars(person))
        for event in hand.events(person, calendar_id, *between(first, SHOWN_DAYS))
    ]
    days: dict[date, list[Markup]] = {}
    for event, shown_block in sorted(found, key=lambda pair: order(pair[0])):
        days.setdefault(max(days_of(event)[0], first), []).append(shown_block)
    shown = [
        tag("section", tag("h3", f"{day:%A %-d %B}"), *days[day], class_="day today" if day == today else "day")
        for day in sorted(days)
    ]
    empty = tag("p", f"Nothing until {first + timedelta(days=SHOWN_DAYS):%-d %B}.", class_="small")
    head = tag("h2", tag("a", person.address, href=address(person)))
    return tag("section", head, *(shown or [empty]))
