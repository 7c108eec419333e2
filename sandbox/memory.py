"""What the sandbox remembers over a restart: the outside world does not forget its accounts while a program is off."""

import asyncio
import io
import os
import pickle
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox import keys
from sandbox.cast import TENANTS, Person, Tenant

if TYPE_CHECKING:
    from sandbox.world import World

# Raise it when kept objects change their shape: a file of another version is not read.
VERSION = 5
EVERY_SECONDS = 1.0
# What a world is made of, apart from what lives only now: faults, the log of requests, deliveries under way.
PARTS = ("tokens", "mailbox", "codes", "consents", "graph", "google", "icloud", "names", "feeds", "stripe")
LIVING = ("clock", "hooks", "faults", "log", "published")
HEAD = b"sandbox state %d %s\n"


class Memory:
    """Keeps a world in the file at `path`; only this user may read it, since it holds live tokens and a signing key."""

    def __init__(self, path: Path, world: "World") -> None:
        self._path = path
        self._world = world
        self._saved: object = None
        self._undelivered: list[Any] = []

    def recall(self) -> bool:
        """Puts the world back as it was saved; False when it has to start anew. Never raises for what the file holds."""
        if not self._path.exists():
            return False
        try:
            self._restore(_body(self._path.read_bytes()))
        # Whatever a broken file makes of itself: a newcomer is better served by a new world than by none.
        except Exception as error:  # noqa: BLE001
            print(f"sandbox starts anew: what it remembered in {self._path.name} cannot be read ({error})", flush=True)
            return False
        return True

    def save(self) -> None:
        """Writes the world down, whole or not at all. Call it where the world stands still: on its loop, or after it."""
        self._saved = self._state()
        body = _dump(self._world, self._content())
        fresh = self._path.with_name(f"{self._path.name}.new")
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(HEAD % (VERSION, sha256(body).hexdigest().encode()))
            file.write(body)
        fresh.replace(self._path)

    async def keep(self) -> None:
        """Goes on with what was under way, then saves every few seconds when something happened, until cancelled."""
        for one in self._undelivered:
            self._world.hooks.later(
                one.url, headers=one.headers, body=one.body, mailbox_key=one.mailbox_key, sign=one.sign
            )
        self._undelivered = []
        while True:
            if self._saved != self._state():
                self.save()
            await asyncio.sleep(EVERY_SECONDS)

    def _state(self) -> object:
        # Nothing changes but by a request, a mail or the clock (pages only look, and do so every two seconds).
        return self._world.touched, self._world.mailbox.last_id, self._world.clock.offset

    def _content(self) -> dict[str, Any]:
        return {
            "offset": self._world.clock.offset,
            "key": keys.private_pem(),
            "deliveries": [one for one in self._world.hooks.deliveries if one.state == "waiting"],
            **{name: getattr(self._world, name) for name in PARTS},
        }

    def _restore(self, body: bytes) -> None:
        found = _Reader(io.BytesIO(body), self._world).load()
        parts = {name: found[name] for name in PARTS}
        keys.adopt(found["key"])
        self._world.clock.offset = found["offset"]
        self._undelivered = found["deliveries"]
        for name, part in parts.items():
            setattr(self._world, name, part)


def _body(raw: bytes) -> bytes:
    """What stands below the head line. Raises ValueError."""
    head, _, body = raw.partition(b"\n")
    words = head.split(b" ")
    if words[:2] != [b"sandbox", b"state"] or len(words) != 4:
        raise ValueError("it is no state of a sandbox")
    if words[2] != str(VERSION).encode():
        raise ValueError(f"version {words[2].decode(errors='replace')[:20]}, not {VERSION}")
    if words[3] != sha256(body).hexdigest().encode():
        raise ValueError("it is damaged")
    return body


def _dump(world: "World", content: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    _Writer(file, world).dump(content)
    return file.getvalue()


class _Writer(pickle.Pickler):
    """Names what lives instead of copying it: the world itself, its clock and hooks, and the people of the cast."""

    def __init__(self, file: io.BytesIO, world: "World") -> None:
        super().__init__(file, protocol=5)
        self._living = {id(getattr(world, name)): name for name in LIVING} | {id(world): "world"}

    def persistent_id(self, obj: Any) -> tuple[str, str] | None:
        if isinstance(obj, Person):
            return "person", obj.id
        if isinstance(obj, Tenant):
            return "tenant", obj.id
        name = self._living.get(id(obj))
        return ("living", name) if name else None


class _Reader(pickle.Unpickler):
    """Puts the living of today in place of those that were named."""

    def __init__(self, file: io.BytesIO, world: "World") -> None:
        super().__init__(file)
        self._world = world
        self._tenants = {tenant.id: tenant for tenant in TENANTS}

    def persistent_load(self, pid: tuple[str, str]) -> Any:
        kind, name = pid
        if kind == "person":
            return self._world.people[name]
        if kind == "tenant":
            return self._tenants[name]
        return self._world if name == "world" else getattr(self._world, name)
