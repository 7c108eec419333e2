"""What every page says about the plan when there is something to say; for templates."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from billing import gateway, room
from billing.figures import FIGURES
from billing.room import Room
from billing.standing import Cause, Level

# So long before an end the pages begin to speak of it.
SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Banner:
    """`kind` names the words: trial, ending, unpaid, grace, paused, surplus or resume; "" for silence."""

    kind: str
    until: datetime | None = None
    number: int = 0
    limit: int | None = None


def banner(found: Room, now: datetime) -> Banner:
    standing = found.standing
    if standing.level is Level.PAUSED:
        return Banner("paused", number=found.by_plan)
    if standing.level is Level.GRACE:
        return Banner("unpaid" if standing.cause is Cause.PAYMENT else "grace", standing.until, found.running)
    if found.by_plan:
        kind = "resume" if found.fits == found.by_plan else "surplus"
        return Banner(kind, number=found.by_plan, limit=standing.limit)
    if standing.until and standing.until - now <= SOON:
        return Banner("trial" if standing.cause is Cause.TRIAL else "ending", standing.until)
    return Banner("")


def billing(request: HttpRequest) -> dict[str, object]:
    """Context processor: `billing_on`, `plan_figures`, and `billing_banner`, which asks the database only where a template shows it."""
    user = getattr(request, "user", None)
    if not settings.BILLING or not getattr(user, "is_authenticated", False):
        return {"billing_on": settings.BILLING, "plan_figures": FIGURES}

    def found() -> Banner:
        return banner(room.look(request.user), timezone.now())  # type: ignore[arg-type]

    return {
        "billing_on": True,
        "plan_figures": FIGURES,
        "billing_banner": SimpleLazyObject(found),
        "billing_buys": gateway.on(),
    }
