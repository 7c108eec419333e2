"""The figures of plans for pages, each read from where it decides, so that no text can promise another one."""

from collections.abc import Sequence

from billing.plans import PERSONAL, PROFESSIONAL, TRIED
from billing.standing import AHEAD, GRACE, TRIAL
from sync.wording import count


def ahead(days: Sequence[int]) -> str:
    """ "7 days and 1 day"."""
    return " and ".join(count(day, "day") for day in days)


FIGURES = {
    "trial": TRIAL.days,
    "tried": TRIED.label,
    "grace": GRACE.days,
    "ahead": ahead(AHEAD),
    "personal": PERSONAL.monthly.dollars,
    "professional": PROFESSIONAL.monthly.dollars,
}
