"""What waits for the desk, and who is meant: lists of a fixed number of queries that count no table."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import inbox
from accounts.models import Approval, Connection, Contract, Message, User
from billing.models import Account, StripeEvent
from billing.tasks import NEWS
from sync import measurements, verify
from sync.admin.customer import name
from sync.explaining import sentence
from sync.models import Activity, Calendar, Pair, Watch
from sync.wording import moment

PAGE = 25
# The queue takes a minute at the worst.
UNSETTLED = timedelta(minutes=10)
FOUND = 25


@dataclass(frozen=True)
class Item:
    """One line: the group it stands in, whom it is about (None: nobody is known), and what is the matter; `message`: its number."""

    cause: str
    user: User | None
    what: str
    since: datetime | None
    message: int | None = None


@dataclass(frozen=True)
class Page:
    """`more`: whether there is a next one; how many there are is never counted."""

    items: list[Item]
    number: int
    more: bool


@dataclass(frozen=True)
class List:
    title: str
    empty: str
    rows: Callable[[datetime], QuerySet[Any]]
    items: Callable[[list[Any]], list[Item]]


def page(key: str, number: int) -> Page:
    kind, begin = LISTS[key], (number - 1) * PAGE
    rows = list(kind.rows(timezone.now())[begin : begin + PAGE + 1])
    return Page(kind.items(rows[:PAGE]), number, len(rows) > PAGE)


def _halted(_: datetime) -> QuerySet[Connection]:
    rows = Connection.objects.filter(halted_at__isnull=False).select_related("user")
    return rows.order_by("halt_cause", "-halted_at", "pk")


def _of_halted(rows: list[Connection]) -> list[Item]:
    return [
        Item(row.get_halt_cause_display(), row.user, f"{row.get_kind_display()} {row.address}", row.halted_at)
        for row in rows
    ]


def _failing(_: datetime) -> QuerySet[Calendar]:
    return measurements.failing().select_related("connection__user").order_by("trouble", "pk")


def _of_failing(rows: list[Calendar]) -> list[Item]:
    return [
        Item(row.trouble, row.connection.user, f"{name(row)}, {row.failures} times", row.checked_at) for row in rows
    ]


def _watches(now: datetime) -> QuerySet[Watch]:
    return measurements.late_watches(now).select_related("calendar__connection__user").order_by("renew_at", "pk")


def _of_watches(rows: list[Watch]) -> list[Item]:
    return [
        Item(
            row.calendar.connection.get_kind_display(),
            row.calendar.connection.user,
            f"{name(row.calendar)}, ends {moment(timezone.localtime(row.expires_at))}",
            row.renew_at,
        )
        for row in rows
    ]


def _tenants(_: datetime) -> QuerySet[Approval]:
    return Approval.objects.filter(arrived_at=None).select_related("user").order_by("tenant", "asked_at", "pk")


def _of_tenants(rows: list[Approval]) -> list[Item]:
    return [Item(f"{row.domain}, tenant {row.tenant}", row.user, row.address, row.asked_at) for row in rows]


def _unverified(now: datetime) -> QuerySet[Pair]:
    return verify.unverified(now).select_related("user").order_by("created_at", "pk")


def _of_unverified(rows: list[Pair]) -> list[Item]:
    return [Item("not verified for a day", row.user, f"sync {row.public_id}", row.created_at) for row in rows]


def _events(now: datetime) -> QuerySet[StripeEvent]:
    return StripeEvent.objects.filter(done_at=None, received_at__lt=now - UNSETTLED).order_by("received_at", "pk")


def _of_events(rows: list[StripeEvent]) -> list[Item]:
    customers = {row.customer for row in rows if row.customer}
    accounts = Account.objects.filter(customer__in=customers).select_related("user")
    users = {account.customer: account.user for account in accounts}
    return [Item(row.type, users.get(row.customer), row.event_id, row.received_at) for row in rows]


def _contracts(_: datetime) -> QuerySet[Contract]:
    return Contract.objects.select_related("user").defer("text", "post").order_by("-version", "-pk")


def _of_contracts(rows: list[Contract]) -> list[Item]:
    return [
        Item(f"version {row.version}", row.user, f"{row.organization}, {row.fingerprint[:16]}", row.accepted_at)
        for row in rows
    ]


def _money(_: datetime) -> QuerySet[StripeEvent]:
    return StripeEvent.objects.filter(type__in=NEWS).order_by("-received_at", "-pk")


def _of_money(rows: list[StripeEvent]) -> list[Item]:
    return [replace(item, cause=NEWS[item.cause]) for item in _of_events(rows)]


def _messages(_: datetime) -> QuerySet[Message]:
    return inbox.waiting()


def _of_messages(rows: list[Message]) -> list[Item]:
    groups = {True: "Answered first", False: "In turn"}
    return [
        Item(
            groups[row.priority], row.user, f"{row.get_topic_display()}, {row.address}: {row.text}", row.sent_at, row.pk
        )
        for row in rows
    ]


LISTS: dict[str, List] = {
    "messages": List("Messages", "Every message was answered.", _messages, _of_messages),
    "halted": List("Closed connections", "Every connection is open.", _halted, _of_halted),
    "failing": List("Failing calendars", "No calendar fails again and again.", _failing, _of_failing),
    "watches": List("Watches running out", "Every watch was renewed in time.", _watches, _of_watches),
    "tenants": List("Waiting for administrators", "Nobody waits for an approval.", _tenants, _of_tenants),
    "unverified": List("Not verified for a day", "Every sync was verified within a day.", _unverified, _of_unverified),
    "stripe": List("Stripe events not settled", "Everything Stripe told is settled.", _events, _of_events),
    "money": List("Refunds and disputes", "No money went back within 90 days.", _money, _of_money),
    "contracts": List("Contracts on data processing", "Nobody has accepted one yet.", _contracts, _of_contracts),
}
# Whoever minds plans sees no syncs here either.
FOR_BILLING = ("stripe", "money", "contracts")


def find(word: str, *, syncs: bool) -> list[Item]:
    """Whom a word means: an address, a domain, a tenant, an id of ours, a provider's request id. At most `FOUND` of each."""
    word = word.strip()
    # No text in the database holds a NUL, and some databases are not even to be asked for one.
    if len(word) < 3 or "\0" in word:
        return []
    found = _people(word)
    if syncs:
        found += [*_connections(word), *_waiting(word), *_requests(word), *_ids(word)]
    return found


