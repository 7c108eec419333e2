"""The row of a deletion: how far the end of an account is. It outlives the account, and then names nobody."""

import uuid

from django.conf import settings
from django.db import models


class Deletion(models.Model):
    """Asked for once, never taken back. `accounts`: for each account that has left, its kind and how its access ended (`End`).

    `total`: copies that stood when it was asked for. `left`: those that could not be removed. `notify`: the address for the last
    mail, sealed, and gone when that mail has left.
    """

    class Copies(models.TextChoices):
        REMOVE = "remove", "Remove the copies"
        LEAVE = "leave", "Leave the copies"

    class End(models.TextChoices):
        REVOKED = "revoked", "access was taken back"
        BY_HAND = "by-hand", "access was erased here; the provider's own entry is removed there"
        UNREACHED = "unreached", "access was erased here; the provider could not be reached"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="deletion")
    notify = models.TextField(blank=True)
    copies = models.CharField(max_length=8, choices=Copies)
    asked_at = models.DateTimeField()
    total = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)
    accounts = models.JSONField(default=list, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"deletion {self.public_id}"

    @property
    def binding(self) -> str:
        """What the sealed address of this row is bound to."""
        return f"deletion:{self.public_id}:notify"
