"""Mails that can be sent once more: those whose reason still stands, made anew from how things stand now."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from accounts import emails
from accounts.models import Approval, Connection, User
from billing import mails, minding
from billing.models import Account
from sync.emails import deletions_held
from sync.models import Brake


@dataclass(frozen=True)
class Again:
    """`key` names it in the form; `send` raises OSError while the mail server does not take it."""

    key: str
    label: str
    send: Callable[[], None]


def possible(user: User) -> list[Again]:
    """What could be sent again to this person now."""
    return [*_halts(user), *_held(user), *_approvals(user), *_plan(user)]


def _halts(user: User) -> Iterator[Again]:
    for row in Connection.objects.filter(user=user).exclude(halted_at=None):
        label = f"{row.get_kind_display()} {row.address} was closed"
        yield Again(f"halted-{row.pk}", label, lambda row=row: emails.connection_halted(row))  # type: ignore[misc]


def _held(user: User) -> Iterator[Again]:
    rows = Brake.objects.filter(flow__pair__user=user, decided_at=None).select_related("flow__pair__user")
    for row in rows:
        label = f"{row.held} deletions of sync {str(row.flow.pair.public_id)[:8]} wait"
        yield Again(f"held-{row.pk}", label, lambda row=row: deletions_held(row))  # type: ignore[misc]


def _approvals(user: User) -> Iterator[Again]:
    for row in Approval.objects.filter(user=user).exclude(arrived_at=None).select_related("user"):
        label = f"{row.domain} approved Hetk"
        yield Again(f"approval-{row.pk}", label, lambda row=row: emails.approval_arrived(row))  # type: ignore[misc]


def _plan(user: User) -> Iterator[Again]:
    account = Account.objects.filter(user=user).select_related("user").first() if settings.BILLING else None
    if account and (due := minding.due(account, timezone.now())):
        label = due.name.replace("-", " ").capitalize()
        yield Again(f"plan-{due.name}", label, lambda: mails.send(account, due))
