"""What the desk does for a customer: each by the function that the customer's own page calls, with a reason, told to the customer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts import audit, lost, sessions
from accounts.models import LostFactor, User
from billing import grants
from billing.models import Account
from billing.plans import BY_KEY
from sync import deletion, pairs, verify
from sync.admin import again
from sync.admin.forms import DeletionForm, MailForm, PlanForm, ReasonForm, UntilForm
from sync.admin.rights import Act
from sync.models import Brake, Pair


class Refused(Exception):
    """Not done; `str()` is a sentence for whoever works at the desk."""


@dataclass(frozen=True, slots=True)
class Doing:
    """One act on its way. `row`: the pair, the question or the person that it is about; `said`: what the form holds."""

    user: User
    row: Any
    by: User
    said: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """`button`: what it is called; `warning`: what follows from it; `told`: what the customer reads, "" where `do` tells by itself.

    `first`: done before the entry is made, since a mail server is waited for, and nobody holds a row meanwhile.
    """

    button: str
    warning: str
    told: str
    on: type[Pair] | type[Brake] | type[LostFactor] | type[User]
    do: Callable[[Doing], None]
    form: type[ReasonForm] = ReasonForm
    grave: bool = False
    first: bool = False


def row_or_404(kind: Kind, user: User, number: int) -> Any:
    """What it is about, if it is this customer's and can still be decided."""
    if kind.on is Pair:
        return get_object_or_404(Pair, pk=number, user=user)
    if kind.on is Brake:
        rows = Brake.objects.select_related("flow__pair")
        return get_object_or_404(rows, pk=number, flow__pair__user=user, decided_at=None)
    if kind.on is LostFactor:
        return get_object_or_404(LostFactor, pk=number, user=user, done_at=None, stopped_at=None)
    if number != user.pk:
        raise Http404("That is somebody else.")
    return user


def carry_out(act: Act, doing: Doing) -> None:
    """Do it and tell the customer, or neither. Raises `Refused`."""
    if doing.by.pk == doing.user.pk:
        raise Refused("This is your own account. Use its own pages, as everybody does.")
    kind = KINDS[act]
    try:
        if kind.first or not kind.told:
            kind.do(doing)
            if kind.told:
                _tell(kind, doing)
            return
        with transaction.atomic():
            kind.do(doing)
            _tell(kind, doing)
    except (pairs.NotPossible, verify.NotNow) as problem:
        raise Refused(str(problem)) from problem


def _tell(kind: Kind, doing: Doing) -> None:
    pair = doing.row if isinstance(doing.row, Pair) else doing.row.flow.pair if isinstance(doing.row, Brake) else None
    facts = {"what": kind.told, "staff": doing.by.pk, **({"pair": str(pair.public_id)} if pair else {})}
    personal = {"by": doing.by.email, "reason": doing.said["reason"]}
    audit.record(doing.user, audit.Act.STAFF_CHANGED, facts=facts, personal=personal)


def _sync_now(doing: Doing) -> None:
    if doing.row.paused_at:
        raise Refused("It is paused: nothing would be copied. Resume it first.")
    pairs.sync_now(pair=doing.row)


def _pause(doing: Doing) -> None:
    if doing.row.paused_at or doing.row.ending_at:
        raise Refused("It does not run, so there is nothing to pause.")
    pairs.pause(pair=doing.row)


def _resume(doing: Doing) -> None:
    if not doing.row.paused_at or doing.row.ending_at:
        raise Refused("It is not paused, so there is nothing to resume.")
    pairs.resume(pair=doing.row)


def _verify(doing: Doing) -> None:
    verify.ask(pair=doing.row, by=doing.by)


def _find_again(doing: Doing) -> None:
    if doing.row.paused_at or doing.row.ending_at:
        raise Refused("It does not run, so nothing would be read. Resume it first.")
    pairs.find_again(pair=doing.row)


def _resend(doing: Doing) -> None:
    for one in again.possible(doing.user):
        if one.key == doing.said["mail"]:
            try:
                one.send()
            except OSError as problem:
                raise Refused("The mail server did not take it. Try again in a minute.") from problem
            return
    raise Refused("What that mail was about is over by now.")


def _remove_factors(doing: Doing) -> None:
    if not lost.take_away(doing.row, by=doing.by):
        stands = lost.state(doing.row, timezone.now())
        raise Refused(
            f"The request is {stands}; factors go after the wait of {lost.HOURS} hours and not for ever after it."
        )


