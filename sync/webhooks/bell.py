"""Ringing: a notification marks its calendar due, and a hundred of them are one cycle."""

from uuid import UUID

from django.utils import timezone

from sync.models import Watch
from sync.store import due


def find(public_id: UUID) -> Watch | None:
    return Watch.objects.filter(public_id=public_id).first()


def ring(watch: Watch) -> None:
    now = timezone.now()
    Watch.objects.filter(pk=watch.pk).update(rung_at=now)
    due.ring([watch.calendar_id], at=now)
