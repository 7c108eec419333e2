"""Flows: one direction of a pair, what it copies and what others see of it."""

from dataclasses import dataclass, fields, replace
from datetime import time
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from sync.core.event import Label
from sync.core.filters import Unanswered, WholeDays
from sync.core.privacy import BUSY_TITLE, TITLE_PLACE
from sync.models.calendar import Calendar
from sync.models.pair import Pair

WEEKDAYS = "1234567"
KEEP_OUT = "#nosync"


class ShowAsRule(models.TextChoices):
    KEEP = "keep", "As in the original"
    BUSY = "busy", "Busy"
    FREE = "free", "Free"
    TENTATIVE = "tentative", "Tentative"
    OUT_OF_OFFICE = "oof", "Out of office"


class WholeDaysRule(models.TextChoices):
    COPY = WholeDays.COPY.value, "Copy"
    FREE = WholeDays.FREE.value, "Copy, shown as free"
    SKIP = WholeDays.SKIP.value, "Leave out"


class UnansweredRule(models.TextChoices):
    TENTATIVE = Unanswered.TENTATIVE.value, "Copy, shown as tentative"
    AS_IS = Unanswered.AS_IS.value, "Copy as in the original"
    SKIP = Unanswered.SKIP.value, "Leave out"


class LabelRule(models.TextChoices):
    NONE = "", "None"
    RED = Label.RED.value, "Red"
    ORANGE = Label.ORANGE.value, "Orange"
    YELLOW = Label.YELLOW.value, "Yellow"
    GREEN = Label.GREEN.value, "Green"
    BLUE = Label.BLUE.value, "Blue"
    PURPLE = Label.PURPLE.value, "Purple"


@dataclass(frozen=True, slots=True)
class FlowSettings:
    """What a person asks of one direction: the columns of `Flow` that are theirs to choose, as a value.

    show_as, whole_days, unanswered, label: values of the rules above. template: the title of copies with `{title}` once. word: the
    title where titles are hidden. weekdays: ISO numbers of the days to copy. hours_from, hours_to: wall clock of the person's
    zone, both None for the whole day. only_words, not_words: one a line, or set apart by commas.
    """

    private: bool = True
    show_as: str = ShowAsRule.KEEP.value
    transform_identity: bool = False
    show_title: bool = True
    show_description: bool = True
    show_location: bool = True
    show_guests: bool = True
    template: str = TITLE_PLACE
    word: str = BUSY_TITLE
    label: str = LabelRule.NONE.value
    whole_days: str = WholeDaysRule.COPY.value
    unanswered: str = UnansweredRule.TENTATIVE.value
    copy_free: bool = True
    copy_declined: bool = False
    copy_out_of_office: bool = True
    copy_focus_time: bool = True
    weekdays: str = WEEKDAYS
    hours_from: time | None = None
    hours_to: time | None = None
    only_words: str = ""
    not_words: str = ""
    keep_out: str = KEEP_OUT

    @property
    def enforced(self) -> "FlowSettings":
        """The same where a policy makes everything private: not even a word of the person's own is shown."""
        return replace(self, private=True, word=BUSY_TITLE)

    @classmethod
    def of(cls, flow: "Flow") -> "FlowSettings":
        return cls(**{name: getattr(flow, name) for name in ASKED})

    def as_fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ASKED}


ASKED = tuple(field.name for field in fields(FlowSettings))


class Flow(models.Model):
    """One direction of a pair, with what is copied and what others will see there (see `FlowSettings`).

    `ending_at`: the direction was switched off; its copies are being removed, then the row goes.
    """

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="flows")
    source = models.ForeignKey(Calendar, on_delete=models.RESTRICT, related_name="flows_out")
    target = models.ForeignKey(Calendar, on_delete=models.RESTRICT, related_name="flows_in")

    # What others see.
    private = models.BooleanField(default=True)
    show_as = models.CharField(max_length=16, choices=ShowAsRule, default=ShowAsRule.KEEP)
    transform_identity = models.BooleanField(default=False)
    show_title = models.BooleanField(default=True)
    show_description = models.BooleanField(default=True)
    show_location = models.BooleanField(default=True)
    show_guests = models.BooleanField(default=True)
    template = models.CharField(max_length=60, default=TITLE_PLACE)
    word = models.CharField(max_length=40, default=BUSY_TITLE)
    label = models.CharField(max_length=8, choices=LabelRule, default=LabelRule.NONE, blank=True)

    # What is copied.
    whole_days = models.CharField(max_length=8, choices=WholeDaysRule, default=WholeDaysRule.COPY)
    unanswered = models.CharField(max_length=16, choices=UnansweredRule, default=UnansweredRule.TENTATIVE)
    copy_free = models.BooleanField(default=True)
    copy_declined = models.BooleanField(default=False)
    copy_out_of_office = models.BooleanField(default=True)
    copy_focus_time = models.BooleanField(default=True)
    weekdays = models.CharField(max_length=7, default=WEEKDAYS, validators=[RegexValidator(r"^1?2?3?4?5?6?7?\Z")])
    hours_from = models.TimeField(null=True, blank=True)
    hours_to = models.TimeField(null=True, blank=True)
    only_words = models.CharField(max_length=400, blank=True)
    not_words = models.CharField(max_length=400, blank=True)
    keep_out = models.CharField(max_length=40, blank=True, default=KEEP_OUT)

    ending_at = models.DateTimeField(null=True, blank=True)
    # Something was hidden that was shown, and copies that show it may still stand in the target.
    strip_due = models.BooleanField(default=False)
    # Its source took the place of a feed, and the copies wait to be given to its events.
    takeover_due = models.BooleanField(default=False)
    # The first time every event of the source had been looked at.
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("pair", "source"), name="one_flow_per_direction"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="flow_joins_two_calendars"),
            models.CheckConstraint(condition=Q(template__contains=TITLE_PLACE), name="flow_template_holds_the_title"),
            models.CheckConstraint(condition=~Q(word=""), name="flow_has_a_word"),
            models.CheckConstraint(condition=~Q(weekdays=""), name="flow_has_a_weekday"),
            models.CheckConstraint(
                condition=Q(hours_from=None, hours_to=None)
                | Q(hours_from__isnull=False, hours_to__isnull=False) & ~Q(hours_from=F("hours_to")),
                name="flow_hours_have_two_ends",
            ),
        )

    def __str__(self) -> str:
        return f"flow {self.pk} of pair {self.pair_id}"

    @property
    def is_ending(self) -> bool:
        """Whether this direction, or its whole pair, is being ended."""
        return self.ending_at is not None or self.pair.ending_at is not None
