"""The end of an account, step by step. Each step looks at the rows for what is still to do, so a crash costs a repetition.

What other parts of the product ask for comes first (`settings.ACCOUNT_DELETION_STEPS`), so that nothing is paid for while the rest takes
days. Copies go by the cycles that always remove them, with their proof that none is left; then watches, grants, and at last the rows.
Once it was asked for, nobody signs in any more.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.utils.module_loading import import_string

from accounts import audit, emails, oauth, vault
from accounts.audit import Act, Note
from accounts.models import Chain, Connection, Deletion, Kind, User
from accounts.oauth.errors import OurFault, TryLater
from sync import pairs
from sync.engine import watches
from sync.engine.clients import Clients, Resting
from sync.engine.cycle import bare
from sync.models import Flow, Link, Pair
from sync.providers.errors import ComeBack, ProviderError
from sync.store import locks

log = logging.getLogger("hetk.deletion")
LEASE = timedelta(minutes=5)
# How long copies are waited for, and providers that do not answer; then the account goes without them.
PATIENCE = timedelta(days=3)
# How long one can read afterwards what was done.
KEPT = timedelta(days=30)
Clock = Callable[[], datetime]


class Later(Exception):
    """Something is still under way: the next call goes on."""


@transaction.atomic
def ask(user: User, *, copies: str, now: datetime, whence: Mapping[str, str] | None = None) -> Deletion:
    """Begin: from now on nobody signs in any more. Asking again changes nothing."""
    locks.user(user.pk)
    known = Deletion.objects.filter(user=user).first()
    if known is not None:
        return known
    row = Deletion(user=user, copies=copies, asked_at=now, total=copies_of(user))
    row.notify = vault.seal(user.email, bound_to=row.binding)
    row.save()
    User.objects.filter(pk=user.pk).update(is_active=False)
    audit.record(user, Act.DELETION_ASKED, facts={"decision": f"{copies} the copies"}, personal=whence, at=now)
    transaction.on_commit(lambda: _mail(row, "deletion-begun"))
    return row


def copies_of(user: User) -> int:
    return Link.objects.filter(flow__pair__user=user).exclude(copy_id="").count()


def go_on(clock: Clock) -> int:
    """Every deletion that is not done takes its next steps; returns how many are done now. One that fails stops no other."""
    done = 0
    for row in Deletion.objects.filter(Q(finished_at=None) | ~Q(notify="")).order_by("asked_at"):
        if not _claim(row, clock()):
            continue
        try:
            step(row, clock)
            done += 1
        except Later:
            pass
        except Exception as error:
            # A defect of ours must not keep others waiting; the type alone is logged, for messages may name people.
            log.exception("deletion %s waits", row.public_id, exc_info=bare(error))
        finally:
            Deletion.objects.filter(pk=row.pk).update(lease_until=None)
    return done


def step(row: Deletion, clock: Clock) -> None:
    """All that can be done now. Raises Later."""
    user = row.user
    if user is not None:
        trouble = _others(row, user)
        _end_pairs(row, user)
        _wait_for_copies(row, user, clock())
        for connection in user.connections.all():
            _part(row, connection, clock())
        if trouble is not None:
            raise trouble
        _close(row, user, clock())
    if row.notify:
        if not _mail(row, "account-deleted"):
            raise Later
        row.notify = ""
        row.save(update_fields=("notify",))


def _others(row: Deletion, user: User) -> Exception | None:
    """Every step of others, in each round: done twice it is harmless. Why one failed; copies go meanwhile, and the rows wait for it."""
    trouble = None
    for name in settings.ACCOUNT_DELETION_STEPS:
        try:
            import_string(name)(user)
        except Exception as error:
            log.exception("deletion %s: %s is tried again", row.public_id, name, exc_info=bare(error))
            trouble = error
    return trouble


def _claim(row: Deletion, now: datetime) -> bool:
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    return bool(Deletion.objects.filter(free, pk=row.pk).update(lease_until=now + LEASE))


def _end_pairs(row: Deletion, user: User) -> None:
    """Each in a transaction of its own: none holds what a cycle of another one waits for."""
    remove = row.copies == Deletion.Copies.REMOVE
    for pair in Pair.objects.filter(user=user):
        if pair.ending_at is None or not remove:
            pairs.end(pair=pair, remove_copies=remove)


def _wait_for_copies(row: Deletion, user: User, now: datetime) -> None:
    """Pairs end by themselves when none of their copies is left. Where that cannot be, copies are counted and left."""
    over = now - row.asked_at > PATIENCE
    for flow in Flow.objects.filter(pair__user=user).select_related("target__connection"):
        if over or flow.target.connection.halted or flow.target.lost_at is not None:
            _give_up(row, flow)
    Pair.objects.filter(user=user, flows=None).delete()
    if Pair.objects.filter(user=user).exists():
        raise Later


@transaction.atomic
def _give_up(row: Deletion, flow: Flow) -> None:
    locks.flows([flow.pk])
    row.left += Link.objects.filter(flow=flow).exclude(copy_id="").count()
    row.save(update_fields=("left",))
    Flow.objects.filter(pk=flow.pk).delete()


def _part(row: Deletion, connection: Connection, now: datetime) -> None:
    """Watches stop, the grant is taken back where the provider has a call for it, the account is forgotten."""
    over = now - row.asked_at > PATIENCE
    if not connection.halted:
        _stop_watches(connection, now, over=over)
    end = Deletion.End.REVOKED if connection.kind == Kind.GOOGLE else Deletion.End.BY_HAND
    try:
        oauth.revoke(connection)
    except TryLater:
        if not over:
            raise Later from None
        end = Deletion.End.UNREACHED
    except OurFault:
        # A grant that does not open here cannot be taken back by us.
        end = Deletion.End.UNREACHED
    with transaction.atomic():
        row.accounts = [*row.accounts, {"kind": connection.kind, "end": end.value}]
        row.save(update_fields=("accounts",))
        connection.delete()


def _stop_watches(connection: Connection, now: datetime, *, over: bool) -> None:
    """What cannot be stopped runs out within days, and rings for nobody."""
    for calendar in connection.calendars.exclude(watches=None):
        try:
            watches.stop_all(calendar, Clients(now).of(connection))
        except (ComeBack, Resting):
            if not over:
                raise Later from None
        except ProviderError:
            continue


@transaction.atomic
def _close(row: Deletion, user: User, now: datetime) -> None:
    """The rows go; the chain of the account stays, without its key."""
    _forget_sessions(user)
    kind = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=kind, object_id=str(user.pk)).update(object_repr="a deleted account")
    row.user, row.finished_at = None, now
    row.save(update_fields=("user", "finished_at"))
    chain = Chain.objects.select_for_update(no_key=True).filter(user=user).first()
    user.delete()
    if chain is not None:
        chain.user, chain.key = None, ""
        chain.save(update_fields=("user", "key"))
        audit.extend(chain, [Note(Act.DELETED, {"left": row.left})], now)


def _forget_sessions(user: User) -> None:
    mine = [s.pk for s in Session.objects.iterator() if s.get_decoded().get("_auth_user_id") == str(user.pk)]
    Session.objects.filter(pk__in=mine).delete()


def _mail(row: Deletion, name: str) -> bool:
    """Whether it left."""
    try:
        emails.deletion(name, vault.open_sealed(row.notify, bound_to=row.binding), row, f"{KEPT.days} days")
    except OSError:
        log.warning("the mail %s of deletion %s could not be sent", name, row.public_id)
        return False
    return True
