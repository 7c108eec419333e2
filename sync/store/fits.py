"""What a provider sent and a row can hold. SQLite keeps anything; PostgreSQL refuses what is too long, and the character NUL anywhere."""

from collections.abc import Sequence
from dataclasses import replace

from sync.core.event import Event
from sync.providers.base import Page

ID = 1024
CALENDAR_ID = 512
VERSION = 255
NUL = "\x00"


def fits(text: str, longest: int) -> bool:
    return len(text) <= longest and NUL not in text


def event_fits(event: Event) -> bool:
    """Whether the event can be remembered. One that cannot is left alone: it must not keep the others from being synced."""
    return all(fits(id, ID) for id in (event.id, event.series_id)) and fits(event.version, VERSION)


def page_that_fits(page: Page) -> tuple[Page, int]:
    """The page without what cannot be remembered, and how many events that were."""
    events: Sequence[Event] = [event for event in page.events if event_fits(event)]
    kept = replace(
        page,
        events=events,
        removed=[id for id in page.removed if fits(id, ID)],
        series={id: present for id, present in page.series.items() if fits(id, ID)},
        cursor="" if NUL in page.cursor else page.cursor,
    )
    return kept, len(page.events) - len(events)


def shortened(text: str, longest: int) -> str:
    """What people read may be cut."""
    return text.replace(NUL, "")[:longest]
