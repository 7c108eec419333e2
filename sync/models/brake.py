"""The question that waits for a person's word."""

from django.db import models

from accounts.models import User
from sync.models.flow import Flow


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
