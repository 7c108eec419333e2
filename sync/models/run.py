"""What was done: cycles, and the activity that people read. Times, counts, reasons, request ids; never content."""

from django.db import models

from sync.models.calendar import Calendar
from sync.models.flow import Flow
from sync.models.link import Link
from sync.models.pair import Pair


class Run(models.Model):
    """One cycle of one calendar."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="runs")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    # From the first bell to the last write, in milliseconds; NULL when nothing rang (a poll).
    delay_ms = models.PositiveIntegerField(null=True, blank=True)
    read = models.PositiveIntegerField(default=0)
    written = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("calendar", "-started_at"), name="run_latest"),
            # The newest of all, which are measured, and the oldest, which go.
            models.Index(fields=("started_at",), name="run_age"),
        )

    def __str__(self) -> str:
        return f"run {self.pk} of calendar {self.calendar_id}"


class Activity(models.Model):
    """One thing that was done, or deliberately not done, with its reason (`sync.core.operation.Reason`)."""

    class Act(models.TextChoices):
        CREATED = "created", "Created a copy"
        UPDATED = "updated", "Updated a copy"
        REMOVED = "removed", "Removed a copy"
        ADOPTED = "adopted", "Found a copy again"
        ORIGIN_UPDATED = "origin_updated", "Changed the original"
        ORIGIN_REMOVED = "origin_removed", "Deleted the original"
        SKIPPED = "skipped", "Not copied"
        HELD = "held", "Waiting for your word"
        FAILED = "failed", "Failed"

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="activities")
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="activities")
    link = models.ForeignKey(Link, null=True, on_delete=models.SET_NULL, related_name="activities")
    at = models.DateTimeField()
    act = models.CharField(max_length=16, choices=Act)
    reason = models.CharField(max_length=32)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    all_day = models.BooleanField(default=False)
    request_id = models.CharField(max_length=64, blank=True)
    error = models.CharField(max_length=200, blank=True)
    # Rows of one write to a calendar share it, and the entry of the audit that vouches for them names it.
    batch = models.UUIDField(null=True, editable=False)

    class Meta:
        indexes = (
            models.Index(fields=("pair", "-at"), name="activity_latest"),
            models.Index(fields=("at",), name="activity_age"),
            # The support desk is asked about the one, and lists the other.
            models.Index(fields=("request_id",), name="activity_request", condition=~models.Q(request_id="")),
            models.Index(fields=("pair", "-at"), name="activity_failed", condition=models.Q(act="failed")),
        )

    def __str__(self) -> str:
        return f"{self.act} at {self.at:%Y-%m-%d %H:%M:%S}"
