"""The rows of an accepted contract on data processing: who accepted which text when, and which change was announced to them."""

from django.conf import settings
from django.db import models


class Contract(models.Model):
    """Never changed once made. `text`: the whole contract as it was accepted, with its annexes; `fingerprint`: its SHA-256.

    `signatory`: who accepted it for the organization, by name and role, "" before that was asked; `clauses`: with the Commission's
    clauses (2021/915) as its part.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="contracts")
    organization = models.CharField(max_length=200)
    post = models.CharField(max_length=300)
    signatory = models.CharField(max_length=200, blank=True, default="")
    clauses = models.BooleanField(default=False)
    version = models.CharField(max_length=16)
    fingerprint = models.CharField(max_length=64)
    text = models.TextField()
    accepted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.version} {self.fingerprint[:8]}"


class Announcement(models.Model):
    """A change of sub-processors that a customer was told of; `change` is its key in the list of changes (`hetk/trust/changes.py`)."""

    KEY_LENGTH = 60

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="announcements")
    change = models.CharField(max_length=KEY_LENGTH)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "change"), name="one_announcement_per_change"),)

    def __str__(self) -> str:
        return f"announcement of {self.change}"