def _named(field: str, word: str) -> Q:
    """The whole address, or everything at a domain."""
    domain = word.removeprefix("@")
    return Q(**{f"{field}__iexact": word}) if "@" in word[1:] else Q(**{f"{field}__iendswith": f"@{domain}"})


def _people(word: str) -> list[Item]:
    rows = User.objects.filter(_named("email", word)).order_by("pk")[:FOUND]
    return [Item("account", row, row.email, row.date_joined) for row in rows]


def _connections(word: str) -> list[Item]:
    rows = Connection.objects.filter(_named("address", word) | Q(tenant=word)).select_related("user").order_by("pk")
    return [
        Item("connection", row.user, f"{row.get_kind_display()} {row.address}", row.created_at) for row in rows[:FOUND]
    ]


def _waiting(word: str) -> list[Item]:
    rows = Approval.objects.filter(_named("address", word) | Q(tenant=word)).select_related("user").order_by("pk")
    return [Item("approval", row.user, row.address, row.asked_at) for row in rows[:FOUND]]


def _requests(word: str) -> list[Item]:
    rows = Activity.objects.filter(request_id=word).select_related("pair__user").order_by("-at")[:FOUND]
    return [Item("request", row.pair.user, row.error or sentence(row.reason), row.at) for row in rows]


def _ids(word: str) -> list[Item]:
    try:
        id = UUID(word)
    except ValueError:
        return []
    pairs = Pair.objects.filter(public_id=id).select_related("user")
    connections = Connection.objects.filter(public_id=id).select_related("user")
    calendars = Calendar.objects.filter(public_id=id).select_related("connection__user")
    return [
        *(Item("sync", row.user, str(row.public_id), row.created_at) for row in pairs),
        *(Item("connection", row.user, str(row), row.created_at) for row in connections),
        *(Item("calendar", row.connection.user, name(row), row.checked_at) for row in calendars),
    ]
