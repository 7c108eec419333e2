"""How numbers, times and names are said. Pure: values in, words out."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from sync.core.filters import words
from sync.core.privacy import TITLE_PLACE
from sync.models import Calendar, Flow, FlowSettings, ShowAsRule, Verification
from sync.models.flow import WEEKDAYS, LabelRule, UnansweredRule, WholeDaysRule

DAYS = {"1": "Mon", "2": "Tue", "3": "Wed", "4": "Thu", "5": "Fri", "6": "Sat", "7": "Sun"}
PLAIN_NAMES = {"calendar", "kalender", "calendrier", "calendario"}


def count(number: int, one: str, many: str = "") -> str:
    """`count(1, "copy", "copies")` -> "1 copy"; thousands are set apart by a thin space."""
    figure = f"{number:,}".replace(",", "\u202f")
    return f"{figure} {one if number == 1 else many or one + 's'}"


def age(span: timedelta) -> str:
    seconds = max(0, int(span.total_seconds()))
    if seconds < 2:
        return "just now"
    return f"{length(seconds)} ago"


def length(seconds: int) -> str:
    """The largest unit that fits: s, min, h, then days."""
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 86_400:
        return f"{seconds // 3600} h"
    return count(seconds // 86_400, "day")


def moment(local: datetime) -> str:
    """Local time in, "Tue 24 Nov, 14:00" out; the year only where it is not this one."""
    return f"{day(local.date())}, {local:%H:%M}"


def day(value: date) -> str:
    this_year = value.year == timezone.localdate().year
    return f"{value:%a} {value.day} {value:%b}" + ("" if this_year else f" {value.year}")


def long_day(value: date) -> str:
    """ "Tuesday 24 November 2026"."""
    return f"{value:%A} {value.day} {value:%B %Y}"


def span(start: datetime, end: datetime, *, all_day: bool = False) -> str:
    """When an event is; `start` and `end` local. The end of an all-day event is exclusive."""
    if all_day:
        last = end.date() - timedelta(days=1)
        return day(start.date()) + (f" – {day(last)}" if last > start.date() else "") + ", all day"
    if start.date() == end.date():
        return f"{day(start.date())}, {start:%H:%M}–{end:%H:%M}"
    return f"{moment(start)} – {moment(end)}"


def calendar_name(calendar: Calendar) -> str:
    """What people call it. A main calendar that only says "Calendar" is called by its account."""
    address = calendar.connection.address
    return address if calendar.primary and calendar.name.lower() in PLAIN_NAMES else calendar.name


def listed(words: list[str]) -> str:
    """ "a, b and c"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def looks_words(chosen: Flow | FlowSettings) -> str:
    """What others see there, in a few words: "Busy only, shown as free"."""
    told = [f"{chosen.word} only" if chosen.private else _details_words(chosen)]
    if not chosen.private and not chosen.show_title:
        told.append(f"titles read “{chosen.word}”")
    if not chosen.private and chosen.show_title and chosen.template != TITLE_PLACE:
        told.append(f"titles as “{chosen.template}”")
    if chosen.show_as != ShowAsRule.KEEP:
        told.append(f"shown as {ShowAsRule(chosen.show_as).label.lower()}")
    if chosen.label:
        told.append(f"labelled {LabelRule(chosen.label).label.lower()}")
    if chosen.transform_identity and not chosen.private:
        told.append("your address exchanged")
    return ", ".join(told)


def _details_words(chosen: Flow | FlowSettings) -> str:
    shown = {"title": "titles", "description": "descriptions", "location": "places", "guests": "guests"}
    hidden = [word for name, word in shown.items() if not getattr(chosen, f"show_{name}")]
    return f"Details without {listed(hidden)}" if hidden else "Full details"


def copied_words(chosen: Flow | FlowSettings) -> str:
    """What is copied other than at first, in a few words; "" where nothing was asked for."""
    said = {
        f"all-day events {'left out' if chosen.whole_days == WholeDaysRule.SKIP else 'as free'}": chosen.whole_days
        != WholeDaysRule.COPY,
        "no free events": not chosen.copy_free,
        "no unanswered invitations": chosen.unanswered == UnansweredRule.SKIP,
        "unanswered invitations as they are": chosen.unanswered == UnansweredRule.AS_IS,
        "declined invitations too": chosen.copy_declined,
        "no out of office": not chosen.copy_out_of_office,
        "no focus time": not chosen.copy_focus_time,
        hours_words(chosen): bool(hours_words(chosen)),
        f"only titles with {_either(chosen.only_words)}": bool(words(chosen.only_words)),
        f"no titles with {_either(chosen.not_words)}": bool(words(chosen.not_words)),
    }
    text = ", ".join(word for word, holds in said.items() if holds)
    return text[:1].upper() + text[1:]


def hours_words(chosen: Flow | FlowSettings) -> str:
    """ "only Mon, Tue 09:00–17:00"; "" for any time."""
    if chosen.hours_from is None and chosen.weekdays == WEEKDAYS:
        return ""
    # A run of three days or more is told by its ends.
    days = [DAYS[day] for day in chosen.weekdays]
    run = len(days) > 2 and chosen.weekdays in WEEKDAYS
    told = f"{days[0]}–{days[-1]}" if run else ", ".join(days)
    hours = f" {chosen.hours_from:%H:%M}–{chosen.hours_to:%H:%M}" if chosen.hours_from and chosen.hours_to else ""
    return f"only {told}{hours}"


def _either(text: str) -> str:
    found = [f"“{word}”" for word in words(text)]
    return " or ".join(filter(None, [", ".join(found[:-1]), *found[-1:]]))


def verification_words(row: Verification) -> str:
    """How an audit ended: "0 differences", "3 differences, all repaired", or why it is no verification."""
    if row.outcome == Verification.Outcome.FAILED:
        return f"not verified: {row.trouble}"
    found = count(row.differences, "difference")
    if not row.differences:
        return found
    return f"{found}, all repaired" if not row.left else f"{found}, {count(row.left, 'left', 'left')}"
