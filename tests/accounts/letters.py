"""Every mail that there is, as it could be sent: made-up people, real templates."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.template.loader import render_to_string

from accounts.mails import WORDS
from accounts.models import Connection
from billing.plans import PERSONAL
from hetk.trust.changes import Change, What

SITE = "https://hetk.example"
END = datetime(2026, 12, 16, 9, tzinfo=UTC)
# What allauth names with a line below is its own; it has folders and endings of its own too.
PARTS = {True: ("account/email/{}_", "subject.txt", "message.txt", "message.html"), False: ("emails/{}-", "subject.txt", "body.txt", "body.html")}  # fmt: skip
CONTRACT = SimpleNamespace(organization="Fabrikam OÜ", post="Kaevu 1, 10111 Tallinn, Estonia", signatory="Alice Tamm, managing director", accepted_at=END, version="2026-11-26", fingerprint="9f" * 32, clauses=True)  # fmt: skip
CHANGE = Change(key="2027-mailer", announced=date(2027, 1, 4), begins=date(2027, 2, 8), company="Contoso Mail", what=What.JOINS, does="Delivers the mail that Hetk sends to its users", data="E-mail address and text of the mail", where="Ireland", why="The one before ends its service.")  # fmt: skip
MESSAGE = SimpleNamespace(text="Work and Home stand still since 9:00.\n\nThank you.", address="alice@fabrikam.example", user=None, priority=True, get_topic_display="A sync")  # fmt: skip

SAMPLE: dict[str, Any] = {
    "site": SITE,
    "link": f"{SITE}/dashboard/",
    "stop": f"{SITE}/settings/lost-factor/x/",
    "explain": f"{SITE}/explain/",
    "policy": f"{SITE}/policy/",
    "password_reset_url": f"{SITE}/accounts/password/reset/key/x/",
    "signup_url": f"{SITE}/accounts/signup/",
    "email": "alice@fabrikam.example",
    "address": "alice@fabrikam.example",
    "code": "QKAN-ARIX",
    "minutes": 10,
    "hours": 72,
    "days": 7,
    "kept": "30 days",
    "grace": 14,
    "least": "2",
    "approval": SimpleNamespace(domain="fabrikam.example", address="alice@fabrikam.example"),
    "connection": Connection(kind="microsoft", address="alice@fabrikam.example", halt_cause="revoked"),
    "kind": "Google",
    "calendar": "Family",
    "row": SimpleNamespace(copies="remove", total=214, left=0, due_at=END),
    "by_hand": True,
    "contact": "security@fabrikam.example",
    "brake": SimpleNamespace(held=37, of=120),
    "source": "Work",
    "target": "Home",
    "first": "Work",
    "second": "Home",
    "private": True,
    "directions": [
        {"source": "Work", "target": "Home", "copies": 214, "private": True},
        {"source": "Home", "target": "Work", "copies": 1, "private": False},
    ],
    "change": SimpleNamespace(old="alice@fabrikam.example", new="alice@contoso.example"),
    "at": END,
    "zone": "Europe/Tallinn",
    "agent": "Firefox on Linux",
    "ip": "192.0.2.7",
    "domain": "fabrikam.example",
    "syncs": 3,
    "end": END,
    "pauses": END + timedelta(days=14),
    "plan": PERSONAL,
    "cause": "trial",
    "can_buy": True,
    "subject": "New sign-in to Hetk",
    "what": "Somebody signed in to your account with a browser that Hetk had not seen with you before.",
    "remedy": "sign in, open Security in your settings, end all other sessions and choose another password",
}
OTHERWISE: dict[str, dict[str, Any]] = {"contract-accepted": {"row": CONTRACT, "paper": True}, "message-arrived": {"row": MESSAGE}, "subprocessor-change": {"change": CHANGE, "days": 30}}  # fmt: skip


def letters() -> Iterator[tuple[str, str, str, str]]:
    """(name, subject, text, HTML) of each."""
    for name in WORDS:
        yield name, *letter(name)


def letter(name: str, **changes: Any) -> tuple[str, str, str]:
    """Subject, text and HTML of one."""
    from django.conf import settings

    place, *parts = PARTS["_" in name]
    context = SAMPLE | {"company": settings.COMPANY} | OTHERWISE.get(name, {}) | changes
    subject, text, html = (render_to_string(place.format(name) + part, context) for part in parts)
    return subject, text, html
