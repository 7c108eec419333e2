"""The row of what somebody wrote to us by the contact form."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Topic(models.TextChoices):
    CONNECT = "connect", "Connecting an account"
    SYNC = "sync", "A sync"
    PLAN = "plan", "Plans and payment"
    SECURITY = "security", "Security and data protection"
    OTHER = "other", "Something else"


class Message(models.Model):
    """`user`: who was signed in; `address`: where the answer goes; `priority`: whether the plan says that support answers first."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="sent_messages"
    )
    address = models.EmailField()
    topic = models.CharField(max_length=16, choices=Topic)
    text = models.TextField(max_length=4000)
    priority = models.BooleanField(default=False)
    sent_at = models.DateTimeField(auto_now_add=True)
    told_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("-priority", "sent_at"), condition=Q(done_at=None), name="messages_that_wait"),)

    def __str__(self) -> str:
        return f"message {self.pk}"
