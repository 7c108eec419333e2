"""Push subscriptions."""

import uuid

from django.db import models

from sync.models.calendar import Calendar


class Watch(models.Model):
    """A Graph subscription or a Google channel. A new one may overlap the old for a moment, so a calendar can have two.

    `public_id` is in the notification's address; the secret is an HMAC over it and is stored nowhere.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="watches")
    remote_id = models.CharField(max_length=255, blank=True)
    resource_id = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    renew_at = models.DateTimeField()
    rung_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("renew_at",), name="watch_renew"),)

    def __str__(self) -> str:
        return f"watch {self.public_id}"
