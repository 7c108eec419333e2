"""The keys of the installation, as the core wants them."""

import base64
import hashlib
import hmac
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from sync.core.fingerprint import Fingerprints
from sync.core.mark import Marks


@cache
def ring() -> tuple[tuple[str, bytes], ...]:
    """(key id, 32 bytes) pairs; the first signs, the last is the root."""
    pairs = (text.split(":", 1) for text in settings.MARK_KEYS)
    return tuple((key_id, base64.b64decode(secret)) for key_id, secret in pairs)


def derived(purpose: str) -> bytes:
    return hmac.new(ring()[-1][1], purpose.encode(), hashlib.sha256).digest()


@cache
def marks() -> Marks:
    return Marks(ring(), settings.INSTALLATION)


@cache
def fingerprints() -> Fingerprints:
    return Fingerprints(derived("fingerprints"))


def signing_keys() -> tuple[tuple[str, Ed25519PrivateKey], ...]:
    """(key id, key) pairs for attestations, one from each key of the ring; the first signs, what any of them signed verifies.

    The id holds a part of the public half too, so that a key that was made anew under an old name is another one.
    """
    return tuple(_signing_key(name, secret) for name, secret in ring())


def _signing_key(name: str, secret: bytes) -> tuple[str, Ed25519PrivateKey]:
    seed = hmac.new(secret, b"attestations", hashlib.sha256).digest()
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public = hashlib.sha256(key.public_key().public_bytes_raw()).hexdigest()
    return f"{name}.{public[:16]}", key


def watch_secret(public_id: str) -> str:
    """What a provider must send back with each notification of this watch: an HMAC, stored nowhere."""
    return hmac.new(derived("watches"), public_id.encode(), hashlib.sha256).hexdigest()
