from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

if TYPE_CHECKING:
    from sync.models import Watch


@pytest.fixture
def hang(db: None) -> Any:
    """Makes a watch on a calendar that nobody is due to look at, of one kind of account."""
    # Imported here: conftest files are read before Django is set up.
    from sync.models import Calendar, Watch
    from tests.factories import make_connection, make_user

    people = {"microsoft": "alice-northwind", "google": "alice-gmail"}
    user = make_user("alice")

    def make(kind: str) -> "Watch":
        connection = user.connections.filter(kind=kind).first() or make_connection(user, people[kind])
        calendar = Calendar.objects.create(connection=connection, remote_id=f"cal-{Calendar.objects.count()}", name="x")
        now = timezone.now()
        return Watch.objects.create(
            calendar=calendar,
            remote_id="remote",
            created_at=now,
            expires_at=now + timedelta(days=2),
            renew_at=now + timedelta(days=1),
        )

    return make


@pytest.fixture
def no_cycle(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that ran a cycle would fail here."""

    def never(*_: object) -> None:
        raise AssertionError("a request ran a cycle")

    monkeypatch.setattr("sync.engine.cycle.Cycle.run", never)
