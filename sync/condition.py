"""How the whole installation stands, in words: for everybody, and for whoever minds it. Pure: measurements in, sentences out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from accounts.models import Kind
from sync.measured import Kindred, Measurements
from sync.store.heartbeats import LATE
from sync.wording import count, length

# A calendar is due for a moment at best; so long and nobody calls it seconds any more.
SLOW = timedelta(minutes=2)
BEHIND = timedelta(minutes=15)
# The timer makes one every hour: two that failed, and a long one.
OLD_BACKUP = timedelta(hours=3)
# What concerns fewer is those people's own trouble, and no page for everybody speaks of it.
LEAST = 3
SOME, MOST = 0.2, 0.5
# A sentence about so many delays or fewer would be one about somebody.
ENOUGH = 20
# Worst first.
TONES = ("stop", "warn", "ok", "still")
ICONS = {"ok": "check", "warn": "alert", "stop": "stop", "still": "pause"}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the service. `tone`: ok, warn, stop or still, always with `word` and an icon beside it."""

    name: str
    tone: str
    word: str
    sentence: str

    @property
    def icon(self) -> str:
        return f"icons/{ICONS[self.tone]}.html"


@dataclass(frozen=True, slots=True)
class Finding:
    """For the desk: what is wrong with the whole, and what is done about it."""

    tone: str
    wrong: str
    do: str


@dataclass(frozen=True, slots=True)
class Delay:
    """Of one way, in words: what half of the changes of a day took, and 95 of a hundred."""

    source: str
    target: str
    half: str
    most: str


def sentence(parts: list[Part]) -> tuple[str, str]:
    """(tone, the one sentence that says how it stands)."""
    tone = min((part.tone for part in parts), key=TONES.index)
    wrong = [part.name for part in parts if part.tone == tone]
    words = {
        "stop": "Something is not working: {}. Your calendars are safe, and nothing is lost.",
        "warn": "Hetk is working, with something to say about {}.",
        "ok": "Hetk is working.",
        "still": "Nothing has run yet.",
    }
    told = " and ".join(filter(None, [", ".join(wrong[:-1]), *wrong[-1:]]))
    return tone, words[tone].format(told)


def parts(found: Measurements) -> list[Part]:
    """Those of the service itself, then one for each kind of account."""
    return [_copying(found), _checking(found), *(_kind(kind, found) for kind in Kind)]


def silent(found: Measurements) -> list[str]:
    """Which of the processes give no sign of life."""
    beats = {"worker": found.worker_at, "timetable": found.timetable_at}
    return [name for name, at in beats.items() if at is None or found.at - at > LATE]


def _copying(found: Measurements) -> Part:
    name = "Copying"
    if not found.connected and found.worker_at is None:
        return Part(name, "still", "Not begun", "No account is connected yet, so there is nothing to copy.")
    # Between two releases there is none for a moment, and nobody waits for that.
    if "worker" in silent(found) and (found.worker_at is not None or found.waits > SLOW):
        text = "No change is being copied at the moment. Calendars stay as they are, and whatever changes meanwhile is caught up."
        return Part(name, "stop", "Standing still", text)
    if found.waits > BEHIND:
        text = f"Changes arrive late: the one that waits longest came {_long(found.waits)} ago. None is lost."
        return Part(name, "stop", "Far behind", text)
    if found.waits > SLOW:
        text = (
            f"Changes arrive later than usual: the one that waits longest came {_long(found.waits)} ago. None is lost."
        )
        return Part(name, "warn", "Slow", text)
    return Part(name, "ok", "Working", "Changes are copied as they come, and none has waited longer than usual.")


def _checking(found: Measurements) -> Part:
    name = "Checks and mails"
    if not found.connected and found.timetable_at is None:
        return Part(name, "still", "Not begun", "Nothing is there to be checked yet.")
    if "timetable" in silent(found):
        text = "Daily checks and mails wait, and are caught up. Copying does not depend on them."
        return Part(name, "warn", "Standing still", text)
    if _many(found.unverified, found.running, SOME):
        text = "Many syncs were not verified within a day. They are copied as always; the checks are being caught up."
        return Part(name, "warn", "Behind", text)
    return Part(name, "ok", "Working", "Every sync is verified from end to end once a day, and mails leave.")


