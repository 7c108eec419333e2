"""Mails about pairs: one function each."""

from django.conf import settings
from django.urls import reverse

from accounts.emails import send
from sync.models import Brake
from sync.wording import calendar_name


def deletions_held(brake: Brake) -> None:
    """Many deletions at once wait for the person's word."""
    flow = brake.flow
    link = settings.SITE_URL + reverse("pair", args=[flow.pair.public_id])
    names = {"source": calendar_name(flow.source), "target": calendar_name(flow.target)}
    send("deletions-held", flow.pair.user.email, {"brake": brake, "link": link, **names})
