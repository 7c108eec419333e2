"""Carrying out one flow's share of a cycle: see, plan, brake, write, record."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from policy.enforcement import Enforcer
from sync.core.event import Event
from sync.core.fingerprint import differing
from sync.core.operation import Create, Delete, Operation, Reason, Side, Update
from sync.core.plan import Planner
from sync.core.privacy import stripped
from sync.core.window import window_at
from sync.engine import holding, write
from sync.engine.backoff import PARK_AFTER, REFUSALS, pause
from sync.engine.clients import Clients
from sync.engine.holding import counts, decided_against
from sync.engine.sight import Sights, find
from sync.models import Calendar, Flow, Link
from sync.providers.base import Answered, Provider
from sync.providers.errors import Changed, ComeBack, Exists, NoAccess, OurFault, SignInAgain, Unknown
from sync.store import churn, intent, meetings, questions, record, work
from sync.store.fits import event_fits
from sync.store.keys import fingerprints
from sync.store.record import Outcome
from sync.store.rules import looks_of, rules_of
from sync.store.seats import seat
from sync.store.work import Task

# Answers of one share that go on record together: no batch of a provider is larger, where writes go side by side it may be.
RECORDED = 50
Chance = Callable[[], float]
Agree = Callable[[Sequence[Outcome], datetime], None]


@dataclass(slots=True)
class Tally:
    """What a cycle did, for its run row."""

    written: int = 0
    failed: int = 0
    trouble: str = ""


@dataclass(slots=True)
class Step:
    """One planned operation, with what it was planned from."""

    task: Task
    operation: Operation
    origin: Event | None
    copy: Event | None
    # The other side follows: nothing but this operation's fields is agreed by it.
    more: bool = False
    # Only what is hidden is taken out: whatever else a person changed there is still to be planned.
    strips: bool = False


class Carrier:
    """Works off the tasks of one flow after another; `tally` adds up what came of them."""

    def __init__(
        self,
        clients: Clients,
        sights: Sights,
        policies: Enforcer,
        two_way: set[int],
        clock: Callable[[], datetime],
        chance: Chance,
    ) -> None:
        self.tally = Tally()
        self._clients = clients
        self._sights = sights
        self._policies = policies
        self._two_way = two_way
        self._clock = clock
        self._chance = chance

    def carry(self, flow: Flow, tasks: Sequence[Task]) -> None:
        """Raises `Trouble` when a mailbox cannot be used now; what was not done stays due."""
        self._sights.fetch(tasks)
        tasks = self._readable(tasks)
        steps = self._brake(flow, self._plan(flow, tasks))
        quiet = [step for step in steps if not isinstance(step.operation, Create | Update | Delete)]
        writes = [step for step in steps if isinstance(step.operation, Create | Update | Delete)]
        some_waited = any(task.link.state == Link.State.HELD for task in tasks)
        try:
            record.agree([self._outcome(step) for step in quiet], self._clock())
            calm = _one_side(step for step in writes if not self._churns(step))
            self._write(flow.target, [step for step in calm if _side(step.operation) is Side.COPY])
            self._write(flow.source, [step for step in calm if _side(step.operation) is Side.ORIGIN])
        finally:
            if some_waited:
                questions.recount(flow, self._clock())

    def _readable(self, tasks: Sequence[Task]) -> list[Task]:
        """An event that cannot be read stops only itself, with its reason."""
        for task in (task for task in tasks if self._sights.is_mute(task)):
            record.park(task, Reason.UNREADABLE, self._clock(), error="it cannot be read")
        return [task for task in tasks if not self._sights.is_mute(task)]

    def strip(self, flow: Flow, contents: Mapping[str, Event]) -> bool:
        """Take out of every copy read in the target what this flow hides. True: none is left that shows more."""
        looks = looks_of(flow)
        links = Link.objects.filter(flow=flow).exclude(copy_id="")
        shown = [(link, contents[link.copy_id]) for link in links if link.copy_id in contents]
        steps = []
        for link, copy in shown:
            bare = stripped(copy.content, looks)
            if fields := differing(copy.content, bare):
                operation = Update(Side.COPY, bare, fields, Reason.SETTINGS, link.label)
                steps.append(Step(Task(link, flow), operation, None, copy, strips=True))
        failed = self.tally.failed
        self._write(flow.target, steps, record.stripped)
        return self.tally.failed == failed

    def _plan(self, flow: Flow, tasks: Sequence[Task]) -> list[Step]:
        now = self._clock()
        planner, rules = Planner(fingerprints()), rules_of(flow, two_way=flow.pk in self._two_way)
        window = window_at(now)
        steps = []
        met = meetings.present(flow, [task.link for task in tasks])
        for task in tasks:
            was_met = task.link.reason == Reason.SAME_MEETING
            sight = replace(self._sights.of(task), met=task.link.pk in met, was_met=was_met)
            copy = sight.copy if isinstance(sight.copy, Event) else None
            operations = planner.plan(sight, rules, window, now)
            steps += [Step(task, operation, sight.origin, copy) for operation in operations]
        return steps

    def _brake(self, flow: Flow, steps: list[Step]) -> list[Step]:
        """Hold deletions that look like damage, drop those the person decided against; everything else passes."""
        record.leave([step.task for step in steps if decided_against(step.task.link, step.operation)])
        steps = [step for step in steps if not decided_against(step.task.link, step.operation)]
        deletions = [s for s in steps if isinstance(s.operation, Delete) and counts(s.task.link, s.operation)]
        if not deletions or not holding.hold(flow, [step.task for step in deletions], self._clock()):
            return steps
        held = {id(step) for step in deletions}
        return [step for step in steps if id(step) not in held]

    def _churns(self, step: Step) -> bool:
        """A copy that is written again and again is left alone until tomorrow, and says so."""
        now = self._clock()
        if isinstance(step.operation, Delete) or not churn.is_over(step.task.link, now):
            return False
        error = "written too often today"
        record.park(step.task, Reason.CHURN, now, error=error, again_at=churn.tomorrow(now))
        return True

    def _write(self, calendar: Calendar, steps: Sequence[Step], agree: Agree = record.agree) -> None:
        """One share at a time, and no further once the person or a policy asks for something else."""
        if not steps:
            return
        if not calendar.can_write:
            work.put_off([step.task for step in steps], self._clock())
            return
        provider = self._clients.of(calendar.connection)
        size = provider.traits.at_once
        with self._clients.blame(calendar), seat(calendar.connection_id, provider.traits.seats):
            for at in range(0, len(steps), size):
                flow = steps[0].task.flow
                if self._policies.heed((flow.source, flow.target)) or not work.stands(flow):
                    return
                lost = work.hold_on([step.task for step in steps[at:] if not step.strips], self._clock())
                share = [step for step in steps[at : at + size] if step.task.link.pk not in lost]
                self._share(provider, calendar, share, agree)

    def _share(self, provider: Provider, calendar: Calendar, steps: Sequence[Step], agree: Agree) -> None:
        """What is handed over at once: on record before it leaves, and again when it is answered."""
        steps = _intend(steps)
        by_task = {id(step.task): step for step in steps}
        done: list[Outcome] = []
        slowed: ComeBack | None = None
        try:
            for job, answered in write.send(provider, calendar, [_job(s) for s in steps], self._two_way):
                step = by_task[id(job.task)]
                if answered.error is None:
                    self._see(step, calendar, answered.event)
                    done.append(self._outcome(step, answered))
                    if len(done) == RECORDED:
                        # While the rest is still under way.
                        self._agreed(done, agree)
                else:
                    self._failed(step, calendar, answered)
                    if isinstance(answered.error, ComeBack) and answered.error.whole_mailbox:
                        slowed = answered.error
        finally:
            self._agreed(done, agree)
        if slowed is not None:
            # Every answer is on record; from here on the whole mailbox is left in peace.
            raise slowed

    def _agreed(self, done: list[Outcome], agree: Agree) -> None:
        agree(done, self._clock())
        self.tally.written += len(done)
        done.clear()

    def _see(self, step: Step, calendar: Calendar, event: Event | None) -> None:
        """Whatever plans next, in this cycle, plans from what stands there now."""
        link = step.task.link
        written = link.origin_id if _side(step.operation) is Side.ORIGIN else link.copy_id
        self._sights.contents[calendar.pk, event.id if event else written] = event

    def _outcome(self, step: Step, answered: Answered | None = None) -> Outcome:
        return Outcome(
            step.task,
            step.operation,
            step.origin,
            copy=step.copy,
            event=answered.event if answered else None,
            request_id=answered.request_id if answered else "",
            more=step.more,
        )

    def _failed(self, step: Step, calendar: Calendar, answered: Answered) -> None:
        """One write that did not pass. Only what stops the whole mailbox is raised."""
        error, task, now = answered.error, step.task, self._clock()
        side = _side(step.operation)
        wait = pause(task.link.attempts + 1, self._chance())
        self.tally.failed += 1
        match error:
            case SignInAgain() | OurFault() | NoAccess():
                record.postpone(task, at=now, failed=False)
                raise error
            case Exists():
                self._exists(step, calendar)
            case Changed() if task.link.attempts < PARK_AFTER:
                self._sights.forget(task)
                record.postpone(task, at=now, unsure=side)
            case Unknown():
                self._sights.forget(task)
                record.postpone(task, at=now + wait, unsure=side)
            case ComeBack(after=after) if task.link.attempts < 2 * PARK_AFTER:
                record.postpone(task, at=now + (timedelta(seconds=after) if after else wait))
            case _ if task.link.attempts + 1 < REFUSALS:
                record.postpone(task, at=now + wait)
            case _:
                message = error.message if error else ""
                # A copy that is to go must go in the end, or its pair could never end.
                again = churn.tomorrow(now) if isinstance(step.operation, Delete) else None
                record.park(task, Reason.REFUSED, now, error=message, request_id=answered.request_id, again_at=again)

    def _exists(self, step: Step, calendar: Calendar) -> None:
        """The key is taken: by a copy that lives and is adopted, or by one that was deleted."""
        copy = find(self._clients.of(calendar.connection), step.task)
        if copy is None:
            record.taken(step.task, self._clock())
            return
        if not event_fits(copy):
            record.park(step.task, Reason.REFUSED, self._clock(), error="the copy cannot be remembered")
            return
        self._sights.contents[calendar.pk, copy.id] = copy
        record.found(step.task, copy, self._clock())


def _job(step: Step) -> write.Job:
    operation, link = step.operation, step.task.link
    if not isinstance(operation, Create | Update | Delete):
        raise TypeError(f"{operation} is not a write")
    if _side(operation) is Side.ORIGIN:
        return write.Job(step.task, operation, step.origin.version if step.origin else "")
    if step.copy is None:
        return write.Job(step.task, operation, link.copy_agreed, link.coloured)
    return write.Job(step.task, operation, step.copy.version, step.copy.label != link.label, step.strips)


def _side(operation: Operation) -> Side:
    return operation.side if isinstance(operation, Update | Delete) else Side.COPY


def _intend(steps: Sequence[Step]) -> list[Step]:
    """Put on record what is about to be done to copies; an origin's own change needs none. Returns what may leave now."""
    copies = [step for step in steps if _side(step.operation) is Side.COPY]
    creates = {s.task.link.pk: op for s in copies if isinstance(op := s.operation, Create)}
    met = intent.creates([s.task for s in copies if s.task.link.pk in creates], creates) if creates else set()
    updates = [(s, op) for s in copies if isinstance(op := s.operation, Update)]
    if updates:
        intent.updates([(s.task, op.content, s.copy, op.fields if s.strips else None) for s, op in updates])
    if removals := [s.task for s in copies if isinstance(s.operation, Delete)]:
        intent.removals(removals)
    return [step for step in steps if step.task.link.pk not in met]


def _one_side(steps: Iterable[Step]) -> list[Step]:
    """Where both sides want writing the origin goes first, and the copy in the next pass, planned from the answer.

    Otherwise a failure, or the end of the process, between the two would leave one change that nobody remembers.
    """
    by_task: dict[int, list[Step]] = defaultdict(list)
    for step in steps:
        by_task[id(step.task)].append(step)
    for both in by_task.values():
        if len(both) > 1:
            both.sort(key=lambda step: _side(step.operation) is Side.COPY)
            both[0].more = True
    return [share[0] for share in by_task.values()]
