"""Mails about policies: each person is told once when one begins or ends to hold for copies that are already there."""

import logging
from collections import defaultdict

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from accounts.emails import send
from accounts.models import User
from policy.standing import State
from sync.models import Calendar, Pair

log = logging.getLogger("hetk.tasks")


def tell() -> int:
    """Mails what `policy.enforcement` left to tell; how many mails. What was undone before anybody was told is told as it is now."""
    waiting: defaultdict[tuple[int, str], list[Calendar]] = defaultdict(list)
    for calendar in Calendar.objects.exclude(policy_news="").select_related("connection").order_by("pk"):
        waiting[calendar.connection.user_id, calendar.policy_news].append(calendar)
    return sum(_tell(user, domain, calendars) for (user, domain), calendars in waiting.items())


def _tell(user_id: int, domain: str, calendars: list[Calendar]) -> bool:
    """On record before the mail leaves: of two that do this at once, one mails."""
    keys = [calendar.pk for calendar in calendars]
    rows = Calendar.objects.filter(pk__in=keys)
    if not rows.filter(policy_news=domain).update(policy_news=""):
        return False
    syncs = Pair.objects.filter(Q(first__in=keys) | Q(second__in=keys), ending_at=None).count()
    held = any(calendar.policy_domain == domain and calendar.policy_state == State.PRIVATE for calendar in calendars)
    links = {"link": settings.SITE_URL + reverse("dashboard"), "policy": settings.SITE_URL + reverse("policy_setup")}
    words = {"domain": domain, "syncs": syncs, **links}
    try:
        send("policy-begun" if held else "policy-ended", User.objects.get(pk=user_id).email, words)
    except OSError:
        log.exception("news of a policy could not be sent")
        rows.filter(policy_news="").update(policy_news=domain)
        return False
    return True
