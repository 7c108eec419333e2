"""Signs of life of the processes that nobody asks: written by what they do, read by who keeps them running."""

from datetime import datetime, timedelta

from django.db.models import Max

from sync.models import Heartbeat

TIMETABLE = "timetable"
WORKER = "worker "
# Not a process: when a backup was last complete (`hetk/backup.py`).
BACKUP = "backup"
# A worker says so this often, the timetable once a minute, half a minute later at worst.
OFTEN = timedelta(seconds=10)
LATE = timedelta(minutes=4)


def beat(name: str, now: datetime) -> None:
    if not Heartbeat.objects.filter(name=name).update(at=now):
        Heartbeat.objects.bulk_create([Heartbeat(name=name, at=now)], ignore_conflicts=True)


def stopped(name: str) -> None:
    """It ended as it should; nobody waits for it."""
    Heartbeat.objects.filter(name=name).delete()


def last(name: str) -> datetime | None:
    """The last sign of life of the processes whose names begin like this."""
    at: datetime | None = Heartbeat.objects.filter(name__startswith=name).aggregate(at=Max("at"))["at"]
    return at


def forget(before: datetime) -> int:
    gone, _ = Heartbeat.objects.filter(at__lt=before).exclude(name=BACKUP).delete()
    return gone
