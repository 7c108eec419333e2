"""Keyed fingerprints by field: how a change is seen without keeping what changed.

Each is a truncated HMAC-SHA-256 over the field's canonical text, salted per link, so that a stolen table tells neither a title nor
which two events share one.
"""

import base64
import hmac
from collections.abc import Collection, Mapping

from sync.core.event import AllDay, Content, Event, Field, When

# What is not a travelling field and still changes what must be done: answer, cancellation, kind and the list of guests.
STANDING = "standing"
NAMES = tuple((str(field), field) for field in Field)
ORDER = (*(name for name, _ in NAMES), STANDING)

Prints = Mapping[str, str]
"""Field name (or `STANDING`) -> fingerprint; a missing name means nothing is known."""


class Fingerprints:
    """Makes fingerprints under one key of the installation."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of_content(self, content: Content, salt: str) -> dict[str, str]:
        return {name: self._print(salt, name, canonical(content, field)) for name, field in NAMES}

    def of_event(self, event: Event, salt: str) -> dict[str, str]:
        return {
            **self.of_content(event.content, salt),
            STANDING: self._print(salt, STANDING, standing(event)),
        }

    def _print(self, salt: str, name: str, text: str) -> str:
        # Half a surrogate pair is not UTF-8, and still somebody's title.
        message = f"{salt}\x1f{name}\x1f{text}".encode(errors="surrogatepass")
        digest = hmac.digest(self._key, message, "sha256")
        return base64.urlsafe_b64encode(digest[:9]).decode()


def canonical(content: Content, field: Field) -> str:
    """The field as text in which only visible differences are differences: line ends and outer blanks do not count."""
    match field:
        case Field.TITLE:
            return _tidy(content.title)
        case Field.DESCRIPTION:
            return _tidy(content.description)
        case Field.LOCATION:
            return _tidy(content.location)
        case Field.WHEN:
            return moment(content.when)
        case Field.SHOW_AS:
            return content.show_as.value
        case Field.SENSITIVITY:
            return content.sensitivity.value


def differing(one: Content, other: Content) -> frozenset[Field]:
    return frozenset(field for field in Field if canonical(one, field) != canonical(other, field))


def standing(event: Event) -> str:
    guests = sorted(
        f"{a.address.lower()}\x1e{a.name}" + ("\x1edeclined" if a.declined else "") for a in event.attendees
    )
    return "\x1f".join((event.answer.value, str(event.cancelled), event.kind.value, *guests))


def encode(prints: Prints) -> str:
    """One short column; "" when nothing is known."""
    return ".".join(prints.get(name, "") for name in ORDER) if prints else ""


def decode(text: str) -> dict[str, str]:
    return {name: value for name, value in zip(ORDER, text.split("."), strict=False) if value} if text else {}


def merged(before: str, now: Prints, only: Collection[str] | None) -> str:
    """The column with `only` these fields brought up to date; None: with all of them."""
    return encode(now if only is None else {**decode(before), **{name: now[name] for name in only}})


def _tidy(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\u00a0", " ").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def moment(when: When) -> str:
    """The span as text: dates, or instants in UTC."""
    if isinstance(when, AllDay):
        return f"{when.start.isoformat()}/{when.end.isoformat()}"
    # The zone's name is left out: for one instance it changes nothing that anybody sees, and not every provider gives it back.
    return f"{when.start.isoformat()}/{when.end.isoformat()}"
