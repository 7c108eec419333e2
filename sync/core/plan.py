"""The table: what is seen on both sides, and what follows. Pure: the same question always gets the same answer.

Rules are those of `docs/engine.md`; each arm of `plan` is one named situation.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum

from sync.core.event import Content, Event, Field, Kind
from sync.core.filters import Filters, unwanted
from sync.core.fingerprint import STANDING, Fingerprints, Prints
from sync.core.operation import Create, Delete, Forget, Keep, Operation, Reason, Side, Skip, Update
from sync.core.privacy import Looks, give_back, project, undressed, withheld
from sync.core.window import Window

# A meeting that moved moves in every calendar that has it, but not in all at once.
GRACE = timedelta(minutes=2)


# Whatever a provider makes of the rest.
KEPT_AS_SENT = (Field.TITLE, Field.LOCATION, Field.WHEN)


class Copy(Enum):
    """What is known of the copy when its content was not fetched."""

    NEVER = "there has been none"
    AWAY = "a person deleted it earlier, and that was agreed"
    GONE = "it was there when last agreed and is not any more"
    AS_AGREED = "nothing was seen to change it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the link remembers: its salt, and fingerprints of what was last agreed (empty: never).

    label: the one last given to the copy. taken_over: it was made for the event as another calendar told it, so its mark and key
    name that one. in_doubt: nobody knows whether what was last written stands in the copy, or what stood
    there before.
    """

    salt: str
    generation: int = 0
    origin: Prints = field(default_factory=dict)
    written: Prints = field(default_factory=dict)
    copy: Prints = field(default_factory=dict)
    label: str = ""
    in_doubt: bool = False
    taken_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one flow asks for. `two_way`: changes of the copy may travel back. `target_address`: whose calendar it is.

    `label`: a mark of our own on each copy, the same for all of a flow, hence no field: it tells nothing and goes nowhere.
    """

    looks: Looks
    filters: Filters = field(default_factory=Filters)
    two_way: bool = False
    label: str = ""
    target_address: str = ""
    ending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One link as it is seen now: `origin` None means it is certainly gone.

    met: the same meeting stands in the target already. was_met: it did when this link was last looked at.
    """

    origin: Event | None
    copy: Event | Copy
    known: Known
    met: bool = False
    was_met: bool = False


