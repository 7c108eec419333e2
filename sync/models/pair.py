"""Pairs and their flows: what the person asked for."""

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
    # Set when the person ended the pair: its copies are being removed and the row goes when none is left.
    ending_at = models.DateTimeField(null=True, blank=True)
    # When the timetable asks for its next full audit; NULL until that is settled.
    verify_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("verify_at",), name="pair_verify"),)
        ordering = ("created_at",)

    def __str__(self) -> str:
        return f"pair {self.public_id}"


class ShowAsRule(models.TextChoices):
    KEEP = "keep", "As in the original"
    BUSY = "busy", "Busy"
    FREE = "free", "Free"
    TENTATIVE = "tentative", "Tentative"
    OUT_OF_OFFICE = "oof", "Out of office"


class Flow(models.Model):
    """One direction of a pair, with what others will see there.

    `ending_at`: the direction was switched off; its copies are being removed, then the row goes.
    """

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="flows")
    source = models.ForeignKey(Calendar, on_delete=models.RESTRICT, related_name="flows_out")
    target = models.ForeignKey(Calendar, on_delete=models.RESTRICT, related_name="flows_in")
    private = models.BooleanField(default=True)
    show_as = models.CharField(max_length=16, choices=ShowAsRule, default=ShowAsRule.KEEP)
    transform_identity = models.BooleanField(default=False)
    ending_at = models.DateTimeField(null=True, blank=True)
    # Privacy was turned on, and copies that show more may still stand in the target.
    strip_due = models.BooleanField(default=False)
    # The first time every event of the source had been looked at.
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("pair", "source"), name="one_flow_per_direction"),
            models.CheckConstraint(condition=~models.Q(source=models.F("target")), name="flow_joins_two_calendars"),
        )

    def __str__(self) -> str:
        return f"flow {self.pk} of pair {self.pair_id}"


class Brake(models.Model):
    """Deletions of one flow that wait for the person's word (rule 10)."""

    class Decision(models.TextChoices):
        RELEASE = "release", "Delete the copies"
        RESTORE = "restore", "Keep the copies"
        STOP = "stop", "Stop this sync"

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="brakes")
    held_at = models.DateTimeField()
    held = models.PositiveIntegerField()
    of = models.PositiveIntegerField()
    asked_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=8, choices=Decision, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("flow",), condition=models.Q(decided_at=None), name="one_open_brake_per_flow"
            ),
        )

    def __str__(self) -> str:
        return f"brake on flow {self.flow_id}"
