"""How numbers, times and names are said. Pure: values in, words out."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from sync.models import Calendar, Flow, FlowSettings, ShowAsRule, Verification

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
    words = ["Busy only" if chosen.private else "Full details"]
    if chosen.show_as != ShowAsRule.KEEP:
        words.append(f"shown as {ShowAsRule(chosen.show_as).label.lower()}")
    if chosen.transform_identity and not chosen.private:
        words.append("your address exchanged")
    return ", ".join(words)


def verification_words(row: Verification) -> str:
    """How an audit ended: "0 differences", "3 differences, all repaired", or why it is no verification."""
    if row.outcome == Verification.Outcome.FAILED:
        return f"not verified: {row.trouble}"
    found = count(row.differences, "difference")
    if not row.differences:
        return found
    return f"{found}, all repaired" if not row.left else f"{found}, {count(row.left, 'left', 'left')}"