class Planner:
    def __init__(self, prints: Fingerprints) -> None:
        self._prints = prints

    def plan(self, sight: Sight, rules: Rules, window: Window, now: datetime) -> list[Operation]:
        """What is to be done for one link; never empty, and at most one operation a side."""
        origin, copy = sight.origin, sight.copy
        out = None if origin is None else exclusion(origin, rules, window, met=sight.met)
        match (origin, out, copy):
            case (_, _, Event() | Copy.AS_AGREED) if rules.ending:
                return [Delete(Side.COPY, Reason.ENDING)]
            case _ if rules.ending:
                return [Forget(Reason.ENDING)]
            case (None, _, Copy.NEVER | Copy.AWAY | Copy.GONE):
                return [Forget()]
            case (None, _, Event() | Copy.AS_AGREED):
                return [Delete(Side.COPY, Reason.ORIGIN_GONE)]
            case (Event(), Reason.OUTSIDE_WINDOW, Event() | Copy.AS_AGREED):
                return self._merge(origin, copy, sight.known, rules)
            case (Event(), Reason(), Event() | Copy.AS_AGREED):
                return [Delete(Side.COPY, out)]
            case (Event(), Reason.OUTSIDE_WINDOW, Copy.NEVER):
                return [Skip(out, again_at=window.enters_at(origin.content.when, now))]
            case (Event(), Reason(), _):
                # What is not wanted now has no copy to miss: should it be wanted again, it gets one.
                return [Skip(out, away=out is Reason.OUTSIDE_WINDOW)]
            case (Event(), None, Copy.NEVER):
                return [self._first(origin, sight, rules, now)]
            case (Event(), None, Copy.GONE) if not sight.known.copy:
                # We were removing it ourselves when the answer was lost, and now it is wanted again.
                return [Create(project(origin, rules.looks), sight.known.generation + 1, Reason.NEW, rules.label)]
            case (Event(), None, Copy.AWAY | Copy.GONE) if self._origin_changed(origin, sight.known):
                content = project(origin, rules.looks)
                return [Create(content, sight.known.generation + 1, Reason.ORIGIN_CHANGED, rules.label)]
            case (Event(), None, Copy.GONE) if may_follow(origin, rules):
                return [Delete(Side.ORIGIN, Reason.COPY_DELETED)]
            case (Event(), None, Copy.AWAY | Copy.GONE):
                return [Skip(Reason.KEPT_AWAY, away=True)]
            case (Event(), None, Event() | Copy.AS_AGREED):
                return self._merge(origin, copy, sight.known, rules)
        raise AssertionError("the table has a hole")

    def _origin_changed(self, origin: Event, known: Known) -> bool:
        now = self._prints.of_event(origin, known.salt)
        return any(now[name] != known.origin.get(name) for name in now if name != STANDING)

    def _first(self, origin: Event, sight: Sight, rules: Rules, now: datetime) -> Operation:
        """The first copy, at once; in a while, where the target has the same meeting and it may be moving there too."""
        moved = self._prints.of_event(origin, sight.known.salt)[Field.WHEN] != sight.known.origin.get(Field.WHEN)
        if sight.was_met and moved:
            return Skip(Reason.SAME_MEETING, again_at=now + GRACE)
        return Create(project(origin, rules.looks), sight.known.generation, Reason.NEW, rules.label)

    def _merge(self, origin: Event, copy: Event | Copy, known: Known, rules: Rules) -> list[Operation]:
        """Both exist: bring them in step, field by field."""
        desired = project(origin, rules.looks)
        wanted = self._prints.of_content(desired, known.salt)
        seen = self._prints.of_event(copy, known.salt) if isinstance(copy, Event) else known.copy
        relabel = wants_label(copy, known, rules)
        if not known.copy:
            by_hand = self._by_hand(desired, wanted, copy, seen, known)
            if not by_hand:
                return self._adopt(origin, wanted, seen, rules, relabel=relabel, taken_over=known.taken_over)
            # What a person did to a copy before anybody knew that it had been made counts like any edit.
            known = replace(known, copy={**seen, **{name: known.written[name] for name in by_hand}})
        apart = {name for name in Field if not isinstance(copy, Event) or seen.get(name) != wanted[name]}
        touched = {name for name in apart if seen.get(name) != known.copy.get(name)}
        if known.in_doubt:
            touched -= {name for name in apart if seen.get(name) == known.written.get(name)}
        back, reason = self._back(touched, origin, copy, known, rules)
        stale = {name for name in apart if known.in_doubt or wanted[name] != known.written.get(name)}
        forward = frozenset((touched | stale) - back)
        operations: list[Operation] = []
        if back and isinstance(copy, Event):
            content = give_back(origin.content, copy.content, back, rules.looks)
            operations.append(Update(Side.ORIGIN, content, back, Reason.COPY_CHANGED))
        if forward or relabel:
            if isinstance(copy, Event):
                # A provider may replace the whole copy: what travels back must not be undone on the way.
                desired = replace(desired, **{name.value: getattr(copy.content, name.value) for name in back})
            why = self._why(forward, touched, reason, origin, known)
            operations.append(Update(Side.COPY, desired, forward, why, rules.label, relabel))
        return operations or [Keep(Reason.IN_STEP)]

    def _by_hand(
        self, desired: Content, wanted: Prints, copy: Event | Copy, seen: Prints, known: Known
    ) -> frozenset[Field]:
        """Fields that a person changed in a copy of which only is known what was sent to make it.

        Only where the origin still wants what was sent, and only fields that every provider keeps as they are: what differs
        in the others may be the provider's own hand, and so may a text that was merely cut short.
        """
        if not known.written or not isinstance(copy, Event):
            return frozenset()
        changed = {name for name in KEPT_AS_SENT if wanted[name] == known.written.get(name) != seen.get(name)}
        texts = {name for name in changed if name is not Field.WHEN}
        cut = {n for n in texts if getattr(desired, n.value).startswith(getattr(copy.content, n.value))}
        return frozenset(changed - cut)

    def _adopt(
        self, origin: Event, wanted: Prints, seen: Prints, rules: Rules, *, relabel: bool, taken_over: bool
    ) -> list[Operation]:
        """A copy whose history is not known: the origin decides, and only what differs is written, its mark with it."""
        differing = frozenset(name for name in Field if wanted[name] != seen.get(name))
        if not differing and not relabel and not taken_over:
            return [Keep(Reason.FOUND)]
        why = Reason.TAKEN_OVER if taken_over else Reason.FOUND
        return [Update(Side.COPY, project(origin, rules.looks), differing, why, rules.label, relabel)]

    def _back(
        self, touched: set[Field], origin: Event, copy: Event | Copy, known: Known, rules: Rules
    ) -> tuple[frozenset[Field], Reason]:
        """Which of the copy's touched fields travel to the origin, and why the others do not."""
        if not rules.two_way:
            return frozenset(), Reason.ONE_WAY
        if origin.has_guests:
            return frozenset(), Reason.MEETING
        now = self._prints.of_event(origin, known.salt)
        free, reason = touched - withheld(origin, rules.looks), Reason.MASKED
        if isinstance(copy, Event) and undressed(copy.content.title, rules.looks.template) is None:
            reason = Reason.TEMPLATE if Field.TITLE in free else reason
            free -= {Field.TITLE}
        both = {name for name in free if now[name] != known.origin.get(name)}
        if isinstance(copy, Event) and not newer(copy, origin):
            free -= both
        return frozenset(free), reason

    def _why(
        self, fields: frozenset[Field], touched: set[Field], put_right: Reason, origin: Event, known: Known
    ) -> Reason:
        if self._origin_changed(origin, known):
            return Reason.ORIGIN_CHANGED
        return put_right if fields & touched else Reason.SETTINGS