def _kind(kind: Kind, found: Measurements) -> Part:
    name, those = str(kind.label), found.kinds.get(kind.value, Kindred())
    if not those.open + those.halted:
        return Part(name, "still", "Not in use", "No account of this kind is connected here.")
    if _many(those.failing, those.open, MOST):
        text = "Most accounts there do not answer as they should. Nothing is lost; Hetk keeps trying."
        return Part(name, "stop", "In trouble", text)
    if _many(those.failing, those.open, SOME):
        text = "Some accounts there do not answer as they should. Nothing is lost; Hetk keeps trying."
        return Part(name, "warn", "Some trouble", text)
    if _many(those.throttled, those.open, SOME):
        text = "Hetk was asked to wait there, for some accounts. Their changes arrive later, and none is lost."
        return Part(name, "warn", "Slowed down", text)
    if _many(those.late_watches, those.open, SOME):
        text = "Some calendars there tell of changes no more, so Hetk looks for them: they arrive within minutes."
        return Part(name, "warn", "Looked for", text)
    return Part(name, "ok", "Working", "Accounts there answer as they should.")


def delays(found: Measurements) -> list[Delay]:
    """For everybody: of the last day, and only of ways that enough changes took."""
    return [
        Delay(label(source), label(target), _seconds(one.p50), _seconds(one.p95))
        for (source, target), one in found.last_day.items()
        if one.number >= ENOUGH
    ]


def findings(found: Measurements) -> list[Finding]:
    """For the desk, the gravest first; none when all is well."""
    return sorted(_findings(found), key=lambda one: TONES.index(one.tone))


def _findings(found: Measurements) -> Iterator[Finding]:
    for name in silent(found):
        at = {"worker": found.worker_at, "timetable": found.timetable_at}[name]
        since = f"for {_long(found.at - at)}" if at else "and never did, or was stopped"
        yield Finding(
            "stop",
            f"The {name} gives no sign of life {since}.",
            f"See that “manage.py keep {name}” runs, and read its log.",
        )
    if found.waits > SLOW:
        tone = "stop" if found.waits > BEHIND else "warn"
        wrong = f"A calendar has been due for {_long(found.waits)}."
        yield Finding(tone, wrong, "Is a worker running, and has it threads enough? Start another one beside it.")
    for kind, those in found.kinds.items():
        yield from _of_kind(label(kind), those)
    if found.unverified:
        wrong = f"{count(found.unverified, 'sync was', 'syncs were')} not verified for a day."
        yield Finding("warn", wrong, "“What waits” lists them; the last trouble of each says why.")
    if found.backup_at and found.at - found.backup_at > OLD_BACKUP:
        wrong = f"The newest backup is {_long(found.at - found.backup_at)} old."
        yield Finding("warn", wrong, "Does its timer run, and has the disk room? Its log says why the last one failed.")
    yield from _of_queue(found)


def _of_kind(name: str, those: Kindred) -> Iterator[Finding]:
    if _many(those.failing, those.open, SOME):
        wrong = f"{those.failing} of {count(those.open, 'account')} at {name} fail."
        do = "Look at the provider's own status page; Hetk goes on trying, and nothing is lost."
        yield Finding("stop" if _many(those.failing, those.open, MOST) else "warn", wrong, do)
    if _many(those.throttled, those.open, SOME):
        wrong = f"{name} slows down {those.throttled} of {count(those.open, 'account')}."
        yield Finding("warn", wrong, "If it lasts, ask for a higher quota of the registered application.")
    if those.late_watches:
        wrong = f"{count(those.late_watches, 'watch was', 'watches were')} not renewed at {name}."
        yield Finding("warn", wrong, "Can the provider reach HETK_WEBHOOK_URL? Until then changes take minutes.")


def _of_queue(found: Measurements) -> Iterator[Finding]:
    if found.queue.late and "timetable" not in silent(found):
        wrong = f"{count(found.queue.late, 'entry', 'entries')} of the timetable did not begin in time."
        yield Finding("warn", wrong, "The timetable lives but is busy: look for the task that takes so long.")
    if found.queue.failed:
        wrong = f"{count(found.queue.failed, 'task')} of the timetable failed within the hour."
        yield Finding("warn", wrong, "The log names each with its error; it is called again by itself.")


def _many(number: int, of: int, share: float) -> bool:
    return number >= LEAST and number >= share * of


def label(kind: str) -> str:
    """What people call a kind of account."""
    return str(Kind(kind).label) if kind in Kind else kind


def _long(span: timedelta) -> str:
    return length(int(span.total_seconds()))


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value < 10 else length(round(value))
