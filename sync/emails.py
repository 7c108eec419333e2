"""Mails about pairs: one function each."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.emails import send
from sync.models import Brake, Calendar, Link, Pair
from sync.wording import calendar_name


def deletions_held(brake: Brake) -> None:
    """Many deletions at once wait for the person's word."""
    flow = brake.flow
    link = settings.SITE_URL + reverse("pair", args=[flow.pair.public_id])
    names = {"source": calendar_name(flow.source), "target": calendar_name(flow.target)}
    send("deletions-held", flow.pair.user.email, {"brake": brake, "link": link, **names})


def first_sync(pair: Pair) -> None:
    """Every event has been looked at: how many copies stand where, by the names of the calendars."""
    flows = pair.flows.filter(ending_at=None).select_related("source__connection", "target__connection")
    context: dict[str, Any] = {
        "first": calendar_name(pair.first),
        "second": calendar_name(pair.second),
        "directions": [
            {
                "source": calendar_name(flow.source),
                "target": calendar_name(flow.target),
                "copies": Link.objects.filter(flow=flow, state=Link.State.LIVE).count(),
                "private": flow.private,
            }
            for flow in flows
        ],
        "link": settings.SITE_URL + reverse("pair", args=[pair.public_id]),
        "explain": settings.SITE_URL + reverse("explain"),
    }
    context["private"] = any(one["private"] for one in context["directions"])
    send("first-sync", pair.user.email, context)


def calendar_gone(calendar: Calendar) -> None:
    """A provider no longer shows it; nothing was deleted for that."""
    connection = calendar.connection
    context = {
        "calendar": calendar_name(calendar),
        "kind": connection.get_kind_display(),
        "address": connection.address,
        "link": settings.SITE_URL + reverse("dashboard"),
    }
    send("calendar-gone", connection.user.email, context)
