"""The row of an accepted contract on data processing: who accepted which text when, for which organization."""

from django.conf import settings
from django.db import models


class Contract(models.Model):
    """Never changed once made. `text`: the whole contract as it was accepted, with its annexes; `fingerprint`: its SHA-256."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="contracts")
    organization = models.CharField(max_length=200)
    post = models.CharField(max_length=300)
    version = models.CharField(max_length=16)
    fingerprint = models.CharField(max_length=64)
    text = models.TextField()
    accepted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.version} {self.fingerprint[:8]}"
