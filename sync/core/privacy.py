"""What a copy may say. The one place where an origin becomes a copy, and a copy's change becomes the origin's."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from sync.core.clock import given_back
from sync.core.event import AllDay, Answer, Attendee, Content, Event, Field, Sensitivity, ShowAs
from sync.core.joining import has_join_data, without_join_data

BUSY_TITLE = "Busy"
NO_TITLE = "(no title)"
TITLE_PLACE = "{title}"
GUESTS = "Guests (listed by Hetk):"
HIDEABLE = (Field.TITLE, Field.DESCRIPTION, Field.LOCATION)


class Detail(StrEnum):
    """What can be kept from others, each by itself. Guests are no field: they stand in the description."""

    TITLE = "title"
    DESCRIPTION = "description"
    LOCATION = "location"
    GUESTS = "guests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """How one flow shows its copies.

    private: every detail is hidden, and the copy is marked private. hide: details hidden without that. word: the title where
    titles are hidden. template: the title where they are shown, with `{title}` once. show_as: forced value, or None to keep.
    whole_days_free: all-day events block nothing. unanswered_tentative: an invitation without an answer blocks the time
    tentatively. texts_stay: what is typed into the copy never flows back, for the policy of its calendar keeps it there. swap: (address on the source account, address on the target account), or None.
    """

    private: bool = True
    hide: frozenset[Detail] = frozenset()
    word: str = BUSY_TITLE
    template: str = TITLE_PLACE
    show_as: ShowAs | None = None
    whole_days_free: bool = False
    unanswered_tentative: bool = True
    swap: tuple[str, str] | None = None
    texts_stay: bool = False

    @property
    def hidden(self) -> frozenset[Detail]:
        return frozenset(Detail) if self.private else self.hide

    @property
    def masked(self) -> frozenset[Field]:
        """Fields whose value in the copy says nothing about the origin; they never flow back."""
        fields = {field for field in HIDEABLE if Detail(field) in self.hidden}
        fields |= {Field.SENSITIVITY} if self.private else set()
        return frozenset(fields | ({Field.SHOW_AS} if self.show_as else set()))


def project(event: Event, looks: Looks) -> Content:
    """The copy that `looks` allows of this event."""
    content, hidden = event.content, looks.hidden
    title = looks.word if Detail.TITLE in hidden else dressed(_swap(content.title, looks.swap), looks.template)
    description = "" if Detail.DESCRIPTION in hidden else without_join_data(content.description)
    if Detail.GUESTS not in hidden:
        description = with_guests(description, event.attendees)
    location = "" if Detail.LOCATION in hidden else without_join_data(content.location)
    return Content(
        title=title,
        when=content.when,
        description=_swap(description, looks.swap),
        location=_swap(location, looks.swap),
        show_as=_shown(event, looks),
        sensitivity=Sensitivity.PRIVATE if looks.private else content.sensitivity,
    )


def stripped(copy: Content, looks: Looks) -> Content:
    """A copy with everything taken out that `looks` hides; all the rest of it stays as it is."""
    hidden, description = looks.hidden, copy.description
    if Detail.DESCRIPTION in hidden:
        description = "" if Detail.GUESTS in hidden else guests_alone(description)
    elif Detail.GUESTS in hidden:
        description = without_guests(description)
    return replace(
        copy,
        title=looks.word if Detail.TITLE in hidden else copy.title,
        description=description,
        location="" if Detail.LOCATION in hidden else copy.location,
        sensitivity=Sensitivity.PRIVATE if looks.private else copy.sensitivity,
    )


def withheld(event: Event, looks: Looks) -> frozenset[Field]:
    """Fields that never flow back for this event: what the flow masks, texts and values of which the copy holds only a part."""
    texts = {Field.DESCRIPTION: event.content.description, Field.LOCATION: event.content.location}
    cut = {field for field, text in texts.items() if has_join_data(text)}
    cut |= set(HIDEABLE) if looks.texts_stay else set()
    return looks.masked | cut | ({Field.SHOW_AS} if _overruled(event, looks) is not None else set())


def dressed(title: str, template: str) -> str:
    return (title or NO_TITLE).join(template.split(TITLE_PLACE, 1))


def undressed(title: str, template: str) -> str | None:
    """The title inside one that fits the template exactly; None where it does not fit, so that nobody has to guess."""
    before, _, after = template.partition(TITLE_PLACE)
    if not before and not after:
        return title
    inside = title.removeprefix(before).removesuffix(after)
    fits = len(title) > len(before) + len(after) and title.startswith(before) and title.endswith(after)
    return inside if fits and inside.strip() else None


def give_back(origin: Content, copy: Content, fields: frozenset[Field], looks: Looks) -> Content:
    """The origin with `fields` as the copy has them: our block of guests stripped, identities swapped back."""
    back = (looks.swap[1], looks.swap[0]) if looks.swap else None
    for field in fields:
        match field:
            case Field.TITLE:
                inside = undressed(copy.title, looks.template)
                origin = origin if inside is None else replace(origin, title=_swap(inside, back))
            case Field.DESCRIPTION:
                origin = replace(origin, description=_swap(without_guests(copy.description), back))
            case Field.LOCATION:
                origin = replace(origin, location=_swap(copy.location, back))
            case Field.WHEN:
                origin = replace(origin, when=given_back(origin.when, copy.when))
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


def guests_alone(description: str) -> str:
    """Our block of guests, where one stands at the end; "" for a text that only looks like one."""
    _, marker, names = description.rpartition(GUESTS)
    ours = all(line.startswith("- ") for line in names.split("\n") if line.strip())
    return marker + names if ours and names.strip() else ""


def _shown(event: Event, looks: Looks) -> ShowAs:
    """What the copy blocks. Where a kind of event has a rule of its own, that wins over the one for all."""
    own = _overruled(event, looks)
    if own is not None:
        return own
    return looks.show_as or event.content.show_as


def _overruled(event: Event, looks: Looks) -> ShowAs | None:
    """What events of this sort are shown as, whatever they say themselves."""
    if event.answer is Answer.DECLINED or (looks.whole_days_free and isinstance(event.content.when, AllDay)):
        return ShowAs.FREE
    if looks.show_as is not None:
        return None
    unsure = event.answer is Answer.TENTATIVE or (event.answer is Answer.UNANSWERED and looks.unanswered_tentative)
    return ShowAs.TENTATIVE if unsure and event.content.show_as is ShowAs.BUSY else None


def _swap(text: str, swap: tuple[str, str] | None) -> str:
    if not swap or not text:
        return text
    return re.sub(rf"(?<![\w.+-]){re.escape(swap[0])}(?![\w-]|\.\w)", lambda _: swap[1], text, flags=re.IGNORECASE)
