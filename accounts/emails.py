"""Mails to people: one function each, a subject, a text and an HTML part in `templates/emails/`."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from accounts import mails
from accounts.models import Approval, Connection, Contract, Deletion, Message
from accounts.undelivered import MailIsDown


def send(
    name: str, to: str, context: Mapping[str, Any], *, answer_to: str = "", paper: tuple[str, bytes] | None = None
) -> None:
    """One mail of three files: `templates/emails/<name>-{subject.txt,body.txt,body.html}`; answers go to `answer_to`, if given.

    `paper`: the name and the bytes of a PDF that goes along. Raises MailIsDown.
    """
    values = {"site": settings.SITE_URL, **context}
    subject = " ".join(render_to_string(f"emails/{name}-subject.txt", values).split())
    message = EmailMultiAlternatives(
        subject,
        render_to_string(f"emails/{name}-body.txt", values),
        to=[to],
        reply_to=[answer_to] if answer_to else None,
    )
    message.attach_alternative(render_to_string(f"emails/{name}-body.html", values), "text/html")
    if paper:
        message.attach(*paper, "application/pdf")
    try:
        message.send()
    except OSError as error:
        mails.note(name, to, taken=False)
        raise MailIsDown from error
    mails.note(name, to, taken=True)


def connection_halted(connection: Connection) -> None:
    """What happened, that calendars are safe, what to do. Goes to the owner's own address."""
    link = settings.SITE_URL + reverse("connections")
    send("connection-halted", connection.user.email, {"connection": connection, "link": link})


def confirm_newcomer(address: str, code: str, minutes: int) -> None:
    """The code that proves that the address Microsoft named belongs to the person who signed in."""
    send("confirm-newcomer", address, {"code": code, "minutes": minutes})


def security_event(address: str, context: Mapping[str, Any]) -> None:
    """What happened to the account, when, from where, and what to do if it was somebody else (`accounts.notices`)."""
    send("security-event", address, {"link": settings.SITE_URL + reverse("security"), **context})


def confirm_change(address: str, code: str, minutes: int) -> None:
    """The code by which somebody without a password confirms what they are about to change."""
    send("confirm-change", address, {"code": code, "minutes": minutes})


def email_changed(address: str, context: Mapping[str, Any]) -> None:
    """To the address that was the main one until now, with the way back (`accounts.way_back`)."""
    send("email-changed", address, context)


def lost_factor(address: str, context: Mapping[str, Any]) -> None:
    """Somebody says that the second factor is lost: with the link that stops what follows (`accounts.lost`)."""
    send("lost-factor", address, context)


def factors_gone(address: str, hours: int) -> None:
    """Support removed the second factor after the wait, which takes so many hours."""
    send("factors-gone", address, {"link": settings.SITE_URL + reverse("security"), "hours": hours})


def approval_arrived(approval: Approval) -> None:
    """Word came that an organization approved Hetk: the rest is one click."""
    link = settings.SITE_URL + reverse("connections") + f"#approval-{approval.public_id}"
    send("approval-arrived", approval.user.email, {"approval": approval, "link": link})


def contract_accepted(row: Contract, paper: tuple[str, bytes] | None) -> None:
    """What was accepted for whom, with the contract itself where it can be printed."""
    link = settings.SITE_URL + reverse("dpa")
    send("contract-accepted", row.user.email, {"row": row, "link": link, "paper": paper}, paper=paper)


def message_arrived(row: Message, to: str) -> None:
    """What somebody wrote by the contact form, to support; an answer goes to whoever wrote."""
    link = settings.SITE_URL + reverse("admin:work_list", args=("messages",))
    send("message-arrived", to, {"row": row, "link": link}, answer_to=row.address)


def deletion(name: str, address: str, row: Deletion, kept: str) -> None:
    """That the end of an account has begun (`deletion-begun`), or is reached (`account-deleted`); `kept`: how long its page stays, in words."""
    link = settings.SITE_URL + reverse("deletion", args=(row.public_id,))
    by_hand = any(account["end"] != Deletion.End.REVOKED for account in row.accounts)
    context = {"row": row, "link": link, "by_hand": by_hand, "kept": kept}
    send(name, address, context | {"contact": settings.SECURITY_CONTACT.removeprefix("mailto:")})
