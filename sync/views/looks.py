"""Choosing what others will see, with the picture beside it: used by the wizard and by the edit page."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from policy.banner import Banner, banner
from policy.enforcement import Enforcer
from sync import example
from sync.access import calendars_of, person
from sync.example import Sample, Shown
from sync.flow_form import FlowForm
from sync.models import Calendar, FlowSettings
from sync.wording import calendar_name, copied_words, looks_words


@dataclass(frozen=True)
class Planned:
    """One direction as it was chosen, in words."""

    source: Calendar
    target: Calendar
    settings: FlowSettings

    @property
    def source_name(self) -> str:
        return calendar_name(self.source)

    @property
    def target_name(self) -> str:
        return calendar_name(self.target)

    @property
    def looks(self) -> str:
        return looks_words(self.settings)

    @property
    def copied(self) -> str:
        return copied_words(self.settings)


@dataclass(frozen=True)
class Side:
    """One direction on the page: its form, the picture, and the sealed event behind the picture."""

    form: FlowForm
    before: Shown
    after: Shown
    made_up: bool
    sealed: str
    policy: Banner | None = None


def side(form: FlowForm, request: HttpRequest) -> Side:
    """A form that comes back with its event shows the same one again; otherwise the calendar is asked."""
    known = example.unseal(request.POST.get(f"{form.prefix}-event", ""))
    Enforcer(timezone.now).heed([form.source, form.target])
    return _side(form, known or example.sample(form.source))


def _side(form: FlowForm, found: Sample) -> Side:
    shown = example.after(found.event, form.source, form.target, form.settings)
    return Side(form, example.before(found.event), shown, found.made_up, example.seal(found), banner(form.source))


def picture(request: HttpRequest) -> HttpResponse:
    """Only the picture, for the choices in the posted form. `side` names the direction, `from` and `to` its calendars."""
    mine = {str(calendar.public_id): calendar for calendar in calendars_of(person(request))}
    prefix = request.POST.get("side", "")
    source, target = mine.get(request.POST.get(f"{prefix}-from", "")), mine.get(request.POST.get(f"{prefix}-to", ""))
    found = example.unseal(request.POST.get(f"{prefix}-event", ""))
    if not source or not target or not found:
        raise Http404("There is no such example.")
    form = FlowForm(source, target, request.POST, prefix=prefix)
    return render(request, "sync/_picture.html", {"side": _side(form, found)})
