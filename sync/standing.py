"""How a pair stands, in one word, one sentence and the one button that mends it. Pure: facts in, words out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from accounts.models import Connection
from sync.models import Calendar
from sync.wording import age, count, listed

# A single failure mends itself within seconds and would only worry people.
WORTH_SAYING = 3


class Rank(IntEnum):
    """Order of rows, trouble on top."""

    NEEDS_YOU = 0
    RETRYING = 1
    WORKING = 2
    FINE = 3
    STILL = 4


@dataclass(frozen=True)
class Facts:
    """What is known of one pair. `halted`: the account that must sign in again; the texts name a calendar or are empty."""

    ending: bool = False
    paused: bool = False
    by_plan: bool = False
    halted: Connection | None = None
    lost: str = ""
    read_only: str = ""
    held: int = 0
    failing: str = ""
    trouble: str = ""
    failures: int = 0
    copies: int = 0
    waiting: int = 0
    changing: int = 0
    parked: int = 0
    settled: bool = True


@dataclass(frozen=True)
class Standing:
    """`tone`: ok, busy, warn, stop or still, always with `word` and an icon beside it. `mend`: what the button does, if any."""

    rank: Rank
    tone: str
    word: str
    sentence: str
    mend: str = ""
    connection: Connection | None = None

    @property
    def icon(self) -> str:
        names = {"ok": "check", "busy": "sync", "warn": "alert", "stop": "stop", "still": "pause"}
        return f"icons/{names[self.tone]}.html"


def stand(facts: Facts) -> Standing:
    """The first of these that is true is what people need to know."""
    if facts.ending:
        return Standing(Rank.WORKING, "busy", "Ending", f"Removing its copies: {facts.copies} left.")
    if facts.halted:
        return _halted(facts.halted)
    if facts.lost:
        text = f"{facts.lost} is no longer shown to Hetk. Nothing was deleted. Share it again, or end this sync."
        return Standing(Rank.NEEDS_YOU, "stop", "Needs you", text, "look")
    if facts.held:
        text = f"{count(facts.held, 'deletion waits', 'deletions wait')} for your word. Everything else goes on."
        return Standing(Rank.NEEDS_YOU, "warn", "Needs you", text, "review")
    if facts.paused and facts.by_plan:
        text = "Your plan does not hold it at the moment. Its copies stay as they are, and nothing is lost."
        return Standing(Rank.STILL, "still", "Paused", text, "resume")
    if facts.paused:
        return Standing(Rank.STILL, "still", "Paused", "Nothing is copied until you resume it.", "resume")
    if facts.read_only:
        text = (
            f"{facts.read_only} can no longer be changed by you, so nothing is copied into it. Copies stay as they are."
        )
        return Standing(Rank.NEEDS_YOU, "stop", "Needs you", text, "look")
    return _working(facts)


def _halted(connection: Connection) -> Standing:
    text = (
        f"{connection.get_kind_display()} no longer lets Hetk in as {connection.address}: "
        f"{connection.get_halt_cause_display()}. Your calendars are safe. Sign in once and everything catches up."
    )
    return Standing(Rank.NEEDS_YOU, "stop", "Needs you", text, "reconnect", connection)


def _working(facts: Facts) -> Standing:
    if facts.failures >= WORTH_SAYING and facts.trouble == Calendar.OURS:
        text = "Something went wrong on our side. Your calendars are safe and nothing is lost; Hetk keeps trying."
        return Standing(Rank.RETRYING, "warn", "Trying again", text)
    if facts.failures >= WORTH_SAYING:
        text = f"{facts.failing} does not answer as it should: {facts.trouble}. Nothing is lost; Hetk keeps trying."
        return Standing(Rank.RETRYING, "warn", "Trying again", text)
    if not facts.settled:
        return Standing(Rank.WORKING, "busy", "First sync", _progress(facts))
    if on_the_way := facts.waiting + facts.changing:
        return Standing(Rank.WORKING, "busy", "Copying", f"{count(on_the_way, 'event')} on the way.")
    if facts.parked:
        text = f"{count(facts.parked, 'event')} could not be copied. The activity says why."
        return Standing(Rank.RETRYING, "warn", f"{facts.parked} not copied", text, "activity")
    return Standing(Rank.FINE, "ok", "Up to date", "Both sides are in step.")


def _progress(facts: Facts) -> str:
    if not facts.copies + facts.waiting:
        return "Reading both calendars."
    return f"{facts.copies} of {count(facts.copies + facts.waiting, 'event')} copied so far."


def summary(titled: Sequence[tuple[str, Standing]], checked_at: datetime | None, now: datetime) -> str:
    """The one sentence of the dashboard. `titled`: (title of the pair, how it stands), trouble first."""
    if not titled:
        return "No sync yet."
    needing = [(title, s) for title, s in titled if s.rank is Rank.NEEDS_YOU]
    if len(needing) == 1:
        title, standing = needing[0]
        return f"{title} needs you: {_errand(standing)}."
    if needing:
        return f"{len(needing)} of {count(len(titled), 'sync', 'syncs')} need you."
    return _calm([s for _, s in titled], checked_at, now)


def _errand(standing: Standing) -> str:
    if standing.connection:
        return f"reconnect {standing.connection.get_kind_display()}"
    return {"review": "deletions wait for your word", "look": "one of its calendars changed"}[standing.mend]


def _calm(standings: Sequence[Standing], checked_at: datetime | None, now: datetime) -> str:
    kinds = [
        (Rank.RETRYING, "has something to look at", "have something to look at"),
        (Rank.WORKING, "is being copied", "are being copied"),
        (Rank.FINE, "is up to date", "are up to date"),
        (Rank.STILL, "is paused", "are paused"),
    ]
    found = [(sum(s.rank is rank for s in standings), one, many) for rank, one, many in kinds]
    found = [entry for entry in found if entry[0]]
    checked = f", checked {age(now - checked_at)}" if checked_at and checked_at > now - timedelta(days=365) else ""
    if len(found) == 1:
        number, one, many = found[0]
        everything = {1: f"Your sync {one}", 2: f"Both syncs {many}"}.get(number, f"All {number} syncs {many}")
        return f"{everything}{checked}."
    parts = [f"{number} {one if number == 1 else many}" for number, one, many in found]
    return f"Of {len(standings)} syncs, {listed(parts)}{checked}."
