"""The whole product against the sandbox's clouds: real connections, real HTTP, the engine run by hand."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts import vault
from accounts.models import Connection, User
from sync import calendars, pairs
from sync.engine.cycle import Cycle
from sync.engine.pool import drain
from sync.models import Calendar, FlowSettings, Link, Pair
from sync.store import due
from tests.factories import connect, grant_of, make_user
from tests.outside import Outside

OPEN = FlowSettings(private=False)
PRIVATE = FlowSettings(private=True)


@dataclass
class Scene:
    """Alice, with as many accounts of the cast as a test connects."""

    sandbox: Outside

    def __post_init__(self) -> None:
        self.user: User = make_user("alice")
        self.people: dict[int, str] = {}

    def account(self, person: str, name: str = "") -> Calendar:
        """Connect an account of the cast; its primary calendar, or the one of that name."""
        connection = self.connection(person)
        found = [c for c in calendars.refresh(connection) if (c.name == name if name else c.primary)]
        self.people[connection.pk] = person
        return found[0]

    def connection(self, person: str) -> Connection:
        known = [pk for pk, name in self.people.items() if name == person]
        return Connection.objects.get(pk=known[0]) if known else connect(self.sandbox, self.user, person)

    def pair(
        self, first: Calendar, second: Calendar, out: FlowSettings = OPEN, back: FlowSettings | None = None
    ) -> Pair:
        pair = pairs.create(user=self.user, first=first, second=second, out=out, back=back)
        self.sync()
        return pair

    def sync(self, *calendars: Calendar) -> int:
        """These calendars are looked at now (all of them when none is named), until nothing is due."""
        due.ring([c.pk for c in calendars] or list(Calendar.objects.values_list("pk", flat=True)))
        return drain()

    def look(self, calendar: Calendar) -> None:
        """One cycle of this calendar and no other, whatever else is due."""
        Calendar.objects.filter(pk=calendar.pk).update(due_at=datetime(2020, 1, 1, tzinfo=UTC), lease_until=None)
        (claimed,) = due.claim(1, datetime.now(UTC))
        assert claimed.pk == calendar.pk
        Cycle(claimed, lambda: datetime.now(UTC), lambda: 0.5).run()

    def drain(self) -> int:
        """Work off what is due now, and ring nothing."""
        return drain()

    def let_pauses_end(self) -> None:
        """As if the pauses, leases and back-offs that the engine keeps were over."""
        now = datetime.now(UTC)
        Link.objects.exclude(due_at=None).update(due_at=now)
        Link.objects.update(lease_until=None)
        Calendar.objects.update(lease_until=None)
        Calendar.objects.exclude(due_at=None).update(due_at=now)
        Connection.objects.update(throttled_until=None)

    def reconnect(self, calendar: Calendar) -> None:
        """As the callback of a new consent does."""
        person = self.people[calendar.connection_id]
        row = Connection.objects.get(pk=calendar.connection_id)
        grant = grant_of(self.sandbox, person)
        row.grant = vault.seal(grant, bound_to=f"connection:{row.public_id}:grant")
        row.access, row.access_expires_at = "", None
        row.halted_at, row.halt_cause, row.halt_told_at = None, "", None
        row.save()
        pairs.ring_connection(row)

    def hand(self, calendar: Calendar, do: str, **fields: Any) -> Any:
        return self.sandbox.hand(self.people[calendar.connection_id], do, calendar.remote_id, **fields)

    def create(self, calendar: Calendar, title: str = "Lunch", *, hours: float = 24, **fields: Any) -> str:
        start = fields.pop("start", None) or in_hours(hours)
        end = fields.pop("end", None) or start + timedelta(hours=1)
        made = self.hand(calendar, "create", title=title, start=start, end=end, **fields)
        return str(made["id"])

    def events(self, calendar: Calendar) -> list[dict[str, Any]]:
        now = datetime.now(UTC)
        span = {"start": now - timedelta(days=120), "end": now + timedelta(days=420)}
        listed = self.hand(calendar, "list", **span)
        return list(listed["events"] if isinstance(listed, dict) else listed)

    def titles(self, calendar: Calendar) -> list[str]:
        return sorted(event["title"] for event in self.events(calendar))

    def requests(self, **equal: Any) -> list[tuple[str, str]]:
        """(method, path) of what the engine asked of the clouds since `forget_requests`; notifications and sign-in left out."""
        hosts = {"graph.microsoft.com", "www.googleapis.com"}
        found = self.sandbox.requests(**equal)
        return [(entry["method"], entry["path"]) for entry in found if entry["host"] in hosts]


def in_hours(hours: float) -> datetime:
    return (datetime.now(UTC) + timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)


def in_days(days: int) -> date:
    return datetime.now(UTC).date() + timedelta(days=days)
