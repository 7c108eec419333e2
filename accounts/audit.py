"""The audit: what was done for an account and by whom, append-only, each entry tied to the one before by its hash.

    audit.record(user, Act.SIGNED_IN, facts={"how": "passkey"}, personal=audit.whence(request))

`facts` are ids, counts and choices; `personal` tells who somebody is (addresses, networks, free text) and is sealed under the
account's own key, which the deletion of the account destroys. Neither ever holds content of an event.

Call it in the transaction of what it tells, as the last thing there: it holds the row of the chain until the end, and everybody
takes the other locks before this one (`sync/store/locks.py`).
"""

import base64
import hashlib
import hmac
import ipaddress
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import vault
from accounts.chain import Chain, ChainEntry
from accounts.models import ApiToken, User
from sync.core.attestation import canonical

BROWSER = 200
# The token that opened the request which is being answered; pages, cycles and the timetable have none.
_token: ContextVar[ApiToken | None] = ContextVar("token", default=None)


class Act(StrEnum):
    """What an entry tells; `accounts/history.py` has the words for each."""

    SIGNED_IN = "signed-in"
    SIGN_IN_REFUSED = "sign-in-refused"
    SIGNED_OUT = "signed-out"
    SESSION_ENDED = "session-ended"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105
    FACTOR_ADDED = "factor-added"
    FACTOR_REMOVED = "factor-removed"
    FACTOR_LOST = "factor-lost"
    RECOVERY_CODES = "recovery-codes"
    ADDRESS_ADDED = "address-added"
    ADDRESS_CHANGED = "address-changed"
    ADDRESS_REMOVED = "address-removed"
    TERMS_ACCEPTED = "terms-accepted"
    CONTRACT_ACCEPTED = "contract-accepted"
    SETTINGS_CHANGED = "settings-changed"
    CONNECTED = "connected"
    RECONNECTED = "reconnected"
    DISCONNECTED = "disconnected"
    CONNECT_REFUSED = "connect-refused"
    HALTED = "halted"
    WENT_ON = "went-on"
    APPROVAL_AWAITED = "approval-awaited"
    APPROVAL_FORGOTTEN = "approval-forgotten"
    CONSENT_GIVEN = "consent-given"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    PAIR_MADE = "pair-made"
    PAIR_CHANGED = "pair-changed"
    PAIR_PAUSED = "pair-paused"
    PAIR_RESUMED = "pair-resumed"
    PAIR_ENDED = "pair-ended"
    DELETIONS_DECIDED = "deletions-decided"
    POLICY_CHANGED = "policy-changed"
    WROTE = "wrote"
    PLAN_CHANGED = "plan-changed"
    STAFF_LOOKED = "staff-looked"
    STAFF_CHANGED = "staff-changed"
    TOKEN_MADE = "token-made"  # noqa: S105
    TOKEN_REVOKED = "token-revoked"  # noqa: S105
    EXPORTED = "exported"
    DELETION_ASKED = "deletion-asked"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Note:
    """One entry to be. `facts`: JSON of texts, whole numbers, booleans and lists. `personal`: texts by name."""

    act: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    personal: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold: the number of the first entry that is wrong (0: the chain itself), and how."""

    number: int
    what: str


def record(
    user: User | int,
    act: Act,
    *,
    facts: Mapping[str, Any] | None = None,
    personal: Mapping[str, str] | None = None,
    at: datetime | None = None,
) -> None:
    """Add one entry to the account's chain."""
    append(user, [Note(act, facts or {}, personal or {})], at=at)


@transaction.atomic
def append(user: User | int, notes: Sequence[Note], *, at: datetime | None = None) -> None:
    """Add entries in order, the row of the chain held once for all of them; each names the token that it came through, if any."""
    number = user if isinstance(user, int) else user.pk
    rows = Chain.objects.select_for_update(no_key=True)
    chain = rows.filter(user_id=number).first()
    if chain is None:
        Chain.objects.get_or_create(user_id=number)
        chain = rows.get(user_id=number)
    extend(chain, [_through(note) for note in notes], at or timezone.now())


@contextmanager
def through(token: ApiToken) -> Iterator[None]:
    """Whatever is recorded inside was asked for by a program that showed this token."""
    before = _token.set(token)
    try:
        yield
    finally:
        _token.reset(before)


def _through(note: Note) -> Note:
    token = _token.get()
    if token is None:
        return note
    facts, personal = {**note.facts, "token": str(token.public_id)}, {**note.personal, "token": token.name}
    return replace(note, facts=facts, personal=personal)


def extend(chain: Chain, notes: Sequence[Note], at: datetime) -> None:
    """The same for a chain whose row is held already."""
    entries = []
    for note in notes:
        chain.count += 1
        entry = ChainEntry(chain=chain, number=chain.count, at=at, act=str(note.act), facts=dict(note.facts))
        entry.sealed = _sealed(chain, entry.number, note.personal)
        entry.hash = chain.head = hash_of(chain, entry, chain.head)
        entries.append(entry)
    ChainEntry.objects.bulk_create(entries)
    chain.stamp = stamp_of(chain)
    chain.save(update_fields=("key", "count", "head", "stamp"))


