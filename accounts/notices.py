"""What happens to an account's security is told by mail, and noted: this is the one place where all of it passes.

Each notice says what happened, when and from where, and what to do if it was somebody else.
"""

import logging
from dataclasses import dataclass
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from accounts import agents, audit, emails
from accounts.audit import Act
from accounts.models import User

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Notice:
    """`subject` of the mail, `what` happened as a sentence, and `remedy`: one thing to do if it was somebody else."""

    subject: str
    what: str
    remedy: str = "sign in, open Security in your settings, end all other sessions and choose another password"


NOTICES = {
    "passkey_added": Notice("A passkey was added to Hetk", "A passkey was added to your account. Whoever holds it can sign in."),
    "passkey_removed": Notice("A passkey was removed from Hetk", "A passkey was removed from your account."),
    "app_added": Notice("An authenticator app was added to Hetk", "An authenticator app was added to your account."),
    "app_removed": Notice("The authenticator app was removed from Hetk", "The authenticator app was removed from your account."),
    "codes_made": Notice("New recovery codes for Hetk", "New recovery codes were made for your account. The old ones no longer work."),
    "code_used": Notice(
        "A recovery code was used at Hetk",
        "Somebody confirmed a sign-in with one of your recovery codes. It does not work a second time.",
        "sign in, open Security in your settings and make new recovery codes",
    ),
    "password_changed": Notice(
        "Your Hetk password was changed", "The password of your account was changed. All other sessions have ended."
    ),
    "password_set": Notice("A password was set for Hetk", "Your account has a password now."),
    "email_main": Notice("This is your main Hetk address now", "{address} is the main address of your account now."),
    "email_back": Notice(
        "A Hetk address was taken back",
        "{address} is the main address of its account again, and the only one that signs in. All sessions have ended.",
        "write to {support}, and see",
    ),
    "email_removed": Notice("An address was removed from Hetk", "{address} no longer belongs to your account."),
    "identity_removed": Notice("A way to sign in was removed from Hetk", "{provider} no longer signs you in to your account."),
    "token_made": Notice(
        "A token for the Hetk API was made",
        "The token “{name}” was made for your account. A program that holds it can {scopes}.",
        "sign in, open API tokens in your settings and revoke it, then open Security and end all other sessions",
    ),
    "new_device": Notice("New sign-in to Hetk", "Somebody signed in to your account with a browser that Hetk had not seen with you before."),
}  # fmt: skip
# Event -> (act, what) in the audit.
NOTED = {
    "passkey_added": (Act.FACTOR_ADDED, "passkey"),
    "passkey_removed": (Act.FACTOR_REMOVED, "passkey"),
    "app_added": (Act.FACTOR_ADDED, "authenticator app"),
    "app_removed": (Act.FACTOR_REMOVED, "authenticator app"),
    "codes_made": (Act.RECOVERY_CODES, "new ones"),
    "code_used": (Act.RECOVERY_CODES, "one was used"),
    "password_changed": (Act.PASSWORD_CHANGED, ""),
    "password_set": (Act.PASSWORD_CHANGED, "the first one"),
    "email_changed": (Act.ADDRESS_CHANGED, ""),
    "email_back": (Act.ADDRESS_CHANGED, "the old one was taken back"),
    "lost_factor_asked": (Act.FACTOR_LOST, "72 hours began"),
    "lost_factor_stopped": (Act.FACTOR_LOST, "stopped"),
    "lost_factor_done": (Act.FACTOR_REMOVED, "all of them, by support after 72 hours"),
    "email_removed": (Act.ADDRESS_REMOVED, ""),
    "identity_removed": (Act.SETTINGS_CHANGED, "a way to sign in was removed"),
}


def tell(request: HttpRequest, user: User, event: str, *, to: str = "", **words: str) -> None:
    """Notes the event and mails it to the person's main address, or to `to`."""
    note(request, user, event, **words)
    mail(request, user, event, to=to, **words)


def mail(request: HttpRequest, user: User, event: str, *, to: str = "", **words: str) -> None:
    """The mail alone."""
    notice = NOTICES[event]
    address = to or EmailAddress.objects.get_primary_email(user) or user.email
    told = {
        "subject": notice.subject,
        "what": notice.what.format(**words),
        "remedy": notice.remedy.format(support=settings.COMPANY.support),
    }
    send(emails.security_event, address, {**told, **circumstances(request, user)})


def circumstances(request: HttpRequest, user: User) -> dict[str, Any]:
    """When, with what and from where, as mails tell it."""
    adapter = get_adapter()
    agent = agents.label(adapter.get_http_user_agent(request))
    return {"at": timezone.now(), "agent": agent, "ip": adapter.get_client_ip(request), "zone": user.time_zone}


def note(request: HttpRequest | None, user: User, event: str, **words: str) -> None:
    """One line in the audit, for the events that it does not hear of otherwise."""
    if event in NOTED:
        act, what = NOTED[event]
        whence = audit.whence(request) if request else {}
        audit.record(user, act, facts={"what": what} if what else {}, personal={**words, **whence})


def send(letter: Any, *what: Any) -> None:
    """Sends a mail; that mail is down does not undo what it tells of."""
    try:
        letter(*what)
    except OSError:
        logger.exception("A mail about an account could not be sent.")
