"""What people do with their pairs. Each verb changes rows and rings; cycles do the rest."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.audit import Act
from accounts.models import Connection, Kind, User
from billing import room, surplus
from sync import told
from sync.models import Brake, Calendar, Flow, FlowSettings, Link, Pair, Receipt
from sync.models.flow import WEEKDAYS
from sync.store import due, locks, receipts, takeover, work
from sync.store.rules import hidden


class NotPossible(Exception):
    """The pair cannot be made or changed like this; `str()` is a sentence for the person."""


class AtWork(NotPossible):
    """Not now: a moment later it may be."""


@transaction.atomic
def create(*, user: User, first: Calendar, second: Calendar, out: FlowSettings, back: FlowSettings | None) -> Pair:
    """Start keeping two calendars in step; both are read completely before the first copy is written."""
    # One at a time for each person: two windows that start the same pair at once would both find none.
    locks.user(user.pk)
    if refusal := room.hold(user).why_no_new:
        raise NotPossible(refusal)
    _check(user, first, second, two_way=back is not None)
    pair = Pair.objects.create(user=user, first=first, second=second)
    Flow.objects.create(pair=pair, source=first, target=second, **out.as_fields())
    if back is not None:
        Flow.objects.create(pair=pair, source=second, target=first, **back.as_fields())
    _read_again(pair)
    told.made(pair)
    return pair


@transaction.atomic
def edit(*, pair: Pair, out: FlowSettings, back: FlowSettings | None) -> None:
    """Change what others see, in place: copies are rewritten, none is deleted and made anew.

    A direction that is switched off takes its copies along; one that is switched on copies what is there.
    """
    _hold(pair)
    _check(pair.user, pair.first, pair.second, two_way=back is not None, pair=pair)
    before = told.directions(Pair.objects.get(pk=pair.pk))
    _set(pair, pair.first, pair.second, out)
    if back is not None:
        _set(pair, pair.second, pair.first, back)
    else:
        _end_direction(pair, pair.second)
    _look_again([pair])
    told.changed(pair, before)


@transaction.atomic
def pause(*, pair: Pair) -> None:
    if _pause(pair):
        told.happened(pair, Act.PAIR_PAUSED)


def _pause(pair: Pair) -> bool:
    return bool(Pair.objects.filter(pk=pair.pk, paused_at=None).update(paused_at=timezone.now()))


@transaction.atomic
def resume(*, pair: Pair) -> None:
    """Nothing was missed: the cursors are where they were, or the calendars are read completely."""
    refusal = room.hold(pair.user).why_no_more
    locks.pair(pair.pk)
    if refusal and Pair.objects.filter(pk=pair.pk).exclude(paused_at=None).exists():
        raise NotPossible(refusal)
    for resumed in _go_on([pair]):
        told.happened(resumed, Act.PAIR_RESUMED)


@transaction.atomic
def resume_all(*, user: User) -> tuple[int, int]:
    """Those that the plan paused, oldest first, as far as it holds them: (resumed, left)."""
    found = room.hold(user)
    waiting = list(Pair.objects.filter(user=user, ending_at=None, paused_by_plan=True).order_by("created_at", "pk"))
    fit = 0 if found.why_no_more else len(waiting) if found.free is None else min(found.free, len(waiting))
    locks.pairs(pair.pk for pair in waiting[:fit])
    for resumed in _go_on(waiting[:fit]):
        told.happened(resumed, Act.PAIR_RESUMED)
    return fit, len(waiting) - fit


@transaction.atomic
def keep_running(*, user: User, chosen: Collection[UUID]) -> None:
    """These run, and every other one of the person's is paused by the plan; nothing is deleted."""
    found = room.hold(user)
    own = list(Pair.objects.filter(user=user, ending_at=None).order_by("pk"))
    wanted = [pair for pair in own if pair.public_id in chosen]
    if found.standing.limit is not None and len(wanted) > found.standing.limit:
        raise NotPossible(found.why_no_more or f"Your plan keeps {found.standing.limit} syncs running.")
    locks.pairs(pair.pk for pair in own)
    stopped = surplus.stop([pair.pk for pair in own if pair not in wanted])
    resumed = _go_on([pair for pair in wanted if pair.paused_at])
    surplus.tell(stopped)
    for pair in resumed:
        told.happened(pair, Act.PAIR_RESUMED)