def hash_of(chain: Chain, entry: ChainEntry, before: str) -> str:
    """SHA-256 over canonical JSON (`sync.core.attestation`) of the entry and the hash of the entry before."""
    return hashlib.sha256(canonical(parts_of(chain, entry, before))).hexdigest()


def parts_of(chain: Chain, entry: ChainEntry, before: str) -> dict[str, Any]:
    """All that the hash of an entry is made of."""
    return {
        "chain": str(chain.public_id),
        "number": entry.number,
        "at": instant(entry.at),
        "act": entry.act,
        "facts": entry.facts,
        "sealed": hashlib.sha256(entry.sealed.encode()).hexdigest() if entry.sealed else "",
        "before": before,
    }


def stamp_of(chain: Chain) -> str:
    told = [str(chain.public_id), chain.count, chain.head, chain.forgotten, chain.base]
    return hmac.new(_stamp_key(), canonical({"chain": told}), hashlib.sha256).hexdigest()


def verify(chain: Chain) -> Break | None:
    """The first place where the chain does not hold, None when it does."""
    before, expected = chain.base, chain.forgotten
    for entry in ChainEntry.objects.filter(chain=chain).order_by("number").iterator():
        expected += 1
        if entry.number != expected:
            return Break(expected, "this entry is missing")
        if entry.hash != hash_of(chain, entry, before):
            return Break(entry.number, "this entry, or the one before it, is not what was recorded")
        before = entry.hash
    if expected < chain.count:
        return Break(expected + 1, f"the last {chain.count - expected} entries are missing")
    if (expected, before) != (chain.count, chain.head):
        return Break(expected, "the chain does not end where it says")
    if not hmac.compare_digest(chain.stamp, stamp_of(chain)) and chain.count:
        return Break(0, "beginning or end of the chain were changed by somebody without the key")
    return None


def personal_of(entry: ChainEntry) -> dict[str, str]:
    """The sealed part of an entry; empty when there is none or its key is destroyed."""
    if not entry.sealed or not entry.chain.key:
        return {}
    found: dict[str, str] = vault.json_under(
        _key(entry.chain), entry.sealed, bound_to=_bound(entry.chain, entry.number)
    )
    return found


def entries_of(user: User) -> Iterator[ChainEntry]:
    """All of an account's entries, oldest first."""
    yield from ChainEntry.objects.filter(chain__user=user).select_related("chain").order_by("number").iterator()


def destroy_key(chain: Chain) -> None:
    """The personal parts become unreadable for ever; the chain stays whole."""
    Chain.objects.filter(pk=chain.pk).update(key="")


def forget(before: datetime) -> int:
    """Retention: entries older than `before` go, and each chain remembers where it begins now. Returns how many went."""
    gone = 0
    for pk in Chain.objects.filter(entries__at__lt=before).distinct().values_list("pk", flat=True):
        with transaction.atomic():
            chain = Chain.objects.select_for_update(no_key=True).get(pk=pk)
            # From the beginning only: a clock that went back must not tear a hole.
            kept = ChainEntry.objects.filter(chain=chain, at__gte=before).order_by("number").first()
            old = ChainEntry.objects.filter(chain=chain, number__lt=kept.number if kept else chain.count + 1)
            if last := old.order_by("-number").first():
                chain.forgotten, chain.base = last.number, last.hash
                chain.stamp = stamp_of(chain)
                chain.save(update_fields=("forgotten", "base", "stamp"))
                gone += old.go()
            if chain.user_id is None and chain.forgotten == chain.count:
                chain.delete()
    return gone


def whence(request: HttpRequest) -> dict[str, str]:
    """Where a request comes from, as far as is kept: the network (a /24, or a /48) and what the browser calls itself."""
    try:
        address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    except (ValueError, PermissionDenied):
        return {}
    network = ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False)
    return {"network": str(network), "browser": request.headers.get("User-Agent", "")[:BROWSER]}


def how(request: HttpRequest, user: User) -> str:
    """By what somebody signed in, in words: "google", "password and totp"."""
    steps = [
        str(step.get("provider") or step.get("type") or step["method"])
        for step in get_authentication_records(request, user)
    ]
    return " and ".join(dict.fromkeys(steps))


def instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _sealed(chain: Chain, number: int, personal: Mapping[str, str]) -> str:
    if not personal:
        return ""
    if not chain.key:
        if chain.user_id is None:
            # The account is gone, and its key with it: nobody is told of any more.
            return ""
        plain = base64.b64encode(os.urandom(vault.KEY_BYTES)).decode()
        chain.key = vault.seal(plain, bound_to=key_binding(chain))
    return vault.seal_json(_key(chain), dict(personal), bound_to=_bound(chain, number))


def key_binding(chain: Chain) -> str:
    return f"chain:{chain.public_id}:key"


def _key(chain: Chain) -> bytes:
    return base64.b64decode(vault.open_sealed(chain.key, bound_to=key_binding(chain)))


def _bound(chain: Chain, number: int) -> str:
    return f"chain:{chain.public_id}:{number}"


@cache
def _stamp_key() -> bytes:
    # Derived from the root of all hashes, which stays when keys are changed (docs/running.md).
    root = base64.b64decode(settings.MARK_KEYS[-1].partition(":")[2])
    return hmac.new(root, b"audit chains", hashlib.sha256).digest()
