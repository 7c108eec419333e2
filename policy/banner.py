"""What people are told of the policy that holds for a calendar."""

from dataclasses import dataclass
from datetime import datetime

from policy.enforcement import PUBLISHED
from policy.models import Domain
from policy.standing import State
from sync.models import Calendar


@dataclass(frozen=True, slots=True)
class Banner:
    """`read_at`: the last answer (None: never). `silent`: nobody knows what the domain wants, so it counts as private.

    `feed`: an account publishes it at that host.
    """

    domain: str
    record: str
    read_at: datetime | None
    silent: bool
    feed: bool = False


def banner(calendar: Calendar) -> Banner | None:
    """For whoever chooses what others see of this calendar; None where they may choose."""
    if not calendar.policy_domain:
        return None
    if calendar.policy_state == PUBLISHED:
        return Banner(calendar.policy_domain, "", None, silent=False, feed=True)
    known = Domain.objects.filter(name=calendar.policy_domain).first()
    silent = calendar.policy_state == State.UNKNOWN
    return Banner(calendar.policy_domain, known.text if known else "", known.answered_at if known else None, silent)
