"""What was taken out or taken away for good, with its proof. Counts and times; never content. It outlives its pair."""

from django.db import models

from accounts.models import User
from sync.models.calendar import Calendar


class Receipt(models.Model):
    """One direction's receipt: copies stripped of details that became hidden, or removed because the sync has ended.

    `copies`: how many were checked (stripped), or known when it was asked for (removed). `changed`: how many were stripped or removed.
    `left` is counted by reading the calendar back; until `finished_at` nothing is proved. `pair_ref` is the public id of the pair.
    """

    class Kind(models.TextChoices):
        STRIPPED = "stripped", "Details taken out of copies"
        REMOVED = "removed", "Copies removed"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="receipts")
    pair_ref = models.UUIDField()
    kind = models.CharField(max_length=8, choices=Kind)
    # NULL once their account was disconnected.
    source = models.ForeignKey(Calendar, null=True, on_delete=models.SET_NULL, related_name="+")
    target = models.ForeignKey(Calendar, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    copies = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = (
            models.Index(fields=("user", "-asked_at"), name="receipt_latest"),
            models.Index(fields=("pair_ref",), name="receipt_pair"),
        )

    def __str__(self) -> str:
        return f"receipt {self.pk}: {self.kind}"
