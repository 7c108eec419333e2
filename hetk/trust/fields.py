"""Which property of each provider carries what; the tests look each of them up in the code that maps it."""

from dataclasses import dataclass

# The name of an integration's column, and its word in `Row`.
PROVIDERS = ("microsoft", "google", "icalendar")


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is copied: its name for people, and the properties that hold it. `hidden`: what a private copy shows."""

    what: str
    microsoft: tuple[str, ...]
    google: tuple[str, ...]
    icalendar: tuple[str, ...]
    hidden: str


ROWS = (
    Row("Title", ("subject",), ("summary",), ("SUMMARY",), "“Busy”"),
    Row("Description", ("body",), ("description",), ("DESCRIPTION",), "Nothing"),
    Row("Place", ("location",), ("location",), ("LOCATION",), "Nothing"),
    Row("Guests, as text below the description", ("attendees",), ("attendees",), ("ATTENDEE",), "Nothing"),
    Row("Start, end and time zone", ("start", "end"), ("start", "end"), ("DTSTART", "DTEND"), "The same"),
    Row("All day", ("isAllDay",), ("date",), ("DATE",), "The same"),
    Row(
        "Free or busy",
        ("showAs",),
        ("transparency",),
        ("TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS"),
        "The same, unless you choose another",
    ),
    Row("Sensitivity", ("sensitivity",), ("visibility",), ("CLASS",), "Private"),
)

NEVER = (
    "reminders and alarms",
    "attachments",
    "join links and dial-in data of Teams, Zoom, Meet and Webex",
    "answers of guests",
    "categories and colours of the original",
    "working locations and birthdays",
    "tasks",
)


def rows(provider: str) -> list[tuple[str, tuple[str, ...], str]]:
    """(what, properties, what a private copy shows) at one of PROVIDERS."""
    return [(row.what, getattr(row, provider), row.hidden) for row in ROWS]
