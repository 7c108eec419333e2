"""Pairs: how they stand, what was done, and the same verbs as on their page."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from sync import overview, pairs, timeline, verify
from sync.access import calendars_of, pair_or_404, pairs_of, person
from sync.api import examples
from sync.api.address import opens
from sync.api.describe import ID, listed, operation
from sync.api.door import READ, WRITE
from sync.api.listing import page
from sync.api.problems import Conflict
from sync.api.settings import SettingsShape, errors_of, form_of
from sync.api.shapes import (
    ActivityPage,
    ActivityShape,
    PairPage,
    PairShape,
    RunPage,
    RunShape,
    VerificationPage,
    VerificationShape,
    pair_data,
)
from sync.forms import ONE_WAY, TWO_WAY, CalendarsForm
from sync.models import Activity, Calendar, FlowSettings, Pair, Run, Verification
from sync.views.edit import standing

TAG, DONE = "Syncs", "What was done"


class ActivityQuery(serializers.Serializer[Any]):
    show = serializers.ChoiceField(choices=list(timeline.FILTERS), default="all")


class ChangeShape(serializers.Serializer[Any]):
    direction = serializers.ChoiceField(choices=[ONE_WAY, TWO_WAY], required=False)
    out = SettingsShape(required=False, help_text="From the first calendar to the second.")
    back = SettingsShape(required=False, help_text="From the second to the first, where the direction is two-way.")


class NewPairShape(ChangeShape):
    first = serializers.UUIDField()
    second = serializers.UUIDField()
    direction = serializers.ChoiceField(choices=[ONE_WAY, TWO_WAY])


@listed(
    "listPairs", "All syncs, the newest first.", PairPage, tag=TAG, scope=READ, example=examples.page(examples.PAIR)
)
@operation(
    "POST", "makePair", "Start a sync.", PairShape, tag=TAG, scope=WRITE, status=201, asks=NewPairShape,
    problems=[400, 409, 415], asked=examples.NEW_PAIR, example=examples.PAIR,
    description="Both calendars are read completely before the first copy is written. Settings that are left out are those that the "
    "wizard offers at first: copies say Busy and nothing else.",
)  # fmt: skip
@opens(GET=READ, POST=WRITE)
def index(request: Request) -> Response:
    if request.method == "POST":
        return _make(request)
    found, following = page(request, pairs_of(person(request)))
    rows = {
        row.pair.pk: row for row in overview.rows(pairs_of(person(request)).filter(pk__in=[one.pk for one in found]))
    }
    return Response({"items": [pair_data(rows[one.pk]) for one in found if one.pk in rows], "next": following})


@operation(
    "GET", "getPair", "One sync.", PairShape, tag=TAG, scope=READ, query=[ID], problems=[404], example=examples.PAIR
)
@operation(
    "PATCH", "changePair", "Change a sync in place.", PairShape, tag=TAG, scope=WRITE, query=[ID], asks=ChangeShape,
    problems=[400, 404, 409, 415], asked=examples.CHANGE, example=examples.PAIR,
    description="What is left out stays. Copies are rewritten, none is deleted and made anew; a direction that is switched off takes "
    "its copies along.",
)  # fmt: skip
@opens(GET=READ, PATCH=WRITE)
def one(request: Request, public_id: str) -> Response:
    pair = _pair(request, public_id)
    if request.method == "PATCH":
        _change(request, pair)
    return _shown(request, pair)


def _verb(id: str, summary: str, description: str, *, asks_room: bool = False) -> Callable[[Any], Any]:
    return operation(
        "POST", id, summary, PairShape, tag=TAG, scope=WRITE, query=[ID], description=description,
        problems=[404, 409] if asks_room else [404], example=examples.PAIR,
    )  # fmt: skip


@_verb("pausePair", "Pause.", "Copies stay as they are; nothing is copied until the sync is resumed.")
@opens(POST=WRITE)
def pause(request: Request, public_id: str) -> Response:
    pair = _pair(request, public_id)
    pairs.pause(pair=pair)
    return _shown(request, pair)


@_verb("resumePair", "Resume.", "What changed in the meantime is copied: nothing was missed.", asks_room=True)
@opens(POST=WRITE)
def resume(request: Request, public_id: str) -> Response:
    pair = _pair(request, public_id)
    try:
        pairs.resume(pair=pair)
    except pairs.NotPossible as problem:
        raise Conflict(str(problem)) from None
    return _shown(request, pair)


@_verb(
    "syncPairNow", "Sync now.", "Both calendars are looked at now. Hetk does this by itself whenever something changes."
)
@opens(POST=WRITE)
def sync_now(request: Request, public_id: str) -> Response:
    pair = _pair(request, public_id)
    pairs.sync_now(pair=pair)
    return _shown(request, pair)


@listed(
    "listRuns", "The cycles of both calendars, the newest first.", RunPage, tag=DONE, scope=READ, query=[ID], problems=[404],
    example=examples.page(examples.RUN),
)  # fmt: skip
@opens(GET=READ)
def runs(request: Request, public_id: str) -> Response:
    pair = _pair(request, public_id)
    rows = Run.objects.filter(calendar__in=(pair.first_id, pair.second_id)).select_related("calendar")
    found, following = page(request, rows)
    return Response({"items": RunShape(found, many=True).data, "next": following})


@listed(
    "listActivity", "What was done and what was not, with the reason, the newest first.", ActivityPage, tag=DONE, scope=READ,
    query=[ID, ActivityQuery], problems=[404], example=examples.page(examples.ACTIVITY),
    description="Times and reasons only: Hetk does not know titles.",
)  # fmt: skip
@opens(GET=READ)
def activity(request: Request, public_id: str) -> Response:
    pair = _pair(request, public_id)
    query = ActivityQuery(data=request.query_params)
    query.is_valid(raise_exception=True)
    rows: Any = timeline.of_pair(pair).filter(timeline.FILTERS[query.validated_data["show"]][1])
    found, following = page(request, rows)
    entries = [timeline.entry(row) for row in found if isinstance(row, Activity)]
    return Response({"items": ActivityShape(entries, many=True).data, "next": following})


@listed(
    "listVerifications", "The last verifications, the newest first.", VerificationPage, tag=DONE, scope=READ, query=[ID],
    problems=[404], example=examples.page(examples.VERIFICATION),
)  # fmt: skip
@operation(
    "POST", "verifyPair", "Have both sides read from end to end and compared.", VerificationShape, tag=DONE, scope=WRITE,
    query=[ID], status=202, problems=[404, 409], example=examples.ASKED,
)  # fmt: skip
@opens(GET=READ, POST=WRITE)
def verifications(request: Request, public_id: str) -> Response:
    pair = _pair(request, public_id)
    if request.method == "POST":
        try:
            asked = verify.ask(pair=pair, by=person(request))
        except verify.NotNow as reason:
            raise Conflict(str(reason)) from None
        return Response(VerificationShape(asked).data, status=202)
    found, following = page(request, Verification.objects.filter(pair=pair))
    return Response({"items": VerificationShape(found, many=True).data, "next": following})


def _pair(request: Request, public_id: str) -> Pair:
    try:
        return pair_or_404(request, UUID(public_id))
    except ValueError:
        raise Http404("There is no such sync.") from None


def _shown(request: Request, pair: Pair, status: int = 200) -> Response:
    return Response(pair_data(overview.rows(pairs_of(person(request)).filter(pk=pair.pk))[0]), status=status)


def _make(request: Request) -> Response:
    body = NewPairShape(data=request.data)
    body.is_valid(raise_exception=True)
    asked = body.validated_data
    form = CalendarsForm(
        list(calendars_of(person(request))),
        {"first": str(asked["first"]), "second": str(asked["second"]), "direction": asked["direction"]},
    )
    if not form.is_valid():
        raise ValidationError({name: [str(one) for one in said] for name, said in form.errors.items()})
    first, second = (form.by_id[form.cleaned_data[side]] for side in ("first", "second"))
    out = _settings("out", first, second, FlowSettings(), asked)
    two_way = form.cleaned_data["direction"] == TWO_WAY
    back = _settings("back", second, first, FlowSettings(), asked) if two_way else None
    try:
        pair = pairs.create(user=person(request), first=first, second=second, out=out, back=back)
    except pairs.NotPossible as problem:
        raise Conflict(str(problem)) from None
    return _shown(request, pair, status=201)


def _change(request: Request, pair: Pair) -> None:
    body = ChangeShape(data=request.data)
    body.is_valid(raise_exception=True)
    asked, now = body.validated_data, standing(pair)
    if pair.ending_at:
        raise Conflict("This sync is ending; its copies are being removed.")
    two_way = asked["direction"] == TWO_WAY if "direction" in asked else now.two_way
    out = _settings("out", pair.first, pair.second, now.out, asked)
    back = _settings("back", pair.second, pair.first, now.back, asked) if two_way else None
    try:
        pairs.edit(pair=pair, out=out, back=back)
    except pairs.NotPossible as problem:
        raise Conflict(str(problem)) from None


def _settings(
    side: str, source: Calendar, target: Calendar, standing: FlowSettings, asked: dict[str, Any]
) -> FlowSettings:
    form = form_of(source, target, standing, asked.get(side, {}))
    if not form.is_valid():
        raise ValidationError({side: errors_of(form)})
    return form.settings
