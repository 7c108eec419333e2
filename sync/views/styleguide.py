"""Every piece of the site once, with made values."""

from datetime import timedelta
from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from policy.banner import Banner
from sync.example import Shown
from sync.forms import SettingsForm
from sync.standing import Facts, stand

BEFORE = Shown("Review with Contoso", "Tue 24 Nov, 14:00–15:00", "Busy", private=False, location="Room 4, Tallinn")
PRIVATE = Shown("Busy", "Tue 24 Nov, 14:00–15:00", "Busy", private=True, masked=True)
STANDINGS = [
    Facts(),
    Facts(settled=False, copies=120, waiting=94),
    Facts(held=37),
    Facts(paused=True),
    Facts(lost="Work"),
    Facts(failures=4, failing="Work", trouble="too many requests"),
    Facts(parked=3),
]


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    context = {
        "standings": [stand(facts) for facts in STANDINGS],
        "shown_before": BEFORE,
        "shown_full": BEFORE,
        "shown_private": PRIVATE,
        "policy": Banner(
            "northwind.example", "v=hetk1; policy=private", timezone.now() - timedelta(seconds=12), silent=False
        ),
        "form": SettingsForm(),
        "broken": _broken(),
        "row": SimpleNamespace(first_name="Work", second_name="Home", two_way=True),
        "now": timezone.now(),
        "sizes": (40, 28, 22, 18, 16, 14),
        "colours": ("paper", "raised", "sunk", "ink", "muted", "line", "accent", "ok", "warn", "stop"),
        "step": 2,
    }
    return render(request, "styleguide.html", context)


def _broken() -> SettingsForm:
    form = SettingsForm({"time_zone": "Mars/Olympus"}, prefix="broken")
    form.is_valid()
    return form
