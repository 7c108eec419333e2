"""One cycle of one calendar: read, plan, brake, write, record. Reads like the sentence in `docs/engine.md`."""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType

from accounts import halts
from accounts.models import Connection
from policy.enforcement import Enforcer
from sync.engine import audit, endings, proofs, watches
from sync.engine.backoff import LAG, pause, poll_after
from sync.engine.carry import Carrier, Tally
from sync.engine.clients import Clients, Resting, Trouble, is_dead
from sync.engine.read import Reading
from sync.engine.readiness import is_active, is_ready, rests_until, strips, verifiable, waits_for_target
from sync.engine.sight import Sights
from sync.models import Calendar, Flow, Run
from sync.providers.errors import ComeBack, NoAccess, OurFault, ProviderError, SignInAgain, Unusable
from sync.store import due, strays, takeover, verifications, work
from sync.store.rules import flows_touching, two_way_ids
from sync.store.seats import Full, seat

log = logging.getLogger("hetk.cycle")

# A second and third pass settle what the first one learned: a key that was taken, an event that somebody changed meanwhile.
PASSES = 3
SOON = timedelta(seconds=1)
SHORTLY = timedelta(seconds=0.2)
LATER = timedelta(minutes=5)
DAILY = timedelta(days=1)


@dataclass(slots=True)
class Cycle:
    """A claimed calendar, and the world: `clock` tells the time, `chance` spreads pauses."""

    calendar: Calendar
    clock: Callable[[], datetime]
    chance: Callable[[], float]
    # Flows that a mailbox keeps waiting: when each may be worked for again (None: when somebody rings).
    _waiting: dict[int, datetime | None] = field(default_factory=dict)

    def run(self) -> None:
        """Never raises for what the outside world does: the calendar gets its next due time instead."""
        started, tally, read, next_due = self.clock(), Tally(), 0, None
        flows = flows_touching(self.calendar)
        try:
            clients = Clients(started)
            if not any(is_active(flow) or strips(flow, self.calendar) for flow in flows):
                self._rest(flows, clients)
                return
            if waits_for_target(self.calendar, flows, started):
                due.finish(self.calendar, now=started, next_due=started + SHORTLY, served=False)
                return
            policies = Enforcer(self.clock)
            if policies.heed({side for flow in flows for side in (flow.source, flow.target)}):
                # What it asks for stands in the rows of the flows.
                flows = flows_touching(self.calendar)
            reading = self._read(flows, clients)
            read = reading.count
            if policies.hear(self.calendar, reading.contents.values()):
                flows = flows_touching(self.calendar)
            next_due = self._work(flows, clients, policies, reading, tally)
        except Resting as rest:
            next_due = rest.until
        except Trouble as trouble:
            tally.trouble = trouble.error.message
            next_due = self._trouble(trouble)
        except Full:
            next_due = self.clock() + SOON
        except Exception as error:
            # A defect of ours must not stop the other calendars; the type alone is logged, for messages may hold content.
            log.exception("cycle failed", extra={"calendar": str(self.calendar.public_id)}, exc_info=bare(error))
            tally.trouble = f"internal error ({type(error).__name__})"
            next_due = self.clock() + pause(self._failed(Calendar.OURS), self.chance())
        self._record(started, read, tally)
        due.finish(self.calendar, now=self.clock(), next_due=next_due)

    def _rest(self, flows: Sequence[Flow], clients: Clients) -> None:
        """Nobody wants this calendar read: it is not due until somebody rings, and a bell that nobody needs is taken down."""
        if not flows:
            with suppress(ProviderError, Resting):
                watches.stop_all(self.calendar, clients.of(self.calendar.connection))
        due.rest([self.calendar.pk])
        due.finish(self.calendar, now=self.clock(), next_due=None)

    def _read(self, flows: Sequence[Flow], clients: Clients) -> Reading:
        calendar = self.calendar
        provider = clients.of(calendar.connection)
        reading = Reading(calendar, flows, provider, self.clock)
        with clients.blame(calendar), seat(calendar.connection_id, provider.traits.seats):
            reading.run()
        if calendar.failures or calendar.trouble:
            Calendar.objects.filter(pk=calendar.pk).update(failures=0, trouble="")
        return reading

    def _work(
        self, flows: Sequence[Flow], clients: Clients, policies: Enforcer, reading: Reading, tally: Tally
    ) -> datetime | None:
        """Work off what is due in every flow that is ready; returns when this calendar wants its next cycle."""
        two_way = two_way_ids(flows)
        sights = Sights(clients, two_way)
        sights.add(self.calendar, reading.contents)
        carrier = Carrier(clients, sights, policies, two_way, self.clock, self.chance)
        carrier.tally = tally
        self._strip(flows, carrier, clients, reading)
        ready = [flow for flow in flows if is_ready(flow, clients)]
        takeover.settle([flow for flow in ready if flow.takeover_due], self.clock())
        if reading.full:
            for flow in ready:
                strays.claim(flow, self.clock())
            reading.keep()
        linked = self._passes(ready, carrier)
        ready = [flow for flow in ready if flow.pk not in self._waiting and is_ready(flow, clients)]
        for flow in ready:
            endings.settle(flow, clients, self.clock)
        audits = self._verify(verifiable(flows, self._waiting, clients), clients, carrier)
        now = self.clock()
        hung, renew = self._watch(clients, now)
        waits = [*self._waiting.values(), *(rests_until(flow, clients) for flow in flows)]
        if reading.silent and self.calendar.rung_at is not None and renew is not None:
            waits.append(now + LAG)
        waits += [linked, renew, audits]
        return now if hung else self._next_due(now, waits, watched=renew is not None, changed=bool(reading.count))

    def _passes(self, ready: Sequence[Flow], carrier: Carrier) -> datetime | None:
        """Share by share all that was due: a later cycle would have to ask again for what this reading has brought.

        Returns when the next link is due.
        """
        done, most = 0, PASSES
        while True:
            able = [flow for flow in ready if flow.pk not in self._waiting]
            at = work.next_due(able)
            if at is None or at > self.clock() or done >= most:
                return at
            taken = self._pass(able, carrier)
            done += 1
            if taken == work.MOST:
                due.prolong(self.calendar, self.clock())
                most += (work.count_due(able, self.clock()) // taken + 1) if done == 1 else 0

    def _pass(self, ready: Sequence[Flow], carrier: Carrier) -> int:
        """One round over what is due now; returns how many links were."""
        tasks = work.take(ready, self.clock())
        flows = {flow.pk: flow for flow in ready}
        for flow_id, share in work.by_flow(tasks).items():
            try:
                carrier.carry(flows[flow_id], share)
            except Trouble as trouble:
                carrier.tally.trouble = trouble.error.message
                self._waiting[flow_id] = self._trouble(trouble)
            except Resting as rest:
                self._waiting[flow_id] = rest.until
            except Full:
                self._waiting[flow_id] = self.clock() + SOON
            finally:
                work.release(share)
        return len(tasks)

    def _strip(self, flows: Sequence[Flow], carrier: Carrier, clients: Clients, reading: Reading) -> None:
        """Rule 4, before anything else is written here, whether or not the source can be reached, and in a pause as well."""
        for flow in flows:
            if not strips(flow, self.calendar):
                continue
            if not (reading.full and proofs.strip(flow, carrier, clients, reading.contents, self.clock)):
                # What is left takes another complete reading.
                due.read_again([self.calendar.pk], prove=False)

    def _verify(self, flows: Sequence[Flow], clients: Clients, carrier: Carrier) -> datetime | None:
        """The audits that wait; returns when one wants another cycle. One that fails is on record, and stops no ordinary work."""
        open = verifications.open_for(flows)
        if not open:
            return None
        try:
            audit.verify(open, flows, clients, carrier, self.calendar, self.clock, self.chance())
        except Trouble as trouble:
            carrier.tally.trouble = trouble.error.message
            self._trouble(trouble)
        return verifications.next_due(flows, self.clock())

    def _watch(self, clients: Clients, now: datetime) -> tuple[bool, datetime | None]:
        """As `watches.keep` says. A bell that cannot be hung is no reason to fail the cycle: polling goes on underneath."""
        try:
            return watches.keep(self.calendar, clients.of(self.calendar.connection), now)
        except (ProviderError, Resting) as error:
            log.warning("no watch: %s", type(error).__name__, extra={"calendar": str(self.calendar.public_id)})
            return False, watches.renew_at(self.calendar)

    def _next_due(self, now: datetime, waits: Sequence[datetime | None], *, watched: bool, changed: bool) -> datetime:
        """When something is due here again. A flow that must wait is worked for when its wait is over, and not before."""
        quiet = timedelta(0) if changed or watched else due.quiet(self.calendar, now)
        times = [now + poll_after(watched, self.chance(), quiet), *waits]
        return max(min(time for time in times if time is not None), now + SOON)

    def _trouble(self, trouble: Trouble) -> datetime | None:
        """What a provider's error means for its mailbox; returns when that calendar may be looked at again."""
        calendar, error, now = trouble.calendar, trouble.error, self.clock()
        ours = isinstance(error, OurFault)
        wait = pause(self._failed(Calendar.OURS if ours else error.message, calendar), self.chance())
        match error:
            case SignInAgain() | Unusable() if is_dead(error, calendar, now):
                halts.halt_refused(calendar.connection, error.code, error.status, getattr(error, "claims", ""))
                due.rest(list(Calendar.objects.filter(connection=calendar.connection).values_list("pk", flat=True)))
                return None
            case OurFault():
                log.error("the provider refuses our own registration: %s", error.code)
                return now + LATER
            case NoAccess():
                if calendar.failures + 1 >= PASSES:
                    Calendar.objects.filter(pk=calendar.pk).update(lost_at=now)
                return now + (DAILY if calendar.failures + 1 >= PASSES else wait)
            case ComeBack(after=after):
                until = now + (timedelta(seconds=after) if after else wait)
                if error.status in {403, 429, 503} or after:
                    Connection.objects.filter(pk=calendar.connection_id).update(throttled_until=until)
                    due.not_before(calendar.connection_id, until)
                return until
        return now + wait

    def _failed(self, trouble: str, calendar: Calendar | None = None) -> int:
        calendar = calendar or self.calendar
        failures = calendar.failures + 1
        Calendar.objects.filter(pk=calendar.pk).update(failures=failures, trouble=trouble[:200])
        return failures

    def _record(self, started: datetime, read: int, tally: Tally) -> None:
        """A run row for every cycle that did something or met trouble; a quiet poll leaves none."""
        if not (read or tally.written or tally.failed or tally.trouble):
            return
        now, rung = self.clock(), self.calendar.rung_at
        Run.objects.create(
            calendar=self.calendar,
            started_at=started,
            finished_at=now,
            delay_ms=max(0, int((now - rung).total_seconds() * 1000)) if rung else None,
            read=read,
            written=tally.written,
            failed=tally.failed,
            trouble=tally.trouble[:200],
        )


def bare(error: Exception) -> tuple[type[Exception], Exception, TracebackType | None]:
    """The traceback without the message, which may hold content; only its type is told."""
    return RuntimeError, RuntimeError(type(error).__name__), error.__traceback__
