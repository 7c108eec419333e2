"""Why an event is copied or not: one of the person's calendars and a day, read live for this one answer."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from sync import byday, explaining, unreachable
from sync.access import asks_providers, calendar_or_404, calendars_in_use, person, signed_in, zone_of
from sync.engine.clients import Resting, Trouble
from sync.engine.explain import Finding, Happening, explain_day, links_of_day
from sync.explaining import Verdict
from sync.forms import ExplainForm
from sync.models import Calendar
from sync.store.work import Task
from sync.unreachable import Unreachable
from sync.wording import calendar_name, long_day


@dataclass(frozen=True)
class Told:
    """One event of the day, in words. `verdicts`: one for each direction out of the calendar; `note`: what it is otherwise.

    `origin_in`: the calendar in which a copy can be looked up by its original.
    """

    when: str
    title: str
    note: str
    verdicts: list[Verdict]
    origin_in: Calendar | None = None


@require_safe
@signed_in
def explain(request: HttpRequest) -> HttpResponse:
    """Without a calendar in the query the form alone; with one, the events of that day and why."""
    calendars = list(calendars_in_use(person(request)))
    form = ExplainForm(calendars, request.GET.dict() if "calendar" in request.GET else None)
    if "calendar" not in request.GET:
        return render(request, "sync/explain.html", {"form": form, "none": not calendars})
    return _day(request, form)


@asks_providers
def _day(request: HttpRequest, form: ExplainForm) -> HttpResponse:
    calendar = calendar_or_404(request, request.GET["calendar"])
    if not form.is_valid():
        return render(request, "sync/explain.html", {"form": form})
    day: date = form.cleaned_data["day"]
    told, problem = read(request, calendar, day)
    context = {
        "form": form,
        "calendar": calendar,
        "day": day,
        "name": long_day(day),
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "told": told,
        "problem": problem,
    }
    return render(request, "sync/explain.html", context)


def read(request: HttpRequest, calendar: Calendar, day: date) -> tuple[list[Told], Unreachable | None]:
    """The day's events with their titles; where the calendar cannot be read, what is remembered of them, by time alone."""
    zone, now = zone_of(person(request)), timezone.now()
    if calendar.lost_at:
        return _remembered(calendar, day, request), unreachable.lost(calendar_name(calendar))
    try:
        found = explain_day(calendar, day, zone, now)
    except (Trouble, Resting) as error:
        return _remembered(calendar, day, request), unreachable.told(error)
    return [_told(one, day) for one in found], None


def _remembered(calendar: Calendar, day: date, request: HttpRequest) -> list[Told]:
    links = links_of_day(calendar, day, zone_of(person(request)))
    happenings = [Happening(None, [Finding(Task(link, link.flow), None)]) for link in links]
    return [_told(one, day) for one in happenings]


def _told(one: Happening, day: date) -> Told:
    now = timezone.now()
    verdicts = [explaining.verdict(finding, now) for finding in one.findings]
    if one.event is None:
        link = one.findings[0].link
        return Told(byday.told(explaining.when_of(link), day), "", "", verdicts)
    content = one.event.content
    return Told(byday.told(content.when, day), content.title or "(no title)", _note(one), verdicts, one.origin_in)


def _note(one: Happening) -> str:
    if one.foreign:
        return "Another program made it as a copy, so Hetk leaves it alone: copies are never copied again."
    if one.is_copy:
        of = f", of an event in {calendar_name(one.origin_in)}" if one.origin_in else ""
        return f"It is a copy itself{of}. Copies are never copied again."
    return "" if one.findings else "No sync starts from this calendar, so it is copied nowhere."