def exclusion(origin: Event, rules: Rules, window: Window, *, met: bool = False) -> Reason | None:
    """Why this event gets no copy; None when it gets one."""
    target = rules.target_address.lower()
    if origin.kind is Kind.WORKING_LOCATION:
        return Reason.WORKING_LOCATION
    if origin.kind is Kind.BIRTHDAY:
        return Reason.BIRTHDAY
    if origin.cancelled:
        return Reason.CANCELLED
    if asked := unwanted(origin, rules.filters):
        return asked
    invited = bool(target) and any(
        a.address.lower() == target and not a.is_self and not a.declined for a in origin.attendees
    )
    if met or invited:
        return Reason.SAME_MEETING
    return None if window.holds(origin.content.when) else Reason.OUTSIDE_WINDOW


def may_follow(origin: Event, rules: Rules) -> bool:
    """Whether deleting the copy deletes the origin: a two-way flow that hides nothing, and nobody else is invited."""
    return rules.two_way and not rules.looks.hidden and not origin.has_guests


def wants_label(copy: Event | Copy, known: Known, rules: Rules) -> bool:
    """Whether the copy is to have another label: only because the flow gives another than it did, never because somebody chose
    one by hand.
    """
    stands = isinstance(copy, Event) and copy.label == rules.label
    return known.label != rules.label and not stands


def newer(copy: Event, origin: Event) -> bool:
    """Whether the copy changed last; a tie or an unknown time goes to the origin."""
    return copy.updated is not None and origin.updated is not None and copy.updated > origin.updated
