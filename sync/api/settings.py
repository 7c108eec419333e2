"""The settings of a direction as the API speaks of them. What they mean, and what may stand in them, is the business of the form
that people fill in (`sync/flow_form.py`): nothing is taken here that is refused there.
"""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from sync.flow_form import ANY_TIME, DETAILS, LEAVE, WORKING_HOURS, FlowForm, flow_initial
from sync.models import Calendar, FlowSettings, ShowAsRule
from sync.models.flow import LabelRule, UnansweredRule, WholeDaysRule


@extend_schema_field({"type": ["string", "null"], "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"})
class ClockField(serializers.TimeField):
    """Hours and minutes, without a day or a zone."""

    def __init__(self, **more: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M"], allow_null=True, **more)


class HoursShape(serializers.Serializer[Any]):
    days = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7), min_length=1, help_text="1 is Monday."
    )
    start = ClockField(help_text="Null, like `end`, for the whole day.")
    end = ClockField()


class SettingsShape(serializers.Serializer[Any]):
    private = serializers.BooleanField(required=False, help_text="Copies say Busy and nothing else.")
    show_as = serializers.ChoiceField(choices=ShowAsRule.values, required=False)
    transform_identity = serializers.BooleanField(
        required=False, help_text="The person's address there in the place of the one here."
    )
    hide = serializers.ListField(
        child=serializers.ChoiceField(choices=[name for name, _ in DETAILS]),
        required=False,
        help_text="Details that are not copied.",
    )
    template = serializers.CharField(max_length=60, required=False, help_text="Title of the copies, with {title} once.")
    word = serializers.CharField(max_length=40, required=False, help_text="In the place of a hidden title.")
    label = serializers.ChoiceField(  # type: ignore[assignment]
        choices=[value for value in LabelRule.values if value], allow_blank=True, required=False
    )
    whole_days = serializers.ChoiceField(choices=WholeDaysRule.values, required=False)
    unanswered = serializers.ChoiceField(choices=UnansweredRule.values, required=False)
    declined = serializers.BooleanField(required=False, help_text="Copy declined invitations too, shown as free.")
    leave = serializers.ListField(
        child=serializers.ChoiceField(choices=[name for name, _ in LEAVE]),
        required=False,
        help_text="Not copied at all.",
    )
    hours = HoursShape(
        required=False, allow_null=True, help_text="Copy only what touches these hours; null: at any time."
    )
    only_words = serializers.CharField(max_length=400, allow_blank=True, required=False)
    not_words = serializers.CharField(max_length=400, allow_blank=True, required=False)
    keep_out = serializers.CharField(max_length=40, allow_blank=True, required=False)


# Names that mean the same here and in the form.
SAME = frozenset(SettingsShape().fields) - {"private", "hours"}


def settings_data(settings: FlowSettings) -> dict[str, Any]:
    """What stands in a direction, in the shape above."""
    shown = flow_initial(settings)
    hours = None
    if shown["time"] == WORKING_HOURS:
        days = [int(day) for day in shown["days"]]
        hours = {"days": days, "start": shown["hours_from"], "end": shown["hours_to"]}
    return {**{name: shown[name] for name in SAME}, "private": settings.private, "hours": hours}


def form_of(source: Calendar, target: Calendar, standing: FlowSettings, asked: Mapping[str, Any]) -> FlowForm:
    """The person's form, filled in with what stands there and then with what is asked for."""
    said = {**flow_initial(standing), **{name: asked[name] for name in SAME & asked.keys()}}
    if "private" in asked:
        said["private"] = "yes" if asked["private"] else "no"
    if "hours" in asked:
        hours = asked["hours"]
        said["time"] = WORKING_HOURS if hours else ANY_TIME
        if hours:
            days = [str(day) for day in sorted(set(hours["days"]))]
            said |= {"days": days, "hours_from": hours["start"], "hours_to": hours["end"]}
    return FlowForm(source, target, said)


def errors_of(form: FlowForm) -> dict[str, list[str]]:
    """By the names of the shape above."""
    times = {"days": "hours.days", "hours_from": "hours.start", "hours_to": "hours.end", "time": "hours"}
    return {times.get(name, name): [str(one) for one in said] for name, said in form.errors.items()}
