"""What an audit makes of one link, or of an event without one. Pure: the planner's answer in, a finding out.

An audit asks the same planner as every cycle, with both sides as they are read at that moment. Where it would do nothing, both are in
step; what it would do is the difference.
"""

from collections.abc import Sequence
from enum import StrEnum

from sync.core.event import Content, Event, Field
from sync.core.fingerprint import canonical
from sync.core.operation import Create, Delete, Operation, Side, Update
from sync.core.plan import Copy, Sight
from sync.core.privacy import Looks, stripped


class Finding(StrEnum):
    """How a pair can differ from what it should be."""

    MISSING = "missing"
    EXTRA = "extra"
    DIFFERING = "differing"
    VISIBLE = "visible"


def judge(sight: Sight, planned: Sequence[Operation], looks: Looks) -> Finding | None:
    """The finding for one link, seen as it is now; None where both sides are in step."""
    if isinstance(sight.copy, Event) and shows_more(sight.copy.content, looks):
        return Finding.VISIBLE
    if sight.copy is Copy.GONE and sight.origin is not None:
        return Finding.MISSING
    for operation in planned:
        match operation:
            case Create():
                return Finding.MISSING
            case Delete(side=Side.COPY):
                return Finding.EXTRA
            case Update() | Delete():
                return Finding.DIFFERING
    return None


def shows_more(copy: Content, looks: Looks) -> bool:
    """Whether a copy says anything that its flow hides."""
    bare = stripped(copy, looks)
    return any(canonical(copy, field) != canonical(bare, field) for field in Field)
