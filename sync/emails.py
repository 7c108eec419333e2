"""Mails about pairs: one function each."""

from django.conf import settings
from django.urls import reverse

from accounts.emails import send
from sync.models import Brake


def deletions_held(brake: Brake) -> None:
    """Many deletions at once wait for the person's word."""
    flow = brake.flow
    link = settings.SITE_URL + reverse("pair", args=[flow.pair.public_id])
    send("deletions-held", flow.pair.user.email, {"brake": brake, "flow": flow, "link": link})
