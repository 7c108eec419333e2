"""The figures and lists that pages and contract state, each taken from the code or the setting that decides it."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from accounts import factors, lost, sessions
from accounts.oauth import google, microsoft
from accounts.oauth.identity import Permission
from billing import standing as plan
from billing import tasks as billing_tasks
from hetk.checks import KEY_BYTES
from policy import standing as policy
from sync import deletion, tasks, verify
from sync.core import brake, window
from sync.engine import backoff

# What the contract promises; no code can keep these.
BREACH_HOURS = 48
NOTICE_DAYS = 30

# Google says what it asks for in the code that asks; here is why, in words that follow "to".
GOOGLE_WHY = {
    "openid": ("sign the person in", "to know the account again; the key is its id, never its address"),
    "email": (
        "see its e-mail address",
        "to show people which of their accounts is which, and to obey the policy of its domain",
    ),
    google.CALENDAR_LIST: ("see the list of its calendars", "to let the person choose among them"),
    google.EVENTS: (
        "read and write events of its calendars",
        "to read events and to write their copies into calendars that the person chose",
    ),
}


@dataclass(frozen=True, slots=True)
class Subprocessor:
    """Who handles personal data for us: `does` what, with which `data`, `where`."""

    name: str
    does: str
    data: str
    where: str


@dataclass(frozen=True, slots=True)
class Kept:
    """How long something is kept; `until` in words where it is no span of time."""

    what: str
    span: timedelta | None = None
    until: str = ""

    @property
    def words(self) -> str:
        return self.until if self.span is None else in_words(self.span)


def in_words(span: timedelta) -> str:
    """ "1 day", "30 days", "2 hours": the largest unit that fits without rest, from seconds to days."""
    seconds = int(span.total_seconds())
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds % size == 0:
            number = seconds // size
            return f"{number} {unit}{'' if number == 1 else 's'}"
    raise AssertionError("Every span is a whole number of seconds.")


def subprocessors() -> list[Subprocessor]:
    """Those that this installation uses, by its settings."""
    company = settings.COMPANY
    found = []
    if company.host:
        what = "Runs the site, the workers and the database"
        found.append(
            Subprocessor(
                company.host, what, "All that is stored; events while they pass through memory", company.region
            )
        )
    if company.edge:
        what = "Stands between visitors and the site: TLS, protection against floods"
        found.append(
            Subprocessor(company.edge, what, "Network addresses and pages, while they pass", "Near the visitor")
        )
    if settings.STRIPE_SECRET_KEY:
        what = "Takes payments and writes invoices"
        data = "The payer’s e-mail address, card, company, postal address and VAT number"
        found.append(Subprocessor("Stripe", what, data, "As its own terms say"))
    if company.mailer:
        what = "Delivers the mail that Hetk sends to its users"
        found.append(
            Subprocessor(
                company.mailer, what, "E-mail address and text of the mail, never of an event", "As its own terms say"
            )
        )
    return found


def microsoft_permissions() -> tuple[Permission, ...]:
    return microsoft.PERMISSIONS


def google_permissions() -> list[Permission]:
    """Every scope that Google is asked for, in the order of asking. A new one without its reason raises KeyError."""
    return [Permission(scope, *GOOGLE_WHY[scope]) for scope in google.SCOPES]


def retention() -> list[Kept]:
    return [
        Kept(
            "Title, description, place and guests of an event",
            until="While a request is worked on, in memory; never stored",
        ),
        Kept("Connected accounts with their credentials and calendars", until="Until you disconnect the account"),
        Kept("Ids, times and fingerprints of events", until="Until the sync is deleted"),
        Kept("Activity and verifications of a sync", tasks.ACTIVITY_KEPT),
        Kept("Audit of the account", tasks.ACTIVITY_KEPT),
        Kept("Measurements of single readings", tasks.RUNS_KEPT),
        Kept("What you write to us by the contact form", tasks.MESSAGES_KEPT),
        Kept("Security events that Google told", tasks.EVENTS_KEPT),
        Kept("That Stripe told something, without what", billing_tasks.EVENTS_KEPT),
        Kept("Which mails about a plan were sent", billing_tasks.REMINDERS_KEPT),
        Kept("That a mail was sent, without what stood in it", tasks.MAILS_KEPT),
        Kept("A session that is not used", timedelta(seconds=sessions.IDLE)),
        Kept("That an account was deleted, without whose it was", deletion.KEPT),
        Kept("Invoices, at the payment provider", until="As long as tax law asks"),
    ]


def figures() -> dict[str, object]:
    """Every number that a page or a claim states, by its name there."""
    watches = settings.WATCH_LIFETIMES
    return {
        "breach_hours": BREACH_HOURS,
        "notice_days": NOTICE_DAYS,
        "key_bits": KEY_BYTES * 8,
        "idle": in_words(timedelta(seconds=settings.SESSION_COOKIE_AGE)),
        "longest": in_words(timedelta(seconds=sessions.LONGEST)),
        "staff": in_words(timedelta(seconds=sessions.LONGEST_OF_STAFF)),
        "fresh": in_words(timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)),
        "factor": in_words(timedelta(seconds=factors.SHOWN_FOR)),
        "lost": f"{lost.HOURS} hours",
        "audit": in_words(tasks.ACTIVITY_KEPT),
        "verified": in_words(verify.LATEST),
        "brake_share": round(brake.SHARE * 100),
        "brake_small": brake.SMALL,
        "months_back": window.MONTHS_BACK,
        "months_forward": window.MONTHS_FORWARD,
        "microsoft_watch": in_words(watches["microsoft"][0]),
        "microsoft_ahead": in_words(watches["microsoft"][1]),
        "google_watch": in_words(watches["google"][0]),
        "google_ahead": in_words(watches["google"][1]),
        "poll": in_words(backoff.POLL_UNWATCHED),
        "poll_busy": in_words(backoff.POLL_BUSY),
        "policy_fresh": in_words(policy.FRESH),
        "policy_gone": in_words(policy.CONFIRMING),
        "policy_answers": policy.CONFIRMATIONS,
        "policy_believed": in_words(policy.BELIEVED),
        "trial": plan.TRIAL.days,
        "grace": plan.GRACE.days,
    }
