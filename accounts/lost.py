"""The slow way back for somebody who lost every second factor, and the recovery codes with it.

Who has proved the first factor may ask. All confirmed addresses and all sessions hear of it at once, and each of them can stop it.
After 72 hours without that, and for two weeks, support may take the factors away; never earlier, and never their own.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from importlib import import_module
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts import agents, emails, notices, sessions
from accounts.models import LostFactor, User

HOURS = 72
WAIT = timedelta(hours=HOURS)
OPEN_FOR = timedelta(days=14)
# After it was stopped nobody asks again so soon: whoever stopped it needs the time.
PAUSE = timedelta(days=1)
SALT = "accounts.lost"
# In the sessions of the person: the page says above everything that this is going on.
SESSION_KEY = "lost_factor"


class State(StrEnum):
    WAITING = "waiting"
    DUE = "due"
    LAPSED = "lapsed"
    STOPPED = "stopped"
    DONE = "done"


def state(row: LostFactor, now: datetime) -> State:
    if row.done_at:
        return State.DONE
    if row.stopped_at:
        return State.STOPPED
    if now < row.due_at:
        return State.WAITING
    return State.DUE if now < row.due_at + OPEN_FOR else State.LAPSED


def of(user: User) -> LostFactor | None:
    """What was last asked for this person and still matters: open, or stopped a short while ago."""
    row = LostFactor.objects.filter(user=user).first()
    if row is None:
        return None
    now = timezone.now()
    fresh_stop = bool(row.stopped_at and now < row.stopped_at + PAUSE)
    return row if fresh_stop or state(row, now) in {State.WAITING, State.DUE} else None


def ask(request: HttpRequest, user: User) -> LostFactor:
    """Begins the wait and tells everybody who could stop it; asking again while it runs changes nothing."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if known := of(user):
            return known
        now = timezone.now()
        label = agents.label(get_adapter().get_http_user_agent(request))
        row = LostFactor.objects.create(user=user, asked_at=now, due_at=now + WAIT, label=label)
    notices.note(request, user, "lost_factor_asked")
    context = {
        **notices.circumstances(request, user),
        "row": row,
        "stop": link(row),
        "hours": HOURS,
    }
    for address in _addresses(user):
        notices.send(emails.lost_factor, address, context)
    _mark(user, row.pk)
    return row


def link(row: LostFactor) -> str:
    return settings.SITE_URL + reverse("lost_factor_stop", args=(signing.dumps(row.pk, salt=SALT),))


def find(token: str) -> LostFactor | None:
    """What this link stops, if it still runs."""
    try:
        number = signing.loads(token, salt=SALT, max_age=WAIT + OPEN_FOR)
    except signing.BadSignature:
        return None
    return LostFactor.objects.select_related("user").filter(pk=number, stopped_at=None, done_at=None).first()


def stop(user: User) -> bool:
    """Ends whatever of it runs for this person; False when nothing did."""
    stopped = LostFactor.objects.filter(user=user, stopped_at=None, done_at=None).update(stopped_at=timezone.now())
    if stopped:
        notices.note(None, user, "lost_factor_stopped")
        _mark(user, None)
    return bool(stopped)


def take_away(row: LostFactor, *, by: User) -> bool:
    """Support removes every factor of the person, when the wait is over and nobody stopped it; False, and nothing, else."""
    if by.pk == row.user_id:
        return False
    with transaction.atomic():
        held = LostFactor.objects.select_for_update(no_key=True).select_related("user").get(pk=row.pk)
        now = timezone.now()
        if state(held, now) != State.DUE:
            return False
        Authenticator.objects.filter(user=held.user).delete()
        LostFactor.objects.filter(pk=held.pk).update(done_at=now, done_by=by)
        sessions.end_all(held.user)
    notices.note(None, held.user, "lost_factor_done")
    for address in _addresses(held.user):
        notices.send(emails.factors_gone, address, HOURS)
    return True


def _addresses(user: User) -> list[str]:
    confirmed = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return sorted({user.email, *confirmed})


def _mark(user: User, number: int | None) -> None:
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    for row in UserSession.objects.filter(user=user):
        if not store().exists(row.session_key):
            continue
        session = store(row.session_key)
        session[SESSION_KEY] = number
        session.save()
