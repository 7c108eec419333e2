"""Changes of sub-processors: what is written down ahead of them, who has to be told, and that each is told once.

The list is a file of the installation (TOML, `HETK_SUBPROCESSOR_CHANGES`), for who handles its data is its own business:

    [[change]]
    key = "2027-mailer"
    announced = 2027-01-04
    begins = 2027-02-08
    company = "Contoso Mail"
    what = "joins"
    does = "Delivers the mail that Hetk sends to its users"
    data = "E-mail address and text of the mail"
    where = "Ireland"
    why = "The one before ends its service."
"""

import logging
import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.core import checks
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import emails
from accounts.contracts import Announcement
from accounts.models import User
from hetk.trust.facts import NOTICE_DAYS

log = logging.getLogger("hetk.trust")


class What(StrEnum):
    JOINS = "joins"
    LEAVES = "leaves"
    CHANGES = "changes"


class Unreadable(Exception):
    """The list is not there, or does not say what it has to. Its words name the place and never a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`key` is its name for ever; `announced` and `begins` are days; `why` may be empty."""

    key: str
    announced: date
    begins: date
    company: str
    what: What
    does: str
    data: str
    where: str
    why: str = ""


def changes() -> list[Change]:
    """As the file has them, the newest first. Raises Unreadable."""
    place = settings.SUBPROCESSOR_CHANGES
    if not place:
        return []
    try:
        told = tomllib.loads(Path(place).read_text(encoding="utf-8")).get("change", [])
        found = [Change(**{**one, "what": What(one.get("what", ""))}) for one in told]
    except (OSError, ValueError, TypeError) as error:
        raise Unreadable(f"The list of changes of sub-processors cannot be read: {error}") from error
    for one in found:
        _judge(one)
    if len({one.key for one in found}) < len(found):
        raise Unreadable("Two changes of sub-processors have one key.")
    return sorted(found, key=lambda one: (one.begins, one.key), reverse=True)


def _judge(change: Change) -> None:
    """Raises Unreadable for what would break the contract."""
    days = (change.announced, change.begins)
    if not all(type(day) is date for day in days) or not 0 < len(change.key) <= Announcement.KEY_LENGTH:
        raise Unreadable(f"The change {change.key} has no key, or days that are none.")
    if change.begins - change.announced < timedelta(days=NOTICE_DAYS):
        raise Unreadable(f"The change {change.key} begins less than {NOTICE_DAYS} days after it is announced.")


def announce() -> int:
    """Mails every change that is ahead to whoever accepted the contract and was not told; how many were told."""
    today = timezone.now().date()
    ahead = [change for change in changes() if change.announced <= today < change.begins]
    return sum(_tell(change, user) for change in ahead for user in _untold(change))


def _untold(change: Change) -> list[User]:
    told = Announcement.objects.filter(change=change.key).exclude(sent_at=None).values("user")
    return list(User.objects.filter(contracts__isnull=False).exclude(pk__in=told).distinct().order_by("pk"))


def _tell(change: Change, user: User) -> bool:
    """On record before the mail leaves, so that of many who do the same at once one mails; what fails is tried again."""
    try:
        with transaction.atomic():
            row, _ = Announcement.objects.get_or_create(user=user, change=change.key)
    except IntegrityError:
        return False
    rows = Announcement.objects.filter(pk=row.pk)
    if not rows.filter(sent_at=None).update(sent_at=timezone.now()):
        return False
    context = {"change": change, "days": NOTICE_DAYS, "company": settings.COMPANY}
    try:
        emails.send("subprocessor-change", user.email, context | {"link": settings.SITE_URL + reverse("subprocessors")})
    except OSError:
        log.exception("a change of sub-processors could not be told")
        rows.update(sent_at=None)
        return False
    return True


def check(app_configs: object, **_: object) -> list[checks.CheckMessage]:
    """E052: the list says what it has to, before anything starts."""
    try:
        changes()
    except Unreadable as error:
        hint = (
            "hetk/trust/changes.py shows what a change looks like; without one, leave HETK_SUBPROCESSOR_CHANGES empty."
        )
        return [checks.Error(str(error), hint=hint, id="hetk.E052")]
    return []
