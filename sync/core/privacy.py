"""What a copy may say. The one place where an origin becomes a copy, and a copy's change becomes the origin's."""

import re
from dataclasses import dataclass, replace

from sync.core.event import Answer, Attendee, Content, Event, Field, Sensitivity, ShowAs
from sync.core.joining import has_join_data, without_join_data

BUSY_TITLE = "Busy"
NO_TITLE = "(no title)"
GUESTS = "Guests (listed by Hetk):"


@dataclass(frozen=True, slots=True)
class Looks:
    """How one flow shows its copies.

    private: title "Busy", no description, location or guests, sensitivity private. show_as: forced value, or None to keep.
    swap: (address on the source account, address on the target account), or None.
    """

    private: bool = True
    show_as: ShowAs | None = None
    swap: tuple[str, str] | None = None

    @property
    def masked(self) -> frozenset[Field]:
        """Fields whose value in the copy says nothing about the origin; they never flow back."""
        hidden = {Field.TITLE, Field.DESCRIPTION, Field.LOCATION, Field.SENSITIVITY} if self.private else set()
        return frozenset(hidden | ({Field.SHOW_AS} if self.show_as else set()))


def project(event: Event, looks: Looks) -> Content:
    """The copy that `looks` allows of this event."""
    content = event.content
    show_as = looks.show_as or _shown(event)
    if looks.private:
        return Content(title=BUSY_TITLE, when=content.when, show_as=show_as, sensitivity=Sensitivity.PRIVATE)
    return Content(
        title=_swap(content.title, looks.swap) or NO_TITLE,
        when=content.when,
        description=_swap(with_guests(without_join_data(content.description), event.attendees), looks.swap),
        location=_swap(without_join_data(content.location), looks.swap),
        show_as=show_as,
        sensitivity=content.sensitivity,
    )


def stripped(copy: Content) -> Content:
    """A copy with everything taken out that a private flow hides; when and how it is shown stay as they are."""
    return Content(title=BUSY_TITLE, when=copy.when, show_as=copy.show_as, sensitivity=Sensitivity.PRIVATE)


def withheld(event: Event, looks: Looks) -> frozenset[Field]:
    """Fields that never flow back for this event: what the flow masks, and texts of which the copy holds only a part."""
    texts = {Field.DESCRIPTION: event.content.description, Field.LOCATION: event.content.location}
    return looks.masked | {field for field, text in texts.items() if has_join_data(text)}


def give_back(origin: Content, copy: Content, fields: frozenset[Field], looks: Looks) -> Content:
    """The origin with `fields` as the copy has them: our block of guests stripped, identities swapped back."""
    back = (looks.swap[1], looks.swap[0]) if looks.swap else None
    for field in fields:
        match field:
            case Field.TITLE:
                origin = replace(origin, title=_swap(copy.title, back))
            case Field.DESCRIPTION:
                origin = replace(origin, description=_swap(without_guests(copy.description), back))
            case Field.LOCATION:
                origin = replace(origin, location=_swap(copy.location, back))
            case Field.WHEN:
                origin = replace(origin, when=copy.when)
            case Field.SHOW_AS:
                origin = replace(origin, show_as=copy.show_as)
            case Field.SENSITIVITY:
                origin = replace(origin, sensitivity=copy.sensitivity)
    return origin


def with_guests(description: str, attendees: tuple[Attendee, ...]) -> str:
    """The description with the guests as plain text below it (never as attendees: no provider could be kept from mailing them)."""
    if not any(not attendee.is_self for attendee in attendees):
        return description
    lines = [f"- {a.name} <{a.address}>" if a.name else f"- {a.address}" for a in attendees]
    return "\n".join([*([description.rstrip(), ""] if description.strip() else []), GUESTS, *lines])


def without_guests(description: str) -> str:
    return description.split(GUESTS, 1)[0].rstrip()


def _shown(event: Event) -> ShowAs:
    """An invitation that is not yet accepted blocks the time tentatively."""
    unsure = event.answer in {Answer.UNANSWERED, Answer.TENTATIVE}
    return ShowAs.TENTATIVE if unsure and event.content.show_as is ShowAs.BUSY else event.content.show_as


def _swap(text: str, swap: tuple[str, str] | None) -> str:
    if not swap or not text:
        return text
    return re.sub(rf"(?<![\w.+-]){re.escape(swap[0])}(?![\w-]|\.\w)", lambda _: swap[1], text, flags=re.IGNORECASE)
