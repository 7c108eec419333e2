"""Which calendars there are, and the watches on them."""

from datetime import UTC, datetime, timedelta

import pytest

from sync.providers.base import RemoteWatch
from sync.providers.errors import Refused
from tests.providers.promises.outside import Spoken, timed


class Calendars(Spoken):
    def test_the_calendars_of_the_account_are_listed_the_primary_first(self) -> None:
        listed = self.outside.provider.calendars()
        assert listed[0].primary
        assert self.outside.calendar in [calendar.id for calendar in listed]
        mine = next(calendar for calendar in listed if calendar.id == self.outside.calendar)
        assert mine.can_write
        assert mine.name
        assert mine.owner

    def watched(self, secret: str, hours: float = 48) -> RemoteWatch:
        return self.outside.provider.watch(
            self.outside.calendar, address=self.address(), secret=secret, expires_at=self.later(hours)
        )

    def address(self) -> str:
        return "https://hooks.hetk.example/hooks/one/"

    def later(self, hours: float) -> datetime:
        return datetime.now(UTC) + timedelta(hours=hours)

    def test_a_watch_rings_for_changes_until_it_is_stopped(self) -> None:
        if not self.outside.provider.traits.pushes:
            return self.no_watch()
        watch = self.watched("secret-1")
        assert watch.id
        assert watch.expires_at > self.later(1)
        assert self.outside.bells("secret-1") == 0
        self.outside.create("New", timed(9))
        assert self.outside.bells("secret-1") >= 1
        self.outside.provider.unwatch(watch)
        rung = self.outside.bells("secret-1")
        self.outside.create("Newer", timed(9))
        assert self.outside.bells("secret-1") == rung
        self.outside.provider.unwatch(watch)
        return None

    def no_watch(self) -> None:
        """Where there are no notifications, none is asked for, and nobody is told that one could be."""
        assert not any(calendar.can_watch for calendar in self.outside.provider.calendars())
        before = self.outside.requests()
        with pytest.raises(Refused):
            self.watched("secret")
        assert self.outside.requests() == before

    def test_a_renewed_watch_lasts_longer_and_rings_on(self) -> None:
        if not self.outside.provider.traits.pushes:
            return self.no_watch()
        watch = self.watched("secret-2", hours=24)
        longer = self.outside.provider.renew(
            watch,
            calendar_id=self.outside.calendar,
            address=self.address(),
            secret="secret-2",
            expires_at=self.later(48),
        )
        assert longer.expires_at > watch.expires_at
        self.outside.create("New", timed(9))
        assert self.outside.bells("secret-2") >= 1
        self.outside.provider.unwatch(longer)
        rung = self.outside.bells("secret-2")
        self.outside.create("Newer", timed(9))
        assert self.outside.bells("secret-2") == rung
        return None
