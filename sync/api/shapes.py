"""What the API gives: the shapes of its answers, from the same rows as the pages. No shape has a place for content of an event
but `Happening`, which is read live and kept nowhere.
"""

from typing import Any

from rest_framework import serializers

from accounts.models import Kind
from policy.standing import State
from sync.api.settings import SettingsShape, settings_data
from sync.forms import ONE_WAY, TWO_WAY
from sync.models import Activity, FlowSettings, Verification
from sync.overview import FlowRow, PairRow

Shape = serializers.Serializer[Any]


class AccountShape(Shape):
    kind = serializers.ChoiceField(choices=Kind.values)
    address = serializers.CharField(help_text="The address of the connected account.")


class CalendarShape(Shape):
    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    account = AccountShape(source="connection")
    zone = serializers.CharField(help_text="The calendar's own time zone.")
    main = serializers.BooleanField(source="primary")
    writable = serializers.BooleanField(source="can_write")
    policy_domain = serializers.CharField(
        allow_blank=True, help_text="The domain whose policy makes private what leaves here."
    )
    checked_at = serializers.DateTimeField(allow_null=True, help_text="When it was last read.")
    lost_at = serializers.DateTimeField(allow_null=True, help_text="Since when the provider no longer shows it.")


class FlowShape(Shape):
    source = serializers.UUIDField(  # type: ignore[assignment]
        help_text="The calendar that is copied."
    )
    target = serializers.UUIDField(help_text="The calendar that gets the copies.")
    policy_domain = serializers.CharField(
        allow_blank=True, help_text="The domain that makes every copy private, whatever the settings say."
    )
    copies = serializers.IntegerField(help_text="Copies that exist.")
    waiting = serializers.IntegerField(help_text="Events that wait for their copy.")
    parked = serializers.IntegerField(help_text="Events given up on for now.")
    ending = serializers.BooleanField(help_text="Switched off; its copies are being removed.")
    settings = SettingsShape()


class StandingShape(Shape):
    tone = serializers.ChoiceField(choices=["ok", "busy", "warn", "stop", "still"])
    word = serializers.CharField()
    sentence = serializers.CharField(allow_blank=True)


class PairShape(Shape):
    id = serializers.UUIDField()
    title = serializers.CharField()
    first = serializers.UUIDField(help_text="A calendar.")
    second = serializers.UUIDField(help_text="The other one; copies of a one-way sync are here.")
    direction = serializers.ChoiceField(choices=[ONE_WAY, TWO_WAY])
    state = StandingShape(help_text="How it stands, as the dashboard tells it.")
    made_at = serializers.DateTimeField()
    paused_at = serializers.DateTimeField(allow_null=True)
    paused_by_plan = serializers.BooleanField()
    ending_at = serializers.DateTimeField(allow_null=True)
    checked_at = serializers.DateTimeField(allow_null=True, help_text="Both calendars were read since then.")
    verified_at = serializers.DateTimeField(allow_null=True, help_text="The last complete verification.")
    held = serializers.IntegerField(help_text="Deletions that wait for the person's word.")
    flows = FlowShape(many=True)


def pair_data(row: PairRow) -> dict[str, Any]:
    pair, verified = row.pair, row.audits.verified
    data = {
        "id": pair.public_id,
        "title": row.title,
        "first": pair.first.public_id,
        "second": pair.second.public_id,
        "direction": TWO_WAY if row.two_way else ONE_WAY,
        "state": row.standing,
        "made_at": pair.created_at,
        "paused_at": pair.paused_at,
        "paused_by_plan": pair.paused_by_plan,
        "ending_at": pair.ending_at,
        "checked_at": row.checked_at,
        "verified_at": verified.finished_at if verified else None,
        "held": row.held,
        "flows": [_flow(flow) for flow in row.flows],
    }
    return dict(PairShape(data).data)


