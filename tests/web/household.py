"""People, calendars and pairs as rows: these tests ask no provider and need no engine."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Connection, User
from sync.models import Activity, Brake, Calendar, Flow, Link, Pair, Receipt, Verification
from tests.factories import make_connection, make_user


class Household:
    """One person with two accounts and a calendar in each."""

    def __init__(self, name: str, work: str, home: str) -> None:
        self.user: User = make_user(name, time_zone="Europe/Tallinn")
        self.microsoft: Connection = make_connection(self.user, work)
        self.google: Connection = make_connection(self.user, home)
        self.work = self.calendar(self.microsoft, "Work")
        self.home = self.calendar(self.google, "Home")

    def calendar(self, connection: Connection, name: str, **fields: Any) -> Calendar:
        values = {"primary": True, "zone": "Europe/Tallinn", "checked_at": timezone.now(), **fields}
        return Calendar.objects.create(connection=connection, remote_id=name, name=name, **values)

    def pair(
        self, *, first: Calendar | None = None, second: Calendar | None = None, two_way: bool = True, copies: int = 3
    ) -> Pair:
        """A settled pair; `copies` in each direction."""
        first, second = first or self.work, second or self.home
        pair = Pair.objects.create(user=self.user, first=first, second=second)
        for source, target in [(first, second), (second, first)][: 1 + two_way]:
            flow = Flow.objects.create(pair=pair, source=source, target=target, settled_at=timezone.now())
            for number in range(copies):
                self.link(flow, f"origin-{number}", state=Link.State.LIVE, copy_id=f"copy-{number}")
        return pair

    def link(self, flow: Flow, origin: str, **fields: Any) -> Link:
        start = timezone.now()
        values = {"starts_at": start, "ends_at": start + timedelta(hours=1), "origin_ref": origin, **fields}
        return Link.objects.create(flow=flow, origin_id=origin, **values)

    def brake(self, pair: Pair, held: int = 37, of: int = 120) -> Brake:
        return Brake.objects.create(flow=pair.flows.all()[0], held_at=timezone.now(), held=held, of=of)


def act(pair: Pair, what: str = "created", reason: str = "new", at: datetime | None = None, **fields: Any) -> Activity:
    """One thing that was done, about an event on 24 November 2026, 14:00 UTC."""
    start = datetime.fromisoformat("2026-11-24T14:00:00+00:00")
    values = {"starts_at": start, "ends_at": start + timedelta(hours=1), **fields}
    return Activity.objects.create(
        pair=pair, flow=pair.flows.all()[0], at=at or timezone.now(), act=what, reason=reason, **values
    )


def audited(pair: Pair, **fields: Any) -> Verification:
    """A complete audit without a difference, a moment ago."""
    now = timezone.now()
    values = {"asked_at": now, "due_at": now, "started_at": now, "finished_at": now, "outcome": "complete", **fields}
    return Verification.objects.create(pair=pair, **values)


def receipt(pair: Pair, kind: str, **fields: Any) -> Receipt:
    """Of the first direction of a pair, proved a moment ago."""
    now, flow = timezone.now(), pair.flows.all()[0]
    values = {"pair_ref": pair.public_id, "asked_at": now, "finished_at": now, "copies": 412, "changed": 38, **fields}
    return Receipt.objects.create(user=pair.user, kind=kind, source=flow.source, target=flow.target, **values)
