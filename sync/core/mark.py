"""Marks and idempotency keys: how our own hand is recognised, whatever happened to the tables.

A mark stands in every copy: `hetk1.<key id>.<installation>.<target>.<source>.<origin>.<generation>.<mac>`. Target, source and origin are keyed
hashes, so a mark tells a stranger nothing, and only this installation can make one. The idempotency key of a create is
`hetk1` and base32hex (RFC 4648 section 7, lower case): valid as a Google event id (a-v, 0-9) and as a Graph transactionId.

Keys come as (id, secret) pairs. The first one signs, every one verifies. The last is the root, from which hashes and
idempotency keys are made; it stays for as long as copies exist.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

PREFIX = "hetk1"
_NAME_BYTES = 16
_CHECK_BYTES = 8


@dataclass(frozen=True, slots=True)
class Mark:
    """What a valid mark of ours says."""

    target: str
    source: str
    origin: str
    generation: int


class Marks:
    def __init__(self, keys: Sequence[tuple[str, bytes]], installation: str) -> None:
        self._keys = dict(keys)
        self._current = keys[0][0]
        self._root = keys[-1][1]
        self._installation = _base32(hashlib.sha256(installation.encode()).digest()[:5])

    def calendar_ref(self, identity: str) -> str:
        """The keyed hash that stands for a calendar."""
        return _base32(_mac(self._root, "calendar", identity)[:_CHECK_BYTES])

    def origin_ref(self, identity: str, origin_id: str) -> str:
        """The keyed hash that stands for one event of a calendar."""
        return _base32(_mac(self._root, "origin", identity, origin_id)[:12])

    def meeting_ref(self, ical_uid: str, moment: str) -> str:
        """The keyed hash by which one meeting is known in every calendar that has it; "" without an iCalUID."""
        return _base32(_mac(self._root, "meeting", ical_uid, moment)[:12]) if ical_uid else ""

    def key(self, target: str, origin: str, generation: int) -> str:
        """The idempotency key of one create: the same question always makes the same key."""
        name = _mac(self._root, "key", self._installation, target, origin, str(generation))[:_NAME_BYTES]
        return PREFIX + _base32(name + self._key_check(name))

    def owns_key(self, key: str) -> bool:
        """Whether this installation made the key."""
        if not key.startswith(PREFIX):
            return False
        try:
            raw = base64.b32hexdecode(_padded(key[len(PREFIX) :].upper()))
        except ValueError:
            return False
        return len(raw) > _NAME_BYTES and hmac.compare_digest(raw[_NAME_BYTES:], self._key_check(raw[:_NAME_BYTES]))

    def mark(self, target: str, source: str, origin: str, generation: int) -> str:
        body = f"{PREFIX}.{self._current}.{self._installation}.{target}.{source}.{origin}.{generation}"
        return f"{body}.{self._sign(self._keys[self._current], body)}"

    def read(self, text: str) -> Mark | None:
        """The mark in `text` if this installation made it, else None: a forged or foreign mark is not ours."""
        body, _, signature = text.rpartition(".")
        parts = body.split(".")
        if not text.isascii() or len(parts) != 7 or parts[0] != PREFIX or parts[2] != self._installation:
            return None
        secret = self._keys.get(parts[1])
        if secret is None or not hmac.compare_digest(signature, self._sign(secret, body)):
            return None
        return Mark(target=parts[3], source=parts[4], origin=parts[5], generation=int(parts[6]))

    def _sign(self, secret: bytes, body: str) -> str:
        return _base32(_mac(secret, "mark", body)[:_NAME_BYTES])

    def _key_check(self, name: bytes) -> bytes:
        return hmac.new(self._root, b"key check\x1f" + self._installation.encode() + name, hashlib.sha256).digest()[
            :_CHECK_BYTES
        ]


def is_foreign(key: str) -> bool:
    """Whether an event was made under a key, and no Hetk made that key: so it is no copy."""
    return bool(key) and not key.startswith(PREFIX)


def _mac(secret: bytes, *parts: str) -> bytes:
    return hmac.new(secret, "\x1f".join(parts).encode(), hashlib.sha256).digest()


def _base32(raw: bytes) -> str:
    return base64.b32hexencode(raw).decode().rstrip("=").lower()


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 8)