def _flow(row: FlowRow) -> dict[str, Any]:
    return {
        "source": row.source.public_id,
        "target": row.target.public_id,
        "policy_domain": row.source.policy_domain,
        "copies": row.counts.copies,
        "waiting": row.counts.waiting,
        "parked": row.counts.parked,
        "ending": row.flow.ending_at is not None,
        "settings": settings_data(FlowSettings.of(row.flow)),
    }


class RunShape(Shape):
    calendar = serializers.UUIDField(source="calendar.public_id")
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField()
    delay_ms = serializers.IntegerField(
        allow_null=True, help_text="From the provider's bell to the last write; null for a poll."
    )
    read = serializers.IntegerField()
    written = serializers.IntegerField()
    failed = serializers.IntegerField()
    trouble = serializers.CharField(allow_blank=True)


class ActivityShape(Shape):
    at = serializers.DateTimeField(source="row.at")
    act = serializers.ChoiceField(choices=Activity.Act.values, source="row.act")
    what = serializers.CharField()
    why = serializers.CharField()
    event_starts_at = serializers.DateTimeField(source="row.starts_at", allow_null=True)
    event_ends_at = serializers.DateTimeField(source="row.ends_at", allow_null=True)
    all_day = serializers.BooleanField(source="row.all_day")
    request_id = serializers.CharField(
        source="row.request_id", allow_blank=True, help_text="The provider's, for its support."
    )
    error = serializers.CharField(source="row.error", allow_blank=True)


class VerificationShape(Shape):
    id = serializers.UUIDField(source="public_id")
    asked_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True, help_text="Null while it is under way.")
    outcome = serializers.ChoiceField(choices=Verification.Outcome.values, allow_blank=True)
    trouble = serializers.CharField(allow_blank=True)
    checked = serializers.IntegerField(help_text="Links that were compared with both calendars.")
    differences = serializers.IntegerField(help_text="Found at the first look.")
    repaired = serializers.IntegerField()
    left = serializers.IntegerField(help_text="Still there at the last look.")
    under_way = serializers.IntegerField(help_text="Known and on its way, held, or given up on with a reason.")


class VerdictShape(Shape):
    what = serializers.CharField()
    why = serializers.CharField(allow_blank=True)
    then = serializers.CharField(allow_blank=True)
    waits = serializers.CharField(allow_blank=True)
    looked_at = serializers.DateTimeField(allow_null=True)
    written_at = serializers.DateTimeField(allow_null=True)


class HappeningShape(Shape):
    when = serializers.CharField(help_text="In the person's time zone.")
    title = serializers.CharField(allow_blank=True, help_text="Read live for this answer; kept nowhere.")
    note = serializers.CharField(allow_blank=True)
    verdicts = VerdictShape(many=True)


class DayShape(Shape):
    calendar = serializers.UUIDField()
    day = serializers.DateField()
    problem = serializers.CharField(
        allow_blank=True,
        help_text="Why the calendar could not be read; the events are then what is remembered of them.",
    )
    events = HappeningShape(many=True)


class StepShape(Shape):
    name = serializers.CharField()
    resolver = serializers.CharField()
    answer = serializers.CharField()
    record = serializers.CharField(allow_blank=True)
    read_as = serializers.CharField()
    problem = serializers.CharField(allow_blank=True)


class CheckShape(Shape):
    domain = serializers.CharField()
    state = serializers.ChoiceField(choices=[state.value for state in State])
    sentence = serializers.CharField()
    decided_by = serializers.CharField(allow_blank=True, help_text="The domain whose record decides.")
    steps = StepShape(many=True)


class ProblemShape(Shape):
    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), required=False
    )


class _Page(Shape):
    next = serializers.URLField(allow_null=True, help_text="The address of the next page, null after the last.")


class CalendarPage(_Page):
    items = CalendarShape(many=True)


class PairPage(_Page):
    items = PairShape(many=True)


class RunPage(_Page):
    items = RunShape(many=True)


class ActivityPage(_Page):
    items = ActivityShape(many=True)


class VerificationPage(_Page):
    items = VerificationShape(many=True)
