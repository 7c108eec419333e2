"""Calendars, and why the events of a day are copied or not."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from sync.access import calendar_or_404, calendars_in_use, calendars_of, may_ask, person, zone_of
from sync.api import examples
from sync.api.address import opens
from sync.api.describe import ID, listed, operation
from sync.api.door import EXPLAIN, READ
from sync.api.listing import page
from sync.api.problems import Conflict, Crowded
from sync.api.shapes import CalendarPage, CalendarShape, DayShape
from sync.forms import ExplainForm
from sync.views.explain import read

TAG = "Calendars"


class DayQuery(serializers.Serializer[Any]):
    day = serializers.DateField(help_text="In the person's time zone, within four years of today.")


@listed(
    "listCalendars", "All calendars of the connected accounts.", CalendarPage, tag=TAG, scope=READ,
    example=examples.page(examples.CALENDAR),
)  # fmt: skip
@opens(GET=READ)
def index(request: Request) -> Response:
    found, following = page(request, calendars_of(person(request)))
    return Response({"items": CalendarShape(found, many=True).data, "next": following})


@operation(
    "GET", "getCalendar", "One calendar.", CalendarShape, tag=TAG, scope=READ, query=[ID], problems=[404],
    example=examples.CALENDAR,
)  # fmt: skip
@opens(GET=READ)
def one(request: Request, public_id: str) -> Response:
    return Response(CalendarShape(calendar_or_404(request, public_id)).data)


@operation(
    "GET", "explainDay", "Why the events of a day are copied or not.", DayShape, tag=TAG, scope=EXPLAIN,
    query=[ID, DayQuery], problems=[400, 404, 409], example=examples.DAY,
    description="Reads the calendar live for this one answer. Titles are in it, and are kept nowhere. Counts towards the limit of "
    "60 readings of a person in a minute, which the pages share.",
)  # fmt: skip
@opens(GET=EXPLAIN)
def explain(request: Request, public_id: str) -> Response:
    calendar = calendar_or_404(request, public_id)
    query = DayQuery(data=request.query_params)
    query.is_valid(raise_exception=True)
    in_use = list(calendars_in_use(person(request)))
    if calendar not in in_use:
        raise Conflict("No sync has to do with this calendar, so there is nothing to explain.")
    form = ExplainForm(in_use, {"calendar": str(calendar.public_id), "day": str(query.validated_data["day"])})
    if not form.is_valid():
        raise ValidationError({name: [str(one) for one in said] for name, said in form.errors.items()})
    if not may_ask(request):
        raise Crowded(wait=60)
    day = form.cleaned_data["day"]
    with timezone.override(zone_of(person(request))):
        events, unreachable = read(request, calendar, day)
    problem = f"{unreachable.what} {unreachable.then}" if unreachable else ""
    data = {"calendar": calendar.public_id, "day": day, "problem": problem, "events": events}
    return Response(DayShape(data).data)
