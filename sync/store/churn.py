"""Events that are written again and again: something must be fighting us."""

from datetime import datetime, timedelta

from sync.models import Link

# Writes of one day for one event.
TOO_OFTEN = 100


def count(link: Link, now: datetime) -> None:
    """Whichever side was written: two programs can fight over either."""
    link.churn = link.churn + 1 if link.churn_day == now.date() else 1
    link.churn_day = now.date()


def is_over(link: Link, now: datetime) -> bool:
    """Whether this event or its copy was written too often today."""
    return link.churn_day == now.date() and link.churn >= TOO_OFTEN


def tomorrow(now: datetime) -> datetime:
    return (now + timedelta(days=1)).replace(hour=0, minute=5, second=0, microsecond=0)
