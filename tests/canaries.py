"""What the tests of a run must never find again where Hetk leaves something behind, looked for at the end of each test.

`tests/canary_watch.py` has pytest do so. Canaries are noted where they come into the world: every credential that the vault seals, every code of a provider, and what people write
into the calendars of the sandbox and of the in-memory cloud. Looked through are the log as production writes it, mails, the cache, every row of
every table, sessions, and pages: for secrets all of them, for content those of errors and of the support desk. A test without
canaries costs nothing.
"""

import json
import pickle
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

# Shorter ones stand in many places by chance.
SHORTEST_SECRET, SHORTEST_CONTENT = 12, 8
WRITTEN = ("title", "description", "location")


@dataclass
class Held:
    """What one test has brought into the world, and what it left behind outside the database."""

    secrets: set[str] = field(default_factory=set)
    # Shown once to whoever sets them up.
    shown: set[str] = field(default_factory=set)
    content: set[str] = field(default_factory=set)
    log: list[str] = field(default_factory=list)
    pages: list[tuple[str, int, bytes]] = field(default_factory=list)

    def forget(self) -> None:
        for kept in (self.secrets, self.shown, self.content, self.log, self.pages):
            kept.clear()


held = Held()


def secret(*texts: str, shown: bool = False) -> None:
    """`shown`: one that a page shows to its owner."""
    (held.shown if shown else held.secrets).update(text for text in texts if len(text) >= SHORTEST_SECRET)


def content(*texts: object) -> None:
    held.content.update(text for text in texts if isinstance(text, str) and len(text) >= SHORTEST_CONTENT)


def written(fields: dict[str, Any]) -> None:
    """What somebody writes into an event."""
    content(*(fields.get(name) for name in WRITTEN))


def found(places: Iterable[tuple[str, str]]) -> list[str]:
    """Where what was held stands: sentences, none when it stands nowhere."""
    anywhere = held.secrets | held.shown | held.content
    told = [f"{place} tells {text!r}" for place, said in places for text in anywhere if text in said]
    for address, status, body in held.pages:
        hidden = held.secrets | (held.content if status >= 500 or address.startswith(_desk()) else set())
        told += [f"the page {address} tells {text!r}" for text in hidden if text.encode() in body]
    return told


def everywhere(sandbox: Any = None) -> Iterator[tuple[str, str]]:
    """(place, all that stands there), of this process and its database."""
    from django.core import mail
    from django.core.cache import cache

    yield "the log", "\n".join(held.log)
    yield "a mail", "\n".join(f"{message.subject}\n{message.message()}" for message in getattr(mail, "outbox", ()))
    yield "the cache", str([pickle.loads(value) for value in getattr(cache, "_cache", {}).values()])
    if sandbox is not None:
        with suppress(OSError):
            yield "a mail", json.dumps(sandbox.mailbox(), ensure_ascii=False)
    yield from _rows()


def _rows() -> Iterator[tuple[str, str]]:
    """Every table as it stands at the end of the test; nothing where the test may not ask the database, or broke its transaction."""
    from django.contrib.sessions.models import Session
    from django.db import DatabaseError, connection

    with suppress(RuntimeError, DatabaseError):
        if connection.needs_rollback:
            return
        with connection.cursor() as cursor:
            for table in _tables():
                cursor.execute(f'SELECT * FROM "{table}"')
                yield f"a row of {table}", str(cursor.fetchall())
        yield "a session", str([row.get_decoded() for row in Session.objects.all()])


_known: dict[str, list[str]] = {}


def _tables() -> list[str]:
    from django.db import connection

    if connection.vendor not in _known:
        _known[connection.vendor] = connection.introspection.table_names()
    return _known[connection.vendor]


def _desk() -> str:
    from django.urls import reverse

    return reverse("admin:index")
