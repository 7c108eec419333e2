"""iCalendar as lines and components (RFC 5545 3.1): read without loss, written folded.

A library that turns lines into values would put a person's event back in another order and drop what it cannot understand. Here
a line that nobody touches goes back as it came.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sync.providers.text import plain

_NAME = re.compile(r"[A-Za-z0-9-]+")
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TO_ESCAPE = re.compile(r"[\\;,]")
FOLD = 75
# A calendar is three deep; what is much deeper wants to exhaust whoever walks through it.
DEPTH = 20


class Broken(ValueError):
    """Not a calendar that can be read."""


@dataclass(frozen=True, slots=True)
class Line:
    """One property. `name` and the names of `params` are upper case, `value` is as it stands there, `text` the whole line."""

    name: str
    value: str
    params: dict[str, str]
    text: str


@dataclass(slots=True)
class Component:
    """What stands between a BEGIN and its END."""

    name: str
    lines: list[Line] = field(default_factory=list)
    parts: list["Component"] = field(default_factory=list)

    def all(self, *names: str) -> list[Line]:
        return [line for line in self.lines if line.name in names]

    def first(self, name: str) -> Line | None:
        return next((line for line in self.lines if line.name == name), None)

    def value(self, name: str) -> str:
        found = self.first(name)
        return found.value.strip() if found else ""

    def words(self, name: str) -> str:
        """The text of a property, unescaped."""
        found = self.first(name)
        return plain(unescaped(found.value)) if found else ""

    def replace(self, name: str, *lines: Line) -> None:
        """These lines in place of all of that name."""
        at = next((n for n, line in enumerate(self.lines) if line.name == name), len(self.lines))
        kept = [line for line in self.lines[:at] if line.name != name]
        self.lines = [*kept, *lines, *(line for line in self.lines[at:] if line.name != name)]

    def drop(self, *names: str) -> None:
        self.lines = [line for line in self.lines if line.name not in names]

    def copy(self) -> "Component":
        return Component(self.name, list(self.lines), [part.copy() for part in self.parts])

    def texts(self) -> Iterator[str]:
        yield f"BEGIN:{self.name}"
        for line in self.lines:
            yield line.text
        for part in self.parts:
            yield from part.texts()
        yield f"END:{self.name}"

    def blocks(self) -> list[tuple[str, str]]:
        """What the door looks at: each property by name and text, and each component by name and its whole text."""
        own = [(line.name, line.text) for line in self.lines]
        inner = [block for part in self.parts for block in [(part.name, "\n".join(part.texts())), *part.blocks()]]
        return [*own, *inner]


def parse(text: str) -> Component:
    """The VCALENDAR in `text`. Raises `Broken`."""
    return next(_calendars(text, lenient=False))


def parse_all(text: str) -> list[Component]:
    """Every VCALENDAR in `text`. A line that nobody can read is passed over, but what began must end. Raises `Broken`."""
    return list(_calendars(text, lenient=True))


def _calendars(text: str, *, lenient: bool) -> Iterator[Component]:
    open_ones: list[Component] = []
    done: Component | None = None
    for number, raw in enumerate(_unfolded(text)):
        try:
            line = parse_line(raw)
        except Broken:
            if lenient:
                continue
            raise
        if line.name == "BEGIN":
            if len(open_ones) == DEPTH:
                raise Broken(f"line {number} lies too deep")
            open_ones.append(Component(line.value.strip().upper()))
        elif not open_ones:
            raise Broken(f"line {number} stands outside of everything")
        elif line.name != "END":
            open_ones[-1].lines.append(line)
        else:
            done = open_ones.pop()
            if done.name != line.value.strip().upper():
                raise Broken(f"line {number} ends what did not begin")
            if not open_ones:
                yield done
            else:
                open_ones[-1].parts.append(done)
    if open_ones or done is None:
        raise Broken("no end")


def _unfolded(text: str) -> list[str]:
    joined = re.sub(r"(?:\r\n|\n|\r)[ \t]", "", text.lstrip("\ufeff"))
    return [line for line in re.split(r"\r\n|\n|\r", joined) if line.strip()]


def parse_line(raw: str) -> Line:
    name = _NAME.match(raw)
    if name is None:
        raise Broken("a line without a name")
    at, params = name.end(), {}
    while found := _PARAMETER.match(raw, at):
        params[found[1].upper()] = found[2].strip('"') if '","' not in found[2] else found[2]
        at = found.end()
    if raw[at : at + 1] != ":":
        raise Broken("a line without a value")
    return Line(name[0].upper(), raw[at + 1 :], params, raw)


def line(name: str, value: str, **params: str) -> Line:
    """A new line; `value` as it shall stand there. Parameters that need quotes get them."""
    said = "".join(f';{key}="{one}"' if re.search("[:;,]", one) else f";{key}={one}" for key, one in params.items())
    return Line(name, value, params, f"{name}{said}:{value}")


def text_line(name: str, words: str) -> Line:
    return line(name, escaped(words))


def escaped(words: str) -> str:
    """Without what a calendar cannot hold: control characters would break the XML that it travels in."""
    sound = _CONTROL.sub("", plain(words)).encode("utf-8", "replace").decode()
    return _TO_ESCAPE.sub(lambda found: "\\" + found[0], sound).replace("\n", "\\n")


def unescaped(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def serialise(calendar: Component) -> str:
    return "".join(f"{_folded(text)}\r\n" for text in calendar.texts())


def _folded(text: str) -> str:
    """At most 75 octets a line, never cutting a character in two."""
    if len(text.encode()) <= FOLD:
        return text
    pieces, piece, size = [], "", 0
    for character in text:
        width = len(character.encode())
        if size + width > FOLD:
            pieces.append(piece)
            # The blank that marks the continuation counts as well.
            piece, size = " ", 1
        piece, size = piece + character, size + width
    return "\r\n".join([*pieces, piece])
