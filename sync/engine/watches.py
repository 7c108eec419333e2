"""Watches: bells that providers ring. Made after a first reading, renewed ahead of time, and never relied on (rule 16)."""

from datetime import datetime, timedelta

from django.conf import settings

from sync.models import Calendar, Watch
from sync.providers.base import Provider, RemoteWatch
from sync.providers.errors import Changed, NoAccess, ProviderError, Refused
from sync.store.fits import fits
from sync.store.keys import watch_secret

# Old notifications may still be on their way when a watch is replaced.
OVERLAP = timedelta(minutes=10)
RETRY = timedelta(minutes=5)
# The longest name of a watch that is kept.
NAME = 255


def keep(calendar: Calendar, provider: Provider, now: datetime) -> tuple[bool, datetime | None]:
    """Make or renew the calendar's watch when it is time.

    Whether a new one was made, so that something may have been missed; and when one is to be renewed (None: there is none).
    """
    watches = sorted(calendar.watches.all(), key=lambda watch: watch.pk)
    if over := [watch.pk for watch in watches if watch.expires_at < now - OVERLAP]:
        Watch.objects.filter(pk__in=over).delete()
    stand = max((w.renew_at for w in watches if w.remote_id and w.pk not in over), default=None)
    if not (provider.traits.pushes and calendar.can_watch):
        return False, stand
    alive = [watch for watch in watches if watch.expires_at > now]
    watch = next((watch for watch in reversed(alive) if watch.remote_id), None)
    if watch is None:
        # A row without a remote id is an attempt that failed a moment ago.
        return (False, stand) if alive else (_make(calendar, provider, now), renew_at(calendar))
    if watch.renew_at <= now:
        return _renew(watch, calendar, provider, now), renew_at(calendar)
    return False, stand


def renew_at(calendar: Calendar) -> datetime | None:
    return max(calendar.watches.exclude(remote_id="").values_list("renew_at", flat=True), default=None)


def stop_all(calendar: Calendar, provider: Provider) -> None:
    """Nobody needs this calendar any more."""
    for watch in calendar.watches.exclude(remote_id=""):
        provider.unwatch(_remote(watch))
        watch.delete()


def address(calendar: Calendar, watch: Watch) -> str:
    return f"{settings.WEBHOOK_URL}/hooks/{calendar.connection.kind}/{watch.public_id}/"


def lifetimes(kind: str) -> tuple[timedelta, timedelta]:
    """How long a watch is made for, and how long before its end it is renewed."""
    return settings.WATCH_LIFETIMES[kind]


def _make(calendar: Calendar, provider: Provider, now: datetime) -> bool:
    lifetime, ahead = lifetimes(calendar.connection.kind)
    # The row comes first: the provider's first notification may arrive before its answer.
    watch = Watch.objects.create(
        calendar=calendar, created_at=now, expires_at=now + lifetime, renew_at=now + lifetime - ahead
    )
    try:
        made = provider.watch(
            calendar.remote_id,
            address=address(calendar, watch),
            secret=watch_secret(str(watch.public_id)),
            expires_at=watch.expires_at,
        )
        if not (fits(made.id, NAME) and fits(made.resource_id, NAME)):
            raise Refused("the watch cannot be remembered")
    except (Refused, NoAccess):
        # What cannot be subscribed (a shared calendar) is polled.
        watch.delete()
        Calendar.objects.filter(pk=calendar.pk).update(can_watch=False)
        return False
    except ProviderError:
        Watch.objects.filter(pk=watch.pk).update(expires_at=now + RETRY)
        raise
    _save(watch, made, ahead)
    return True


def _renew(watch: Watch, calendar: Calendar, provider: Provider, now: datetime) -> bool:
    lifetime, ahead = lifetimes(calendar.connection.kind)
    try:
        renewed = provider.renew(
            _remote(watch),
            calendar_id=calendar.remote_id,
            address=address(calendar, watch),
            secret=watch_secret(str(watch.public_id)),
            expires_at=now + lifetime,
        )
    except Changed:
        watch.delete()
        return _make(calendar, provider, now)
    except ProviderError:
        # It lasts for a while yet; what is refused for good runs out and is made anew or given up.
        Watch.objects.filter(pk=watch.pk).update(renew_at=now + RETRY)
        raise
    _save(watch, renewed, ahead)
    return False


def _remote(watch: Watch) -> RemoteWatch:
    return RemoteWatch(id=watch.remote_id, resource_id=watch.resource_id, expires_at=watch.expires_at)


def _save(watch: Watch, remote: RemoteWatch, ahead: timedelta) -> None:
    watch.remote_id, watch.resource_id, watch.expires_at = remote.id, remote.resource_id, remote.expires_at
    watch.renew_at = remote.expires_at - ahead
    # The provider may have told meanwhile that it is gone; then it stays so, and the next cycle makes another.
    Watch.objects.filter(pk=watch.pk).update(
        remote_id=watch.remote_id, resource_id=watch.resource_id, expires_at=watch.expires_at, renew_at=watch.renew_at
    )
