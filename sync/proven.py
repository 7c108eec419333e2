"""What was proved, in words: audits, and receipts of what was stripped or removed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import User
from sync.models import Calendar, Pair, Receipt, Verification
from sync.wording import calendar_name, count

LATELY = timedelta(days=7)
DISCONNECTED = "a disconnected account"


@dataclass(frozen=True)
class Proof:
    """One line for people: `sentence` with its counts; `at`: when it was proved, None while it is under way."""

    title: str
    sentence: str
    at: datetime | None
    asked_at: datetime


@dataclass(frozen=True)
class Ended:
    """A pair that was ended, or is: all its directions together."""

    pair_ref: UUID
    title: str
    copies: int
    removed: int
    finished_at: datetime | None


@dataclass(frozen=True)
class Audits:
    """The last complete audit of a pair, a later one that failed, and whether one is being made."""

    verified: Verification | None = None
    unverified: Verification | None = None
    verifying: bool = False


def audits(pairs: Collection[Pair]) -> dict[int, Audits]:
    """Of many pairs in one query; a pair that was never looked at is not in it."""
    newest = Verification.objects.filter(pair=OuterRef("pair"), outcome=OuterRef("outcome"), finished_at__isnull=False)
    lately = Q(finished_at=None) | Q(pk=Subquery(newest.order_by("-finished_at").values("pk")[:1]))
    rows = Verification.objects.filter(lately, pair__in=[pair.pk for pair in pairs]).order_by("pair_id")
    return {pair_id: _audits(list(share)) for pair_id, share in groupby(rows, key=lambda row: row.pair_id)}


def _audits(rows: Collection[Verification]) -> Audits:
    now = timezone.now()
    by_outcome = {row.outcome: row for row in rows}
    complete, failed = by_outcome.get(Verification.Outcome.COMPLETE), by_outcome.get(Verification.Outcome.FAILED)
    later = failed and (complete is None or failed.asked_at > complete.asked_at)
    verifying = any(row.finished_at is None and row.due_at <= now for row in rows)
    return Audits(complete, failed if later else None, verifying)


def of_pair(pair: Pair) -> list[Proof]:
    """Receipts of a pair that is there, newest first."""
    return [proof(receipt) for receipt in _rows(Receipt.objects.filter(pair_ref=pair.public_id))[:5]]


def of_user(user: User) -> list[Proof]:
    """Everything that a person has a receipt of, newest first."""
    return [proof(receipt) for receipt in _rows(Receipt.objects.filter(user=user))[:20]]


def ended_lately(user: User) -> list[Ended]:
    """Pairs that are gone, with the proof that nothing of them is left, for a week."""
    alive = Pair.objects.filter(user=user).values("public_id")
    since = timezone.now() - LATELY
    rows = Receipt.objects.filter(user=user, kind=Receipt.Kind.REMOVED, finished_at__gt=since)
    return _ended(rows.exclude(pair_ref__in=alive))


def ended(user: User, pair_ref: UUID) -> Ended | None:
    """The end of one pair of this person, proved or under way; None when there is no such end."""
    found = _ended(Receipt.objects.filter(user=user, kind=Receipt.Kind.REMOVED, pair_ref=pair_ref))
    return found[0] if found else None


def proof(receipt: Receipt) -> Proof:
    source, target = _name(receipt.source), _name(receipt.target)
    title = f"{source} → {target}"
    copies = count(receipt.copies, "copy", "copies")
    if receipt.kind == Receipt.Kind.STRIPPED:
        done = f"{copies} in {target} checked, {receipt.changed} stripped, 0 left with details."
        going = f"Details are being taken out of {copies} in {target}."
    else:
        done = f"{count(receipt.changed, 'copy', 'copies')} removed from {target}, 0 left."
        going = f"{copies} being removed from {target}."
    return Proof(title, done if receipt.finished_at else going, receipt.finished_at, receipt.asked_at)


def _ended(rows: QuerySet[Receipt]) -> list[Ended]:
    by_pair = groupby(sorted(_rows(rows), key=lambda row: (row.pair_ref, row.pk)), key=lambda row: row.pair_ref)
    found = [_one(pair_ref, list(share)) for pair_ref, share in by_pair]
    return sorted(found, key=lambda one: one.finished_at or timezone.now(), reverse=True)


def _one(pair_ref: UUID, rows: list[Receipt]) -> Ended:
    first, both = rows[0], len({row.source_id for row in rows}) > 1
    times = [row.finished_at for row in rows]
    return Ended(
        pair_ref,
        f"{_name(first.source)} {'↔' if both else '→'} {_name(first.target)}",
        sum(row.copies for row in rows),
        sum(row.changed for row in rows),
        max((at for at in times if at), default=None) if all(times) else None,
    )


def _rows(rows: QuerySet[Receipt]) -> QuerySet[Receipt]:
    return rows.select_related("source__connection", "target__connection").order_by("-asked_at", "-pk")


def _name(calendar: Calendar | None) -> str:
    return calendar_name(calendar) if calendar else DISCONNECTED
