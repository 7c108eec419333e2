"""Full audits of pairs, and when the next one is. Times, counts and settings; never content."""

import uuid

from django.db import models

from accounts.models import User
from sync.models.pair import Pair


class Verification(models.Model):
    """One audit of a pair: both calendars read completely and compared with its links, repaired, and read back.

    A row without `finished_at` is open; a pair has at most one. `due_at` says when its next look may begin, `lease_until` that a
    worker is on it. The counts of findings are those of the first look; `left` is what the last one still found, and `under_way`
    what was known already: on its way, held for a word, or given up on with a reason.
    """

    class Outcome(models.TextChoices):
        COMPLETE = "complete", "Verified complete"
        FAILED = "failed", "Not verified"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="verifications")
    asked_at = models.DateTimeField()
    # NULL: the timetable.
    asked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    attempt = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    looks = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    # A short reason why it failed; never content.
    trouble = models.CharField(max_length=200, blank=True)

    # What was verified: for each direction the calendars' public ids and the details that are hidden there.
    scope = models.JSONField(default=list, blank=True)
    read_first = models.PositiveIntegerField(default=0)
    read_second = models.PositiveIntegerField(default=0)
    checked = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    extra = models.PositiveIntegerField(default=0)
    differing = models.PositiveIntegerField(default=0)
    visible = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)
    under_way = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("pair",), condition=models.Q(finished_at=None), name="one_open_verification_per_pair"
            ),
        )
        indexes = (models.Index(fields=("pair", "-finished_at"), name="verification_latest"),)

    def __str__(self) -> str:
        return f"verification {self.public_id}"

    @property
    def differences(self) -> int:
        return self.missing + self.extra + self.differing + self.visible

    @property
    def repaired(self) -> int:
        return max(0, self.differences - self.left)
