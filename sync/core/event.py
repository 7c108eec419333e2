"""An event as Hetk sees it, whichever provider it came from.

Values only: frozen, comparable, free of any provider's words. `Content` is what a copy may carry; everything else on `Event`
is read and never written. Titles and the like live in memory for the length of a cycle and are stored nowhere.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Field(StrEnum):
    """The fields that travel. A fingerprint, a mask and a merge are all told by field."""

    TITLE = "title"
    DESCRIPTION = "description"
    LOCATION = "location"
    WHEN = "when"
    SHOW_AS = "show_as"
    SENSITIVITY = "sensitivity"


class ShowAs(StrEnum):
    """RFC 5545 TRANSP, with the finer values of Graph's freeBusyStatus."""

    FREE = "free"
    TENTATIVE = "tentative"
    BUSY = "busy"
    OUT_OF_OFFICE = "oof"
    ELSEWHERE = "workingElsewhere"


class Sensitivity(StrEnum):
    """RFC 5545 CLASS, with Graph's `personal`; from the most open to the most closed."""

    NORMAL = "normal"
    PERSONAL = "personal"
    PRIVATE = "private"
    CONFIDENTIAL = "confidential"


class Answer(StrEnum):
    """What the calendar's owner answered to the invitation (RFC 5545 PARTSTAT). `NONE`: there was no invitation."""

    NONE = "none"
    ORGANIZER = "organizer"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"
    UNANSWERED = "unanswered"


class Kind(StrEnum):
    DEFAULT = "default"
    OUT_OF_OFFICE = "out_of_office"
    FOCUS_TIME = "focus_time"
    WORKING_LOCATION = "working_location"
    BIRTHDAY = "birthday"


class Label(StrEnum):
    """Colours that a person may give to copies: those that every provider which shows any has a name for."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    PURPLE = "purple"


@dataclass(frozen=True, slots=True)
class Timed:
    """A span between two instants. `start` and `end` are aware and in UTC; `zone` is the IANA name the person chose."""

    start: datetime
    end: datetime
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class AllDay:
    """Whole days; `end` is exclusive (RFC 5545 3.6.1). Dates are never converted between zones."""

    start: date
    end: date


When = Timed | AllDay


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What one event says, and all that a copy may carry. `description` is plain text."""

    title: str
    when: When
    description: str = ""
    location: str = ""
    show_as: ShowAs = ShowAs.BUSY
    sensitivity: Sensitivity = Sensitivity.NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """Somebody on the list. `is_self`: the owner of the calendar that was read. `declined`: they said so, and it was told."""

    address: str
    name: str = ""
    is_self: bool = False
    declined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event of a calendar: a single event or one instance of a series, never the master of a series.

    `id` and `version` are the provider's (Graph id and changeKey, Google id and etag, CalDAV href and ETag), opaque and
    case-sensitive. `series_id` names the master, which names itself. `mark` is the raw text that some Hetk wrote into a copy, `key` the
    idempotency key it was created under (Graph transactionId, Google id); both are checked by `core.mark`, never trusted.
    `label`: a `Label`, another colour by its provider's own name, or "". It says nothing of an origin and never travels.
    `unsure_of_mark`: the reading could not tell whether there is a mark; the event must be fetched by id to know.
    """

    id: str
    version: str
    content: Content
    series_id: str = ""
    ical_uid: str = ""
    kind: Kind = Kind.DEFAULT
    cancelled: bool = False
    answer: Answer = Answer.NONE
    organizer: str = ""
    attendees: tuple[Attendee, ...] = ()
    updated: datetime | None = None
    mark: str = ""
    key: str = ""
    label: str = ""
    unsure_of_mark: bool = False

    @property
    def has_guests(self) -> bool:
        """Somebody besides the owner is on it, so that an edit or a delete would reach another person."""
        return any(not attendee.is_self for attendee in self.attendees)
