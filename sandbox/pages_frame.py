"""What every page of the sandbox shares: the ribbon, the bar, times, and one event's block."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.responses import Response

from sandbox.hand import HandEvent, Moment
from sandbox.markup import Markup, Piece, document, tag

ZONE = ZoneInfo("Europe/Tallinn")
BAR = (
    ("/", "Sandbox"),
    ("/_sandbox/side-by-side", "Side by side"),
    ("/_sandbox/mailbox", "Mailbox"),
    ("/_sandbox/feeds", "Feeds"),
    ("/_sandbox/names", "DNS"),
    ("/_sandbox/log", "Requests"),
)
FRESH = timedelta(seconds=8)


def shell(title: str, current: str, *body: Piece, site: str = "", live: int = 0, full: bool = False) -> Response:
    """A page with ribbon and bar; `live` keeps its data-live parts fresh, every so many seconds."""
    links = [
        tag("li", tag("a", label, href=path, aria_current="page" if path == current else None)) for path, label in BAR
    ]
    if site:
        links.append(tag("li", tag("a", "Hetk ↗", href=site)))
    ribbon = tag("header", tag("p", "Sandbox: made-up people, made-up clouds, on this machine only"), class_="ribbon")
    return document(
        title,
        ribbon,
        tag("nav", tag("ul", *links), class_="bar", aria_label="Sandbox"),
        tag("main", *body, class_="wide full" if full else "wide"),
        tag("script", src="/_sandbox/static/sandbox.js", defer=True) if live else None,
        live=live,
    )


def local(moment: Moment) -> datetime | date:
    """An aware time in the zone of the pages; a date stays a date."""
    return moment.astimezone(ZONE) if isinstance(moment, datetime) else moment


def day_of(moment: Moment) -> date:
    """The day that a moment falls on, in the zone of the pages."""
    found = local(moment)
    return found.date() if isinstance(found, datetime) else found


def days_of(event: HandEvent) -> list[date]:
    """Every day that the event touches."""
    first, last = day_of(event.start), day_of(event.end)
    # An end at midnight, or an all-day end, belongs to the day before.
    ends_at_midnight = not isinstance(event.end, datetime) or local(event.end).strftime("%H%M") == "0000"
    if ends_at_midnight and last > first:
        last -= timedelta(days=1)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def order(event: HandEvent) -> tuple[bool, str]:
    """Sorts the events of a day: whole days first, then by time."""
    return not event.all_day, str(local(event.start))


def times(event: HandEvent) -> str:
    """ "All day" or "09:00–09:30"."""
    if event.all_day:
        return "All day"
    return f"{local(event.start):%H:%M}–{local(event.end):%H:%M}"


def block(event: HandEvent, now: datetime, *, hue: int = 0, href: str | None = None, calendar: str = "") -> Markup:
    """One event: filled, hatched when only busy, outlined when free, with a corner fold when it is a copy."""
    kinds = ["event", f"hue-{hue % 4}"]
    kinds += ["copy"] if event.is_copy else []
    kinds += ["hatched"] if event.is_copy and event.sensitivity == "private" else []
    kinds += [event.show_as] if event.show_as in ("free", "tentative") else []
    kinds += ["fresh"] if now - event.updated < FRESH else []
    notes = [
        "copy" if event.is_copy else "",
        event.sensitivity if event.sensitivity not in ("normal", "default") else "",
        "series" if event.series_id or event.recurrence else "",
        {"oof": "out of office", "workingElsewhere": "working elsewhere"}.get(event.show_as, event.show_as)
        if event.show_as != "busy"
        else "",
        f"{len(event.attendees)} invited" if event.attendees else "",
        event.location,
        f"label {event.label}" if event.label else "",
        calendar,
    ]
    told = " · ".join(note for note in notes if note)
    inner = (tag("time", times(event)), tag("strong", event.title or "(no title)"), tag("small", told))
    name = "a" if href else "div"
    return tag(name, *inner, class_=" ".join(kinds), href=href)


def legend() -> Markup:
    """What the blocks mean."""
    shown = (("event", "event"), ("event copy", "copy"), ("event copy hatched", "private copy"), ("event free", "free"))
    blocks = [tag("span", word, class_=kind) for kind, word in shown]
    return tag("p", *blocks, tag("span", "outlined in amber: changed just now"), class_="legend")
