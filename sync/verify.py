"""Asking for full audits: by a person, or by the timetable. Cycles carry them out."""

import random
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import User
from sync.models import Flow, Pair, Verification
from sync.store import due

# The next one comes so long after the last: never later than a day, and never at one time for all.
SOONEST = timedelta(hours=20)
LATEST = timedelta(hours=24)
# A new pair is verified within the hour.
FIRST = timedelta(minutes=30)
# What has no complete audit for so long is for support to look at; the hours over a day are for retries.
OVERDUE = timedelta(hours=26)
BETWEEN = timedelta(minutes=5)
SHARE = 500


class NotNow(Exception):
    """The pair cannot be verified at the moment; `str()` is a sentence for the person."""


def ask(*, pair: Pair, by: User | None) -> Verification:
    """Have both sides of a pair verified now. One that waits already is brought forward, and no second one is made.

    Raises `NotNow`.
    """
    now = timezone.now()
    _check(pair, now)
    open = Verification.objects.filter(pair=pair, finished_at=None).first()
    if open is None:
        open, _ = Verification.objects.get_or_create(
            pair=pair, finished_at=None, defaults={"asked_at": now, "asked_by": by, "due_at": now}
        )
    elif open.due_at > now:
        Verification.objects.filter(pk=open.pk, finished_at=None).update(due_at=now, asked_by=by)
    due.ring([pair.first_id, pair.second_id])
    return open


def ask_due(now: datetime, chance: random.Random) -> int:
    """Ask for every audit whose time has come, and plan the one after it. Returns how many were asked for."""
    asked = 0
    _plan_new(now, chance)
    for pair in running().filter(verify_at__lte=now).order_by("verify_at")[:SHARE]:
        with transaction.atomic():
            planned = now + SOONEST + (LATEST - SOONEST) * chance.random()
            # Whoever moves the time on asks; another timetable process finds it moved.
            if not Pair.objects.filter(pk=pair.pk, verify_at=pair.verify_at).update(verify_at=planned):
                continue
            _, made = Verification.objects.get_or_create(
                pair=pair, finished_at=None, defaults={"asked_at": now, "due_at": now}
            )
            asked += made
        due.ring([pair.first_id, pair.second_id])
    return asked


def unverified(now: datetime) -> QuerySet[Pair]:
    """Running pairs of which no audit was complete for a day, those that wait longest first: support's list."""
    lately = Verification.objects.filter(
        pair=OuterRef("pk"), outcome=Verification.Outcome.COMPLETE, finished_at__gt=now - OVERDUE
    )
    return running().filter(~Exists(lately), created_at__lt=now - OVERDUE).order_by("verify_at")


def running() -> QuerySet[Pair]:
    """Pairs that are in step or on the way there: neither paused nor ending."""
    return Pair.objects.filter(paused_at=None, ending_at=None)


def again_at(pair: Pair, now: datetime) -> datetime | None:
    """When a person may ask again; None: now."""
    last = Verification.objects.filter(pair=pair, asked_by__isnull=False, asked_at__gt=now - BETWEEN)
    found = last.exclude(finished_at=None).order_by("-asked_at").first()
    return found.asked_at + BETWEEN if found else None


def _plan_new(now: datetime, chance: random.Random) -> None:
    for pair in running().filter(verify_at=None)[:SHARE]:
        young = now - pair.created_at < LATEST
        wait = FIRST * (1 + chance.random()) if young else LATEST * chance.random()
        Pair.objects.filter(pk=pair.pk, verify_at=None).update(verify_at=now + wait)


def _check(pair: Pair, now: datetime) -> None:
    if pair.ending_at:
        raise NotNow("This sync is ending; its copies are being removed.")
    if pair.paused_at:
        raise NotNow("This sync is paused. Resume it, and then verify it.")
    if Flow.objects.filter(pair=pair, settled_at=None, ending_at=None).exists():
        raise NotNow("The first sync is still under way. It can be verified when every event was looked at.")
    if at := again_at(pair, now):
        raise NotNow(
            f"It was verified a moment ago. It can be verified again in {max(1, (at - now).seconds // 60 + 1)} min."
        )
