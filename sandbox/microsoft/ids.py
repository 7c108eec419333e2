"""Ids as Exchange makes them: long, case-sensitive, one format per `Prefer: IdType`, sometimes one character apart."""

import re
from base64 import b64encode, urlsafe_b64encode
from datetime import date
from hashlib import sha256

DEFAULT = "AAMkAG"
IMMUTABLE = "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A"
CORE = 24
OCCURRENCE = "FRAAI"
SHAPE = re.compile(r"[A-Za-z0-9_-]{10,}=*\Z")


def _letters(*parts: object, size: int) -> str:
    digest = sha256(":".join(map(str, parts)).encode()).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")[:size]


class Ids:
    """The ids of one mailbox. `seed` differs from world to world, so that a new world never repeats an old one's ids."""

    def __init__(self, seed: str, person: str) -> None:
        self._seed = f"{seed}:{person}"
        self._made = 0
        self._last = ""
        self.mailbox = _letters(self._seed, "mailbox", size=8)
        # Both formats are kept ready: they are asked for with every row.
        self._prefixes = {immutable: self._prefix(immutable) for immutable in (False, True)}

    def _prefix(self, immutable: bool) -> str:
        return (IMMUTABLE if immutable else DEFAULT) + self.mailbox

    def next_core(self) -> str:
        """The part of an id that names one item. Some differ from their forerunner in one character, or in its case."""
        self._made += 1
        core = _letters(self._seed, self._made, size=CORE)
        # Real ids have been seen that differ in `_` and `-` alone; as case counts too, some differ only in that.
        if self._made % 5 == 4:
            core = core[:9] + "_" + core[10:]
        elif self._made % 5 == 0:
            core = self._last[:9] + "-" + self._last[10:]
        elif self._made % 7 == 1:
            core = core[:12] + "q" + core[13:]
        elif self._made % 7 == 2 and self._last[12] == "q":
            core = self._last[:12] + "Q" + self._last[13:]
        self._last = core
        return core

    def calendar(self, name: str) -> str:
        """A calendar's id; it has one format, whatever is preferred."""
        return f"{DEFAULT}{self.mailbox}{_letters(self._seed, 'calendar', name, size=30)}AAA="

    def event(self, core: str, day: date | None, *, immutable: bool) -> str:
        """The id of an item, or of its occurrence on `day`, as this mailbox sees it."""
        tail = "AAA=" if day is None else f"{OCCURRENCE}{day.toordinal():08X}EAAA="
        return f"{self._prefixes[immutable]}{core}{tail}"

    def read(self, id: str) -> tuple[str, date | None] | None:
        """Core and day behind an id in either format; None for an id of nobody here."""
        for prefix in self._prefixes.values():
            if id.startswith(prefix):
                core, tail = id[len(prefix) : len(prefix) + CORE], id[len(prefix) + CORE :]
                if tail == "AAA=":
                    return core, None
                return self._occurrence(core, tail)
        return None

    @staticmethod
    def _occurrence(core: str, tail: str) -> tuple[str, date] | None:
        match = re.fullmatch(OCCURRENCE + r"([0-9A-F]{8})EAAA=", tail)
        return (core, date.fromordinal(int(match[1], 16))) if match and 0 < int(match[1], 16) < 3_000_000 else None

    def change_key(self, number: int) -> str:
        """`DwAAABYAAAC9YbapXssvT4RTG13UUr6AAAhT48i7`: the mailbox, then a number that grows with every change."""
        mailbox = sha256(self._seed.encode()).digest()[:16]
        return b64encode(b"\x0f\0\0\0\x16\0\0\0" + mailbox + b"\0\0" + number.to_bytes(4, "big")).decode()

    def ical_uid(self, core: str) -> str:
        """Chosen by the server; the same in a whole series."""
        return "040000008200E00074C5B7101A82E008" + sha256(core.encode()).hexdigest()[:80].upper()
