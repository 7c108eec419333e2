"""Pairs: which two calendars the person wants kept in step."""

import uuid

from django.db import models

from accounts.models import User
from sync.models.calendar import Calendar


class Pair(models.Model):
    """Two calendars kept in step; what plans count. A one-way pair has one flow, a two-way pair has two."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="pairs")
    first = models.ForeignKey(Calendar, on_delete=models.RESTRICT, related_name="+")
    second = models.ForeignKey(Calendar, on_delete=models.RESTRICT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    # Not the person but the plan paused it: it was too many, or the plan ended.
    paused_by_plan = models.BooleanField(default=False)
    # Set when the person ended the pair: its copies are being removed and the row goes when none is left.
    ending_at = models.DateTimeField(null=True, blank=True)
    # When the timetable asks for its next full audit; NULL until that is settled.
    verify_at = models.DateTimeField(null=True, blank=True)
    # When the mail left that its first sync is finished.
    ready_told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("verify_at",), name="pair_verify"),
            models.Index(fields=("ready_told_at",), condition=models.Q(ready_told_at=None), name="pair_not_told"),
        )
        ordering = ("created_at",)

    def __str__(self) -> str:
        return f"pair {self.public_id}"
