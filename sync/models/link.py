"""Links: which origin has which copy, what was seen and what was agreed. Ids, versions, times, fingerprints; never content."""

from django.db import models

from sync.models.calendar import Calendar
from sync.models.flow import Flow


class Link(models.Model):
    """Ties one origin to its copy within one flow.

    `*_seen` is the version last observed, `*_agreed` the version both sides were last in step at; what is seen and not agreed
    is still to do. `GONE` as a version means the provider no longer has the event. `*_prints` are keyed fingerprints by field
    (`sync.core.fingerprint`): of the origin, of what was last written to the copy, and of the copy as the provider answered.
    """

    GONE = "-"

    class State(models.TextChoices):
        SEEN = "seen", "observed, no copy"
        INTENT = "intent", "a write to the copy is or was on its way"
        LIVE = "live", "origin and copy exist"
        AWAY = "away", "a person deleted the copy; it stays away until the origin changes"
        HELD = "held", "a deletion waits for a word (brake)"
        KEPT = "kept", "the person kept the copy although its original is gone or unwanted"
        FREED = "freed", "the word was given: the deletion may go"
        PARKED = "parked", "failed for good; see reason"

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="links")
    origin_id = models.CharField(max_length=1024)
    # Keyed hash of (source calendar, origin id): what the copy's mark carries.
    origin_ref = models.CharField(max_length=32)
    series_id = models.CharField(max_length=1024, blank=True)
    # Keyed hash of iCalUID and start: the same meeting in another calendar has the same one.
    meeting_ref = models.CharField(max_length=32, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    all_day = models.BooleanField(default=False)

    origin_seen = models.CharField(max_length=255, blank=True)
    origin_agreed = models.CharField(max_length=255, blank=True)
    copy_id = models.CharField(max_length=1024, blank=True)
    copy_seen = models.CharField(max_length=255, blank=True)
    copy_agreed = models.CharField(max_length=255, blank=True)
    origin_prints = models.CharField(max_length=160, blank=True)
    written_prints = models.CharField(max_length=160, blank=True)
    copy_prints = models.CharField(max_length=160, blank=True)

    # The label that was last given to the copy; a person may have given it another since.
    label = models.CharField(max_length=8, blank=True)
    # Another one stands there, or stood when last seen: it stays through whatever is written.
    coloured = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.SEEN)
    reason = models.CharField(max_length=32, blank=True)
    generation = models.PositiveIntegerField(default=0)
    # NULL: nothing to do. Otherwise the moment from which a cycle should look at it.
    due_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    written_at = models.DateTimeField(null=True, blank=True)
    # Writes since `churn_day`, to notice an object that is written again and again.
    churn_day = models.DateField(null=True, blank=True)
    churn = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("flow", "origin_id"), name="one_link_per_origin_and_flow"),)
        indexes = (
            models.Index(fields=("flow", "copy_id"), name="link_copy"),
            models.Index(fields=("flow", "origin_ref"), name="link_ref"),
            models.Index(fields=("flow", "series_id"), name="link_series", condition=~models.Q(series_id="")),
            models.Index(fields=("flow", "meeting_ref"), name="link_meeting", condition=~models.Q(meeting_ref="")),
            models.Index(fields=("flow", "starts_at"), name="link_parked", condition=models.Q(state="parked")),
            models.Index(fields=("flow", "due_at"), name="link_due", condition=models.Q(due_at__isnull=False)),
        )

    def __str__(self) -> str:
        return f"link {self.pk} of flow {self.flow_id}"

    @property
    def agreed(self) -> bool:
        """Whether both sides stand at the versions at which they were last in step."""
        return self.origin_seen == self.origin_agreed and self.copy_seen == self.copy_agreed

    @property
    def in_doubt(self) -> bool:
        """Nobody knows whether what was written last stands in the copy: it is read before anything is decided."""
        return self.state in {self.State.INTENT, self.State.PARKED}


class Stray(models.Model):
    """A copy of ours found in a calendar while no link knows it: after a lost link table, a restored backup, a pair made again.

    It is adopted when its origin turns up; when it never does, the copy goes as if its origin had just been deleted. It is
    also how a pair can be undone without links.
    """

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="strays")
    copy_id = models.CharField(max_length=1024)
    version = models.CharField(max_length=255)
    # Keyed hashes from its mark: the calendar it was copied from, and its origin there.
    source_ref = models.CharField(max_length=32)
    origin_ref = models.CharField(max_length=32)
    generation = models.PositiveIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("calendar", "copy_id"), name="one_row_per_stray"),)
        indexes = (models.Index(fields=("calendar", "origin_ref"), name="stray_ref"),)

    def __str__(self) -> str:
        return f"stray {self.pk} in calendar {self.calendar_id}"


class Meeting(models.Model):
    """An event of somebody's own in a calendar that is a target: so that the same meeting is not copied beside it (rule 21)."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="meetings")
    event_id = models.CharField(max_length=1024)
    series_id = models.CharField(max_length=1024, blank=True)
    meeting_ref = models.CharField(max_length=32)
    starts_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("calendar", "event_id"), name="one_row_per_meeting"),)
        indexes = (models.Index(fields=("calendar", "meeting_ref"), name="meeting_ref"),)

    def __str__(self) -> str:
        return f"meeting {self.pk} in calendar {self.calendar_id}"
