"""Everything that is held about a person, as one JSON document. Secrets are named as held and never told.

`OWN` is every table with rows of somebody's, and how one comes from such a row to its person; a test asks that no table is
missing in it. Fields are told as they are stored; `docs/data.md` says what each is.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet
from django.utils import timezone

from accounts import history, inbox
from accounts.models import User

FORMAT = "hetk-export-1"
HELD = "held, sealed"
# Table -> the way from a row to its person.
OWN: Mapping[str, str] = {
    "accounts.User": "pk",
    "accounts.Connection": "user",
    "accounts.Chain": "user",
    "accounts.ChainEntry": "chain__user",
    "accounts.Deletion": "user",
    "accounts.Device": "user",
    "accounts.EmailChange": "user",
    "accounts.LostFactor": "user",
    "accounts.Acceptance": "user",
    "accounts.Contract": "user",
    "accounts.Announcement": "user",
    "accounts.Message": "user",
    "accounts.Approval": "user",
    "accounts.ApiToken": "user",
    "accounts.SentMail": "user",
    "account.EmailAddress": "user",
    "account.EmailConfirmation": "email_address__user",
    "socialaccount.SocialAccount": "user",
    "socialaccount.SocialToken": "account__user",
    "mfa.Authenticator": "user",
    "usersessions.UserSession": "user",
    "billing.Account": "user",
    "billing.Reminder": "account__user",
    "sync.Calendar": "connection__user",
    "sync.Seat": "connection__user",
    "sync.Watch": "calendar__connection__user",
    "sync.Run": "calendar__connection__user",
    "sync.Stray": "calendar__connection__user",
    "sync.Meeting": "calendar__connection__user",
    "sync.Pair": "user",
    "sync.Flow": "pair__user",
    "sync.Brake": "flow__pair__user",
    "sync.Link": "flow__pair__user",
    "sync.Activity": "pair__user",
    "sync.Verification": "pair__user",
    "sync.Receipt": "user",
    "admin.LogEntry": "user",
}
# Table -> fields that open something. What stands in them is sealed or hashed, and nobody is told it.
SECRET: Mapping[str, frozenset[str]] = {
    "accounts.User": frozenset({"password"}),
    "accounts.Connection": frozenset({"grant", "access"}),
    "accounts.Chain": frozenset({"key", "stamp"}),
    "accounts.Deletion": frozenset({"notify"}),
    "accounts.Device": frozenset({"digest"}),
    "accounts.ApiToken": frozenset({"digest"}),
    "account.EmailConfirmation": frozenset({"key"}),
    "socialaccount.SocialToken": frozenset({"token", "token_secret"}),
    "mfa.Authenticator": frozenset({"data"}),
    "usersessions.UserSession": frozenset({"session_key"}),
}


def document(user: User) -> Iterator[str]:
    """The text of the document, piece by piece: links and activity may be very many."""
    head = {"format": FORMAT, "made_at": timezone.now().isoformat(), "account": user.email}
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "tables": {'
    for number, table in enumerate(OWN):
        yield ("," if number else "") + f"\n{json.dumps(table)}: ["
        for place, row in enumerate(_rows(table, user)):
            yield ("," if place else "") + "\n " + json.dumps(row, ensure_ascii=False, default=_plain)
        yield "]"
    yield "\n}}\n"


def _rows(table: str, user: User) -> Iterator[dict[str, Any]]:
    if table == "accounts.ChainEntry":
        yield from history.told(user)
        return
    secret = SECRET.get(table, frozenset())
    rows: QuerySet[Any] = QuerySet(apps.get_model(table)).filter(**{OWN[table]: user.pk})
    if table == "accounts.Message":
        rows |= inbox.by_address(user)
    for row in rows.order_by("pk").values().iterator():
        yield {name: (HELD if value else "") if name in secret else value for name, value in row.items()}


def _plain(value: Any) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in an export")
