"""Mails about plans. Each is a subject, a text and an HTML part in `templates/emails/`."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts import emails
from billing import gateway, room
from billing.models import Account
from billing.plans import PLANS
from billing.standing import GRACE, Notice
from sync.access import zone_of
from sync.models import Pair


def send(account: Account, due: Notice) -> None:
    """The mail of a notice, to the owner's own address; times are told as dates of the owner's zone."""
    pairs = Pair.objects.filter(user=account.user_id, ending_at=None)
    found = room.look(account.user)
    context = {
        "link": settings.SITE_URL + reverse("billing"),
        "end": due.end,
        "pauses": due.end + GRACE,
        "plan": found.standing.plan,
        "cause": str(found.standing.cause),
        "syncs": pairs.count(),
        "paused": found.by_plan,
        "can_buy": gateway.on(),
        "grace": GRACE.days,
        "least": min((plan.monthly for plan in PLANS), key=lambda price: price.cents).dollars,
    }
    with timezone.override(zone_of(account.user)):
        emails.send(due.name, account.user.email, context)
