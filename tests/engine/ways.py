"""One direction as its person set it: which events it copies and what each copy must say. Knows the rules, not the engine."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from sync.core.event import AllDay, Answer, Content, Event, Field, Kind, Sensitivity, ShowAs, When
from sync.core.privacy import GUESTS
from sync.core.window import Window
from sync.models import FlowSettings

# A text that the clouds of histories refuse to take, whatever is done: an event that can never be copied as it is.
UNWRITABLE = "unwritable"
# Every text of an origin holds such a word; none may stand where it is hidden.
SECRET = re.compile(r"secret\d+")
PLAIN = "{title}"
# What stands in the place of a title that is hidden.
WORDS = ("Busy", "Away")


@dataclass(slots=True)
class Way:
    """`pair` is the row's number; calendars are remote ids.

    identity: the source as its connection knows it, of which marks are made. address: whose calendar the target is. Domains: of all who
    are named by the calendars' accounts and owners. texts_stay: what is typed into a copy does not travel back.
    """

    pair: int
    source: str
    target: str
    settings: FlowSettings
    two_way: bool
    identity: str
    address: str
    source_domains: frozenset[str] = frozenset()
    target_domains: frozenset[str] = frozenset()
    paused: bool = False
    ending: bool = False
    texts_stay: bool = False

    @property
    def private(self) -> bool:
        return self.settings.private

    @property
    def hidden(self) -> set[str]:
        """Details that nobody sees in the target."""
        names = ("title", "description", "location", "guests")
        return {name for name in names if self.private or not getattr(self.settings, f"show_{name}")}

    @property
    def masked(self) -> set[str]:
        """Fields that never travel back."""
        fields = self.hidden - {"guests"} | ({"title", "description", "location"} if self.texts_stay else set())
        fields |= {"sensitivity"} if self.private else set()
        return fields | ({"show_as"} if self.settings.show_as != "keep" else set())

    def may_travel(self, name: str, event: Event) -> bool:
        """Whether what a person makes of this field of a copy goes back to its origin."""
        dressed = name == "title" and self.settings.template != PLAIN
        overruled = name == "show_as" and shown(event, self) is not event.content.show_as
        return self.two_way and not self.ending and name not in self.masked and not dressed and not overruled


def excluded(event: Event, way: Way) -> bool:
    """Rules 20 to 22, and what the person leaves out: events that get no copy, whatever the time."""
    return (
        event.cancelled
        or event.kind in {Kind.BIRTHDAY, Kind.WORKING_LOCATION}
        or any(a.address == way.address and not a.is_self for a in event.attendees)
        or _left_out(event, way.settings)
    )


def _left_out(event: Event, settings: FlowSettings) -> bool:
    content, title = event.content, event.content.title.lower()
    return (
        (event.answer is Answer.DECLINED and not settings.copy_declined)
        or (event.answer is Answer.UNANSWERED and settings.unanswered == "skip")
        or (event.kind is Kind.OUT_OF_OFFICE and not settings.copy_out_of_office)
        or (event.kind is Kind.FOCUS_TIME and not settings.copy_focus_time)
        or (isinstance(content.when, AllDay) and settings.whole_days == "skip")
        or (content.show_as is ShowAs.FREE and not settings.copy_free)
        or bool(settings.only_words and settings.only_words not in title)
        or bool(settings.not_words and settings.not_words in title)
        or bool(settings.keep_out and settings.keep_out in title)
        or not any(str(day.isoweekday()) in settings.weekdays for day in days(content.when))
    )


def days(when: When) -> list[date]:
    """The days that an event touches; people of histories live by UTC."""
    if isinstance(when, AllDay):
        first, last = when.start, when.end - timedelta(days=1)
    else:
        first, last = when.start.date(), max(when.start, when.end - timedelta(microseconds=1)).date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def wanted(event: Event, way: Way, window: Window) -> bool:
    return not excluded(event, way) and window.holds(event.content.when)


def refused(event: Event, way: Way) -> bool:
    """Rule 14: no cloud takes this copy."""
    copy = rendered(event, way)
    return is_unwritable(f"{copy.title} {copy.description} {copy.location}")


def is_unwritable(text: str) -> bool:
    return UNWRITABLE in text


def shown(event: Event, way: Way) -> ShowAs:
    settings, own = way.settings, event.content.show_as
    if event.answer is Answer.DECLINED or (settings.whole_days == "free" and isinstance(event.content.when, AllDay)):
        return ShowAs.FREE
    if settings.show_as != "keep":
        return ShowAs(settings.show_as)
    open_still = event.answer is Answer.UNANSWERED and settings.unanswered == "tentative"
    unsure = event.answer is Answer.TENTATIVE or open_still
    return ShowAs.TENTATIVE if unsure and own is ShowAs.BUSY else own


def rendered(event: Event, way: Way) -> Content:
    """What the copy must say."""
    own, hidden = event.content, way.hidden
    description = "" if "description" in hidden else own.description
    if event.has_guests and "guests" not in hidden:
        lines = [f"- {a.name} <{a.address}>" if a.name else f"- {a.address}" for a in event.attendees]
        description = "\n".join([*([description, ""] if description else []), GUESTS, *lines])
    return Content(
        title=way.settings.word if "title" in hidden else way.settings.template.replace(PLAIN, own.title),
        when=own.when,
        description=description,
        location="" if "location" in hidden else own.location,
        show_as=shown(event, way),
        sensitivity=Sensitivity.PRIVATE if way.private else own.sensitivity,
    )


def leaks(content: Content, way: Way) -> bool:
    """Whether a copy shows what this way hides."""
    hidden = way.hidden
    texts = {"description": content.description, "location": content.location}
    return (
        ("title" in hidden and content.title != way.settings.word)
        or any(name in hidden and bool(SECRET.search(text)) for name, text in texts.items())
        or ("guests" in hidden and GUESTS in content.description)
        or (way.private and content.sensitivity is not Sensitivity.PRIVATE)
    )


def unlike(event: Event, copy: Event, way: Way) -> list[str]:
    """The fields in which a copy does not say what it should."""
    want = rendered(event, way)
    return [field.value for field in Field if getattr(copy.content, field.value) != getattr(want, field.value)]