def _go_on(held: Sequence[Pair]) -> list[Pair]:
    """The pairs, whose rows are held, run again: those of them that did not."""
    now = timezone.now()
    stopped = list(Pair.objects.filter(pk__in=[pair.pk for pair in held]).exclude(paused_at=None))
    Pair.objects.filter(pk__in=[pair.pk for pair in stopped]).update(paused_at=None, paused_by_plan=False)
    # Deletions whose question was answered by stopping are still undecided: the next cycle asks again.
    asked = Brake.objects.filter(flow__pair__in=held, decided_at=None).values("flow_id")
    Link.objects.filter(flow__pair__in=held, state=Link.State.HELD).exclude(flow_id__in=asked).update(
        state=Link.State.LIVE, due_at=now, attempts=0
    )
    due.ring({side for pair in held for side in (pair.first_id, pair.second_id)})
    return stopped


@transaction.atomic
def zone_changed(user: User) -> None:
    """Working hours are told in the person's zone: what they leave out is judged anew."""
    timed = Q(flows__hours_from__isnull=False) | ~Q(flows__weekdays=WEEKDAYS)
    _look_again(list(Pair.objects.filter(timed, user=user, ending_at=None).distinct()))


def sync_now(*, pair: Pair) -> None:
    due.ring([pair.first_id, pair.second_id])


@transaction.atomic
def find_again(*, pair: Pair) -> None:
    """Both calendars are read from the beginning; copies that carry our mark are tied to their originals again, none is doubled."""
    _hold(pair)
    _read_again(pair)


@transaction.atomic
def end(*, pair: Pair, remove_copies: bool) -> None:
    """Stop for good. With `remove_copies` the pair goes when none of its copies is left."""
    locks.pair(pair.pk)
    if not remove_copies:
        told.happened(pair, Act.PAIR_ENDED, copies="leave")
        pair.delete()
        return
    now = timezone.now()
    Pair.objects.filter(pk=pair.pk).update(ending_at=now)
    for flow in pair.flows.select_related("pair"):
        receipts.drop(Receipt.Kind.STRIPPED, flow)
        receipts.begin(Receipt.Kind.REMOVED, flow, now)
    Link.objects.filter(flow__pair=pair).update(due_at=now, attempts=0)
    # The proof that none is left comes from a complete reading, begun after this moment.
    _read_again(pair)
    told.happened(pair, Act.PAIR_ENDED, copies="remove")


@transaction.atomic
def decide(*, brake: Brake, decision: str, by: User) -> None:
    """The person's word on held deletions: release (they go), restore (copies stay or come back), stop (the pair pauses)."""
    now = timezone.now()
    locks.pair(brake.flow.pair_id)
    if not Brake.objects.filter(pk=brake.pk, decided_at=None).update(decided_at=now, decision=decision, decided_by=by):
        return
    held = Link.objects.filter(flow=brake.flow, state=Link.State.HELD)
    if decision == Brake.Decision.RELEASE:
        held.update(state=Link.State.FREED, due_at=now, attempts=0)
    elif decision == Brake.Decision.RESTORE:
        _restore(brake.flow)
    else:
        _pause(brake.flow.pair)
    due.ring([brake.flow.source_id, brake.flow.target_id])
    told.happened(brake.flow.pair, Act.DELETIONS_DECIDED, decision=str(decision), held=brake.held)


def ring_connection(connection: Connection) -> None:
    """After a reconnect: every calendar that has to do with it is looked at, on both sides of its pairs."""
    calendars = Calendar.objects.filter(connection=connection)
    flows = Flow.objects.filter(source__in=calendars) | Flow.objects.filter(target__in=calendars)
    due.ring({pk for pair in flows.values_list("source_id", "target_id") for pk in pair})


@transaction.atomic
def replace_feed(*, pair: Pair, source: Calendar) -> int:
    """An account's own calendar takes the place of the feed, and takes its copies over; returns how many."""
    locks.user(pair.user_id)
    _hold(pair)
    if pair.first.connection.kind != Kind.FEED or pair.ending_at:
        raise NotPossible("Only a running sync that starts at a feed can be given another calendar.")
    if source.connection.kind == Kind.FEED:
        raise NotPossible("Choose a calendar of an account.")
    _check(pair.user, source, pair.second, two_way=False, pair=pair)
    locks.calendars([pair.first_id, pair.second_id])
    flow = pair.flows.select_related("source", "target").get(source=pair.first)
    if takeover.is_at_work(flow, timezone.now()):
        raise AtWork("Hetk is copying between these calendars just now. Try again in a few seconds.")
    copies = takeover.begin(flow)
    Flow.objects.filter(pk=flow.pk).update(source=source, takeover_due=True)
    Pair.objects.filter(pk=pair.pk).update(first=source)
    before = str(pair.first.public_id)
    pair.refresh_from_db()
    _read_again(pair)
    told.happened(pair, Act.PAIR_CHANGED, replaced=before)
    return copies


