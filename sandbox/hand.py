"""What a person does by hand in a calendar: one Protocol that both clouds implement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sandbox.cast import Person

# Whole days for all-day events, otherwise aware times.
Moment = datetime | date


@dataclass(frozen=True)
class HandEvent:
    """An event as its owner sees it. All-day events carry dates, `end` exclusive; others aware times.

    `recurrence` is the rule (RRULE without the prefix) of the series it belongs to; `series_id` the series of an instance;
    `is_copy` says that it carries a mark of Hetk's, whatever kind. `label` is its colour or category, in the cloud's own words.
    """

    id: str
    series_id: str | None
    title: str
    start: Moment
    end: Moment
    all_day: bool
    zone: str
    description: str
    location: str
    show_as: str
    sensitivity: str
    recurrence: str | None
    attendees: list[str]
    is_copy: bool
    created: datetime
    updated: datetime
    label: str = ""


class Hand(Protocol):
    """A person's hand in one cloud. `calendar_id` None is the primary calendar; `id` may be an instance of a series.

    Unknown ids raise KeyError; what the person may not do raises PermissionError.
    """

    def calendars(self, person: Person) -> list[tuple[str, str, bool]]:
        """(id, name, may edit) of every calendar the person sees, the primary first."""

    def events(self, person: Person, calendar_id: str | None, start: datetime, end: datetime) -> list[HandEvent]:
        """What lies between `start` and `end`, series expanded into instances, by start."""

    def create(
        self,
        person: Person,
        calendar_id: str | None,
        *,
        title: str,
        start: Moment,
        end: Moment,
        all_day: bool = False,
        zone: str = "UTC",
        description: str = "",
        location: str = "",
        show_as: str = "busy",
        sensitivity: str = "normal",
        attendees: Sequence[str] = (),
        rrule: str | None = None,
        answer: str | None = None,
        organizer: str | None = None,
        kind: str = "default",
    ) -> str:
        """A new event; returns its id.

        `organizer` is somebody else's address when the person was invited; `answer` the person's own answer then: accepted,
        tentative, declined, unanswered. `kind`: default, out_of_office, focus_time, working_location, birthday (a cloud
        without such a kind takes default).
        """

    def edit(self, person: Person, calendar_id: str | None, id: str, **changes: Any) -> None:
        """Changes the named fields (those of `create`, and `label` where the cloud has any)."""

    def move(self, person: Person, calendar_id: str | None, id: str, start: Moment, end: Moment) -> None:
        """Gives it other times."""

    def delete(self, person: Person, calendar_id: str | None, id: str) -> None:
        """Removes it; of a series' instance only that one."""