def _decide(decision: str) -> Callable[[Doing], None]:
    def do(doing: Doing) -> None:
        pairs.decide(brake=doing.row, decision=decision, by=doing.by)
        doing.row.refresh_from_db()
        if (doing.row.decision, doing.row.decided_by_id) != (decision, doing.by.pk):
            raise Refused("It was answered a moment ago by somebody else.")

    return do


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), UTC)


def _extend(doing: Doing) -> None:
    grants.extend_trial(doing.user, until=_end_of(doing.said["until"]), by=doing.by, reason=doing.said["reason"])


def _grant(doing: Doing) -> None:
    plan, until = BY_KEY[doing.said["plan"]], _end_of(doing.said["until"])
    grants.grant_plan(doing.user, plan, until=until, by=doing.by, reason=doing.said["reason"])


def _take_plan(doing: Doing) -> None:
    account = Account.objects.filter(user=doing.user).exclude(granted_plan="").first()
    if account is None:
        raise Refused("No plan was granted to them.")
    grants.grant_plan(doing.user, None, until=None, by=doing.by, reason=doing.said["reason"])


def _delete(doing: Doing) -> None:
    if doing.user.is_staff:
        raise Refused("Somebody who works here is not deleted from the desk.")
    deletion.ask(doing.user, copies=doing.said["copies"], now=timezone.now())
    sessions.end_all(doing.user)


RELEASE, RESTORE = Brake.Decision.RELEASE.value, Brake.Decision.RESTORE.value
KINDS: dict[Act, Kind] = {
    Act.SYNC_NOW: Kind(
        "Sync now", "Both calendars are looked at within seconds.", "had a sync look at its calendars", Pair, _sync_now
    ),
    Act.PAUSE: Kind(
        "Pause", "Nothing is copied until it is resumed. Copies stay as they are.", "paused a sync", Pair, _pause
    ),
    Act.RESUME: Kind("Resume", "What changed in the meantime is copied now.", "resumed a sync", Pair, _resume),
    Act.VERIFY: Kind(
        "Verify",
        "Both calendars are read from end to end, compared and repaired.",
        "had a sync verified",
        Pair,
        _verify,
    ),
    Act.FIND_AGAIN: Kind(
        "Find copies again",
        "Both calendars are read from the beginning. Copies of this sync are found by their mark and tied to their originals again; "
        "until that is done, nothing new is copied.",
        "had the copies of a sync found again",
        Pair,
        _find_again,
    ),
    Act.RELEASE: Kind(
        "Delete the copies",
        "The copies that were held are deleted. Only when the customer said so.",
        "let held deletions go",
        Brake,
        _decide(RELEASE),
        grave=True,
    ),
    Act.RESTORE: Kind(
        "Keep the copies",
        "Copies that were to go stay; those that were deleted come back.",
        "kept copies whose deletion was held",
        Brake,
        _decide(RESTORE),
    ),
    Act.RESEND: Kind(
        "Send a mail again",
        "It goes to the main address of the account.",
        "sent a mail again",
        User,
        _resend,
        MailForm,
        first=True,
    ),
    Act.REMOVE_FACTORS: Kind(
        "Remove the second factors",
        "They sign in without one from now on, every session of theirs ends, and all their addresses are told.",
        "removed the second factors",
        LostFactor,
        _remove_factors,
        grave=True,
        first=True,
    ),
    Act.END_SESSIONS: Kind(
        "End all sessions",
        "Every browser of theirs is signed out. Syncs go on.",
        "ended all sessions",
        User,
        lambda doing: sessions.end_all(doing.user),
    ),
    Act.DELETE: Kind(
        "Delete the account",
        "Nobody signs in any more from now on; copies go as chosen, then access, then every row. Nobody takes it back.",
        "began the deletion of the account",
        User,
        _delete,
        DeletionForm,
        grave=True,
    ),
    Act.EXTEND_TRIAL: Kind(
        "Extend the trial", "The trial ends then; never sooner than it would have.", "", User, _extend, UntilForm
    ),
    Act.GRANT_PLAN: Kind(
        "Grant a plan", "For nothing, beside whatever is bought, until that day.", "", User, _grant, PlanForm
    ),
    Act.TAKE_PLAN: Kind(
        "Take the granted plan back",
        "What was bought stays. Syncs that nothing else holds are paused; copies stay.",
        "",
        User,
        _take_plan,
    ),
}
