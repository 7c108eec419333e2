"""Remote calendars, and what a worker must know to claim and read one."""

import uuid
from datetime import datetime

from django.db import models

from accounts.models import Connection


class Calendar(models.Model):
    """One remote calendar seen through a connection.

    `due_at` is the whole queue: a calendar with `due_at` in the past wants a cycle; NULL wants none (no pair uses it). A claim
    moves `due_at` to the end of its lease, so a dead worker's calendars come back by themselves. `due_seq` counts the bells
    that rang; a cycle that finishes compares it with the count it started from.
    """

    # What `trouble` says when the fault is ours: never blamed on the account.
    OURS = "an error of our own"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="calendars")
    remote_id = models.CharField(max_length=512)
    name = models.CharField(max_length=255)
    owner = models.CharField(max_length=320, blank=True)
    zone = models.CharField(max_length=64, default="UTC")
    primary = models.BooleanField(default=False)
    can_write = models.BooleanField(default=True)
    can_watch = models.BooleanField(default=True)

    due_at = models.DateTimeField(null=True, blank=True)
    due_seq = models.BigIntegerField(default=0)
    # When the first bell of the waiting ones rang: delays are measured from here.
    rung_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)

    cursor = models.TextField(blank=True)
    # Counts how often a reading from the beginning was asked for: one that began before says nothing of it.
    read_seq = models.BigIntegerField(default=0)
    # The span that the cursor was made for, UTC dates; a new full reading moves it on.
    read_start = models.DateField(null=True, blank=True)
    read_end = models.DateField(null=True, blank=True)
    # The last reading that was complete, every page of it, and the last that succeeded at all.
    full_read_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    # A short reason for people and support when the last cycle failed; never content.
    trouble = models.CharField(max_length=200, blank=True)
    # Whose policy makes private what leaves this calendar ("" when none does), and its state: see `policy.enforcement`.
    policy_domain = models.CharField(max_length=253, blank=True)
    policy_state = models.CharField(max_length=8, blank=True)
    # The domain whose policy began or ended to hold for copies that were there, until its owner was told; "" when there is no news.
    policy_news = models.CharField(max_length=253, blank=True)
    # The provider no longer shows it to us. Copies stay.
    lost_at = models.DateTimeField(null=True, blank=True)
    lost_told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("connection", "remote_id"), name="one_row_per_calendar"),)
        indexes = (
            models.Index(fields=("due_at",), name="calendar_due"),
            # Few of many: those that fail again and again, as `sync.standing` counts.
            models.Index(fields=("failures",), name="calendar_failing", condition=models.Q(failures__gte=3)),
            # Fewer still: those that are gone.
            models.Index(fields=("lost_at",), name="calendar_lost", condition=~models.Q(lost_at=None)),
        )
        ordering = ("connection", "-primary", "name")

    def __str__(self) -> str:
        return f"calendar {self.public_id}"

    @property
    def address(self) -> str:
        """Whose calendar it is: somebody else's, where it is shared with the account that reads it."""
        return self.owner or self.connection.address

    @property
    def identity(self) -> str:
        """The calendar itself, the same in a new database: what marks and idempotency keys are made from."""
        return f"{self.connection.identity}|{self.remote_id}"


class Seat(models.Model):
    """A place in the queue of one mailbox: who holds one may send a request there. Counted across processes."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="seats")
    number = models.PositiveSmallIntegerField()
    until: "models.DateTimeField[datetime, datetime]" = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("connection", "number"), name="one_row_per_seat"),)

    def __str__(self) -> str:
        return f"seat {self.number} of connection {self.connection_id}"
