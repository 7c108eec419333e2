"""Issuing and checking attestations. Each mark key of the installation has a signing key of its own; the public halves are published."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from hetk import VERSION
from sync.core.attestation import ALGORITHM, FORMAT, NotGenuine, canonical, parts
from sync.models import Calendar, Verification
from sync.store.keys import signing_keys


def issue(verification: Verification, now: datetime) -> str:
    """The paper about a complete audit, as text. What it says is what was stored then; no event is in it."""
    statement = _statement(verification, now)
    key_id, key = signing_keys()[0]
    value = base64.b64encode(key.sign(canonical(statement))).decode()
    paper = {"statement": statement, "signature": {"algorithm": ALGORITHM, "key": key_id, "value": value}}
    return json.dumps(paper, indent=2, ensure_ascii=False) + "\n"


def check(text: str, keys: Mapping[str, Ed25519PublicKey]) -> dict[str, Any]:
    """The statement of a genuine paper. Raises `NotGenuine`."""
    statement, key_id, value = parts(text)
    key = keys.get(key_id)
    if key is None:
        raise NotGenuine("The key that signed this is not among those that are known.")
    try:
        key.verify(base64.b64decode(value, validate=True), canonical(statement))
    except (InvalidSignature, binascii.Error, ValueError):
        raise NotGenuine("This was changed after it was signed.") from None
    return statement


def own_keys() -> dict[str, Ed25519PublicKey]:
    return {key_id: key.public_key() for key_id, key in signing_keys()}


def published() -> dict[str, Any]:
    """The public keys in the form of RFC 7517 and RFC 8037, each also as PEM for openssl; the first one signs now."""
    return {"keys": [_published(key_id, key) for key_id, key in own_keys().items()]}


def read_keys(text: str) -> dict[str, Ed25519PublicKey]:
    """Published keys again. Raises ValueError."""
    try:
        entries = json.loads(text)["keys"]
        return {entry["kid"]: Ed25519PublicKey.from_public_bytes(_unpadded(entry["x"])) for entry in entries}
    except (KeyError, TypeError, binascii.Error) as error:
        raise ValueError("this is no list of published keys") from error


def _statement(row: Verification, now: datetime) -> dict[str, Any]:
    pair = row.pair
    return {
        "format": FORMAT,
        "installation": settings.INSTALLATION,
        "site": settings.SITE_URL,
        "version": VERSION,
        "issued_at": _instant(now),
        "pair": str(pair.public_id),
        "verification": str(row.public_id),
        "outcome": row.outcome,
        "asked_at": _instant(row.asked_at),
        "started_at": _instant(row.started_at),
        "finished_at": _instant(row.finished_at),
        "calendars": [_calendar(pair.first, row.read_first), _calendar(pair.second, row.read_second)],
        "directions": row.scope,
        "copies_checked": row.checked,
        "differences": {
            "missing": row.missing,
            "extra": row.extra,
            "differing": row.differing,
            "showing_hidden_details": row.visible,
        },
        "repaired": row.repaired,
        "left": row.left,
        "under_way": row.under_way,
    }


def _calendar(calendar: Calendar, read: int) -> dict[str, Any]:
    account = calendar.connection
    return {
        "id": str(calendar.public_id),
        "provider": account.kind,
        "account": account.address,
        "events_read": read,
    }


def _instant(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else ""


def _published(key_id: str, key: Ed25519PublicKey) -> dict[str, str]:
    raw = base64.urlsafe_b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode().rstrip("=")
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return {"kid": key_id, "kty": "OKP", "crv": ALGORITHM, "alg": "EdDSA", "use": "sig", "x": raw, "pem": pem}


def _unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