def _restore(flow: Flow) -> None:
    """Copies that were to go stay as they are, until their origin changes or the pair ends; deleted copies come back."""
    held = Link.objects.filter(flow=flow, state=Link.State.HELD)
    held.exclude(copy_seen=Link.GONE).update(state=Link.State.KEPT, due_at=None)
    for link in held.filter(copy_seen=Link.GONE):
        link.state, link.generation, link.due_at = Link.State.SEEN, link.generation + 1, timezone.now()
        link.copy_id = link.copy_seen = link.copy_agreed = link.copy_prints = link.written_prints = ""
        link.save()


def changed(flow: Flow, settings: FlowSettings | None, now: datetime) -> dict[str, object]:
    """What an edit changes in the row of a flow; without settings the direction is switched off."""
    if settings is None:
        return {"ending_at": flow.ending_at or now}
    before = FlowSettings.of(flow)
    tighter = bool(hidden(settings) - hidden(before)) or (settings.private and not before.private)
    return {"ending_at": None, "strip_due": flow.strip_due or tighter, **settings.as_fields()}


def _look_again(pairs: Sequence[Pair]) -> None:
    work.look_again(list(Flow.objects.filter(pair__in=pairs)), timezone.now())


def _set(pair: Pair, source: Calendar, target: Calendar, settings: FlowSettings) -> None:
    flow, made = Flow.objects.get_or_create(
        pair=pair, source=source, defaults={"target": target, **settings.as_fields()}
    )
    if made:
        # What stands in the target is known before the first copy is made there.
        due.read_again([target.pk], prove=True)
        return
    now = timezone.now()
    fields = changed(flow, settings, now)
    receipts.drop(Receipt.Kind.REMOVED, flow)
    if fields["strip_due"] and not flow.strip_due:
        receipts.begin(Receipt.Kind.STRIPPED, flow, now)
    Flow.objects.filter(pk=flow.pk).update(**fields)


def _check(user: User, first: Calendar, second: Calendar, *, two_way: bool, pair: Pair | None = None) -> None:
    if first.pk == second.pk:
        raise NotPossible("Choose two different calendars.")
    if any(calendar.connection.user_id != user.pk for calendar in (first, second)):
        raise NotPossible("Both calendars must belong to accounts you connected.")
    for calendar in (second, *((first,) if two_way else ())):
        if not calendar.can_write:
            raise NotPossible(f"{calendar.name} is read-only for you, so nothing can be copied into it.")
    joined = Pair.objects.filter(first__in=(first, second), second__in=(first, second))
    other = (joined.exclude(pk=pair.pk) if pair else joined).first()
    if other and other.ending_at:
        raise NotPossible(
            "The copies of an earlier sync of these calendars are still being removed. Try again in a minute."
        )
    if other:
        raise NotPossible("These two calendars are kept in step already. Change that one instead.")


def _end_direction(pair: Pair, source: Calendar) -> None:
    """Its copies go; that none is left is proved by a complete reading of where they were."""
    now = timezone.now()
    if pair.flows.filter(source=source, ending_at=None).update(ending_at=now):
        flow = pair.flows.select_related("pair").get(source=source)
        receipts.drop(Receipt.Kind.STRIPPED, flow)
        receipts.begin(Receipt.Kind.REMOVED, flow, now)
        due.read_again([flow.target_id], prove=True)


def _read_again(pair: Pair) -> None:
    """Both sides are read completely: contents are at hand for every link, and earlier copies are found again."""
    calendars = [pair.first_id, pair.second_id]
    due.read_again(calendars, prove=True)
    due.ring(calendars)


def _hold(pair: Pair) -> None:
    locks.pair(pair.pk)
    if not Pair.objects.filter(pk=pair.pk).exists():
        raise NotPossible("This sync was ended meanwhile, so there is nothing left to change.")
