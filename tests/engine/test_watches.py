"""Rule 16: watches live as long as their kind allows, are renewed ahead of time, and are never relied on."""

from datetime import timedelta

import pytest
from django.conf import settings

from sync.engine import watches
from sync.engine.backoff import POLL, POLL_UNWATCHED
from sync.engine.pool import drain
from sync.models import Calendar, Watch
from sync.providers.errors import ComeBack, NoAccess, ProviderError, Refused
from sync.providers.memory import Call
from sync.store.keys import watch_secret
from tests.engine.world import World


def failing(name: str, error: ProviderError):
    def fault(call: Call, at: str) -> None:
        if call.name == name and at == "before":
            raise error

    return fault


@pytest.fixture
def home(world: World) -> Calendar:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.pair(home, work)
    return home


def watch(calendar: Calendar) -> Watch:
    return Watch.objects.exclude(remote_id="").get(calendar=calendar)


def test_the_products_lifetimes_stand_in_the_settings():
    assert settings.WATCH_LIFETIMES["microsoft"] == (timedelta(days=2), timedelta(days=1))
    assert settings.WATCH_LIFETIMES["google"][0] == timedelta(days=6)
    assert all(timedelta(0) < ahead < lifetime for lifetime, ahead in settings.WATCH_LIFETIMES.values())


@pytest.mark.parametrize("kind", ["microsoft", "google"])
def test_a_watch_is_made_for_its_kinds_lifetime_and_renewed_ahead_of_its_end(world, home, settings, kind):
    settings.WATCH_LIFETIMES = {"memory": settings.WATCH_LIFETIMES[kind]}
    lifetime, ahead = settings.WATCH_LIFETIMES["memory"]
    Watch.objects.all().delete()
    world.sync()
    made, began = watch(home), world.now
    assert made.expires_at - began == lifetime
    assert made.renew_at == made.expires_at - ahead
    world.forget_calls()
    world.wait(seconds=(made.renew_at - world.now).total_seconds() - 60)
    world.sync()
    assert watch(home).expires_at == made.expires_at
    world.wait(seconds=61)
    world.sync()
    assert watch(home).remote_id == made.remote_id
    assert watch(home).expires_at == world.now + lifetime
    assert [call.calendar_id for call in world.cloud.calls if call.name == "renew"].count(home.remote_id) == 1


def test_the_first_watch_is_followed_by_a_reading_so_that_nothing_falls_between(world, home):
    names = [call.name for call in world.cloud.calls if call.calendar_id == home.remote_id]
    assert "watch" in names
    assert "read" in names[names.index("watch") :]


def test_a_notification_carries_our_secret_and_our_address(world, home):
    world.event(home)
    (bell, *_) = [bell for bell in world.cloud.bells if bell.calendar_id == home.remote_id]
    assert bell.secret == watch_secret(str(watch(home).public_id))
    assert bell.address == f"{settings.WEBHOOK_URL}/hooks/memory/{watch(home).public_id}/"


def test_a_watch_that_was_lost_is_made_anew_when_it_wants_renewing(world, home):
    lost = watch(home)
    world.cloud.watches.pop(lost.remote_id)
    world.wait(seconds=(lost.renew_at - world.now).total_seconds() + 1)
    world.sync()
    assert watch(home).remote_id != lost.remote_id
    assert watch(home).remote_id in world.cloud.watches


def test_a_watch_that_ran_out_is_made_anew(world, home):
    old = watch(home)
    world.wait(days=30)
    world.sync()
    assert watch(home).remote_id != old.remote_id


def test_a_removed_watch_comes_back_with_the_next_cycle(world, home):
    Watch.objects.filter(calendar=home).delete()
    world.sync()
    assert watch(home).remote_id


@pytest.mark.parametrize("error", [Refused("not for shared calendars", status=400), NoAccess("no", status=403)])
def test_what_cannot_be_watched_is_polled_more_often_and_not_asked_again(world, home, error):
    Watch.objects.all().delete()
    world.cloud.fault = failing("watch", error)
    world.sync()
    world.cloud.fault = None
    world.forget_calls()
    world.settle()
    home.refresh_from_db()
    assert not Watch.objects.filter(calendar=home).exists()
    assert home.can_watch is False
    assert [call for call in world.cloud.calls if call.name == "watch" and call.calendar_id == home.remote_id] == []
    assert home.due_at is not None
    assert home.due_at - world.now <= POLL_UNWATCHED * 1.2 < POLL


def test_a_failed_attempt_waits_before_the_next_and_fails_no_cycle(world, home):
    Watch.objects.all().delete()
    world.cloud.fault = failing("watch", ComeBack("overloaded", status=503))
    world.event(home, "Meanwhile", hours=30)
    world.sync()
    home.refresh_from_db()
    assert home.trouble == ""
    world.forget_calls()
    world.wait(seconds=60)
    world.sync()
    assert [call for call in world.cloud.calls if call.name == "watch"] == []
    world.cloud.fault = None
    world.settle(watches.RETRY.total_seconds())
    assert watch(home).remote_id


@pytest.mark.parametrize("error", [ComeBack("overloaded", status=503), Refused("no", status=400)])
def test_a_failed_renewal_waits_instead_of_hammering(world, home, error):
    world.wait(seconds=(watch(home).renew_at - world.now).total_seconds() + 1)
    world.cloud.fault = failing("renew", error)
    world.forget_calls()
    world.sync()
    # The look that follows a bell for nothing is one of those that must not try again.
    for _ in range(4):
        world.wait(seconds=60)
        drain(clock=lambda: world.now)
    assert [call.calendar_id for call in world.cloud.calls if call.name == "renew"].count(home.remote_id) == 1


def test_a_calendar_that_nobody_uses_any_more_is_watched_no_more(world, home):
    home.flows_out.get().pair.delete()
    world.sync()
    assert not Watch.objects.filter(calendar=home).exists()
    assert [w for w in world.cloud.watches.values() if w.calendar_id == home.remote_id] == []


def test_a_calendar_whose_bell_is_silent_is_polled_all_the_same(world, home):
    world.cloud.watches.clear()
    world.event(home, "Unheard", hours=30)
    world.wait(seconds=POLL.total_seconds() * 1.2)
    drain(clock=lambda: world.now)
    assert "Unheard" in world.titles(Calendar.objects.get(connection__address="alice@work.example"))
