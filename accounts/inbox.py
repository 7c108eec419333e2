"""What people write to us by the contact form: a row until it is old, and a mail to support.

Whoever is signed in is known by it; an address that somebody merely typed proves nothing, and puts nobody first.
"""

import logging
from datetime import datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts import emails
from accounts.message import Message
from accounts.models import User

logger = logging.getLogger(__name__)


def write(*, user: User | None, address: str, topic: str, text: str, priority: bool) -> Message:
    """Keeps what was written and mails it to support; a mail that does not leave is sent later by `tell`."""
    row = Message.objects.create(user=user, address=address, topic=topic, text=text, priority=priority)
    _tell(row)
    return row


def waiting() -> models.QuerySet[Message]:
    """What nobody has answered, in the order in which it is answered."""
    return Message.objects.filter(done_at=None).select_related("user").order_by("-priority", "sent_at", "pk")


def done(row: Message) -> None:
    """Somebody answered it."""
    Message.objects.filter(pk=row.pk, done_at=None).update(done_at=timezone.now())


def tell() -> int:
    """Mails support what it was not told yet; one of many callers sends, a failed one may try again."""
    return sum(_tell(row) for row in Message.objects.filter(told_at=None).select_related("user"))


def _tell(row: Message) -> bool:
    rows = Message.objects.filter(pk=row.pk)
    if not rows.filter(told_at=None).update(told_at=timezone.now()):
        return False
    try:
        emails.message_arrived(row, settings.COMPANY.support)
    except OSError:
        logger.exception("%s could not be told.", row)
        rows.update(told_at=None)
        return False
    return True


def forget(before: datetime) -> int:
    """Retention: what was sent before that moment goes, answered or not."""
    count, _ = Message.objects.filter(sent_at__lt=before).delete()
    return count


def by_address(user: User) -> models.QuerySet[Message]:
    """What came from an address of the person's while nobody was signed in; an address that is not confirmed is nobody's."""
    own = EmailAddress.objects.filter(user=user, verified=True, email__iexact=models.OuterRef("address"))
    return Message.objects.filter(models.Exists(own), user=None)


def forget_of(user: User) -> None:
    """A step of the end of an account: that goes as well."""
    by_address(user).delete()
