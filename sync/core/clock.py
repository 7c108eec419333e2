"""Zone names, where only they differ: not every provider has a word for every zone, and the person chose one."""

from dataclasses import replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sync.core.event import Timed, When


def given_back(origin: When, copy: When) -> When:
    """When the copy is, in the origin's own zone unless its clock shows another time: the instants are the copy's."""
    if not isinstance(origin, Timed) or not isinstance(copy, Timed) or origin.zone == copy.zone:
        return copy
    # UTC is what a provider says that lost the name.
    if copy.zone == "UTC" or _shows_the_same(copy, origin.zone):
        return replace(copy, zone=origin.zone)
    return copy


def _shows_the_same(when: Timed, other: str) -> bool:
    try:
        one, two = ZoneInfo(when.zone), ZoneInfo(other)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return all(m.astimezone(one).utcoffset() == m.astimezone(two).utcoffset() for m in (when.start, when.end))
