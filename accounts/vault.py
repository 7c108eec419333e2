"""Credentials at rest: AES-256-GCM, bound to the row and field they belong to.

A sealed text reads `v1.<key id>.<base64url(nonce + ciphertext)>`. The first key of `settings.VAULT_KEYS` seals, every key
of it opens. What a text was bound to is authenticated with it, so a ciphertext moved to another row does not open.
"""

import base64
import binascii
import json
import os
from collections.abc import Mapping
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

VERSION = "v1"
KEY_BYTES = 32
NONCE_BYTES = 12


class VaultError(Exception):
    """A key is missing or malformed, or a sealed text was changed, moved or sealed by a key that is gone."""


def keyring(entries: tuple[str, ...]) -> dict[str, bytes]:
    """Key id -> 32 bytes, in the order given. Raises VaultError with the number of the entry, never with its text."""
    keys: dict[str, bytes] = {}
    for number, entry in enumerate(entries, start=1):
        name, _, encoded = entry.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise VaultError(f"Vault key {number} is not base64.") from None
        if not name or "." in name or len(key) != KEY_BYTES:
            raise VaultError(f"Vault key {number} must read id:base64 of {KEY_BYTES} bytes, its id without a dot.")
        keys[name] = key
    if not keys:
        raise VaultError("There is no vault key.")
    return keys


@lru_cache(maxsize=4)
def _ciphers(entries: tuple[str, ...]) -> dict[str, AESGCM]:
    return {name: AESGCM(key) for name, key in keyring(entries).items()}


def seal(plain: str, *, bound_to: str) -> str:
    """`plain` under the first key, to be opened only with the same `bound_to`."""
    name, cipher = next(iter(_ciphers(tuple(settings.VAULT_KEYS)).items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + cipher.encrypt(nonce, plain.encode(), _associated(name, bound_to))
    return f"{VERSION}.{name}.{base64.urlsafe_b64encode(sealed).decode()}"


def open_sealed(text: str, *, bound_to: str) -> str:
    """The plain text again. Raises VaultError when it was changed, belongs elsewhere or its key is gone."""
    version, _, rest = text.partition(".")
    name, _, body = rest.partition(".")
    cipher = _ciphers(tuple(settings.VAULT_KEYS)).get(name)
    if version != VERSION or cipher is None:
        raise VaultError("This was sealed by a key or a version that is not here.")
    try:
        sealed = base64.b64decode(body, altchars=b"-_", validate=True)
        plain = cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _associated(name, bound_to))
    except (InvalidTag, ValueError):
        raise VaultError("This was changed or belongs to another row.") from None
    return plain.decode()


def first_key() -> str:
    """The id of the key that seals now."""
    return next(iter(_ciphers(tuple(settings.VAULT_KEYS))))


def key_of(text: str) -> str:
    """The id of the key that sealed `text`: what a rotation looks at."""
    return text.split(".", 2)[1] if text.startswith(f"{VERSION}.") else ""


def seal_json(key: bytes, value: Mapping[str, str], *, bound_to: str) -> str:
    """`value` under a key of 32 bytes that is kept elsewhere, to be opened only with the same `bound_to`."""
    nonce = os.urandom(NONCE_BYTES)
    plain = json.dumps(value, sort_keys=True, ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(nonce + AESGCM(key).encrypt(nonce, plain, bound_to.encode())).decode()


def json_under(key: bytes, text: str, *, bound_to: str) -> dict[str, str]:
    """What `seal_json` sealed. Raises VaultError when it was changed or belongs elsewhere."""
    try:
        sealed = base64.b64decode(text, altchars=b"-_", validate=True)
        value: dict[str, str] = json.loads(
            AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to.encode())
        )
    except (InvalidTag, ValueError):
        raise VaultError("This was changed or belongs to another row.") from None
    return value


def _associated(name: str, bound_to: str) -> bytes:
    # Version and key id are authenticated too: neither can be rewritten in the database.
    return f"{VERSION}.{name}.{bound_to}".encode()
