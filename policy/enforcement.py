"""Where policies meet calendars: what a domain says is kept in the rows of its calendars, which is what every plan and write obeys.

A calendar's row says whose policy holds for what leaves it. It is brought up to date before a cycle plans and before each request that
writes, and for all calendars of a domain as soon as anybody hears of a change.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import audit
from accounts.audit import Act
from accounts.models import Connection, Kind
from accounts.oauth.feed import BUSY_ONLY
from policy import keeper
from policy.models import Domain
from policy.names import domains_of, organization, parents
from policy.standing import State, state_of, wants_asking
from policy.verdict import Verdict
from sync.core.event import Event
from sync.core.privacy import BUSY_TITLE
from sync.models import Calendar, Flow, Link, Receipt
from sync.store import locks, receipts, work

# How long a cycle goes on with what it heard without looking into the rows again.
BRIEFLY = timedelta(seconds=5)
# Domains that nobody needed for so long are not asked in the background; a write asks by itself.
NEEDED = timedelta(days=1)
# What `Calendar.policy_state` says of a feed that an account publishes: nobody approved Hetk there, so only Busy is copied.
PUBLISHED = "feed"
MOST_DOMAINS = 200
# Sooner than what is known grows too old, so that a new record is seen within a minute of being published.
EARLY = timedelta(seconds=40)


class Enforcer:
    """Keeps the policy of calendars up to date for the length of a cycle."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._looked: dict[int, datetime] = {}

    def heed(self, calendars: Iterable[Calendar]) -> bool:
        """Bring rows and `calendars` in line with what their domains publish. True: something was planned under another policy."""
        now = self._clock()
        late = [c for c in calendars if c.pk not in self._looked or now - self._looked[c.pk] >= BRIEFLY]
        if not late:
            return False
        self._looked |= {calendar.pk: now for calendar in late}
        verdicts = keeper.verdicts([domains(calendar) for calendar in late], now)
        changed = [apply(calendar, verdict, now) for calendar, verdict in zip(late, verdicts, strict=True)]
        return any(changed)

    def hear(self, calendar: Calendar, events: Iterable[Event]) -> bool:
        """Of a feed nobody knows whose it is: whoever invites to its events speaks for it, from the first reading on."""
        connection = calendar.connection
        if connection.kind != Kind.FEED or is_published(calendar):
            return False
        known = connection.aliases.split()
        new = sorted(domains_of(event.organizer for event in events) - set(known))[: MOST_DOMAINS - len(known)]
        if not new:
            return False
        connection.aliases = " ".join([*known, *new])
        Connection.objects.filter(pk=connection.pk).update(aliases=connection.aliases)
        self._looked.pop(calendar.pk, None)
        return self.heed([calendar])


def domains(calendar: Calendar) -> frozenset[str]:
    """Every domain that speaks for a calendar: of its account, by all its names, and of whoever owns the calendar.

    The host of a feed speaks for its organization, too.
    """
    connection = calendar.connection
    found = domains_of([connection.address, *connection.aliases.split(), calendar.owner])
    return found | {organization(name) for name in found} if connection.kind == Kind.FEED else found


def is_published(calendar: Calendar) -> bool:
    """Whether it is a feed of an account at Microsoft, Google or Apple, of which only Busy may be copied."""
    return calendar.connection.kind == Kind.FEED and BUSY_ONLY in calendar.connection.scopes.split()


def apply(calendar: Calendar, verdict: Verdict, now: datetime) -> bool:
    """Write a verdict into the calendar's row, and make due what follows from it. True: `calendar` said something else until now."""
    domain = verdict.domain if verdict.private else ""
    state = verdict.state.value if verdict.private else ""
    if is_published(calendar) and verdict.state is not State.PRIVATE:
        domain, state = (calendar.connection.aliases.split() or [calendar.connection.address])[0], PUBLISHED
    before = (calendar.policy_domain, calendar.policy_state)
    calendar.policy_domain, calendar.policy_state = domain, state
    if before == (domain, state):
        return False
    with transaction.atomic():
        locks.flows_touching([calendar.pk])
        locks.calendars(calendar.pk for calendar in _around(calendar))
        row = Calendar.objects.filter(pk=calendar.pk).first()
        # Another cycle may have heard of it as well, and the account may have been taken away.
        if row is not None and (row.policy_domain, row.policy_state) != (domain, state):
            Calendar.objects.filter(pk=calendar.pk).update(policy_domain=domain, policy_state=state)
            _follow(calendar, row.policy_state, state, now)
            _leave_news(calendar, (row.policy_domain, row.policy_state), (domain, state))
            _tell(calendar, row.policy_domain or domain, state, now)
    return True


def _tell(calendar: Calendar, domain: str, state: str, now: datetime) -> None:
    facts = {"calendar": str(calendar.public_id), "state": state or "none"}
    audit.record(calendar.connection.user_id, Act.POLICY_CHANGED, facts=facts, personal={"domain": domain}, at=now)


def _leave_news(calendar: Calendar, was: tuple[str, str], now: tuple[str, str]) -> None:
    """For `sync.policy_news`: a policy, no mere silence, began or ended to hold for a sync that is there already.

    To copies of a feed that shows only Busy anyway it makes no difference.
    """
    states = (was[1], now[1])
    if (
        State.PRIVATE in states
        and PUBLISHED not in states
        and was[1] != now[1]
        and calendar.flows_out.filter(ending_at=None).exists()
    ):
        domain = now[0] if now[1] == State.PRIVATE else was[0]
        Calendar.objects.filter(pk=calendar.pk).update(policy_news=domain)


def _around(calendar: Calendar) -> QuerySet[Calendar]:
    """A calendar and all that are kept in step with it."""
    beside = Q(pk=calendar.pk) | Q(flows_in__source=calendar) | Q(flows_out__target=calendar)
    return Calendar.objects.filter(beside).distinct()


def _follow(calendar: Calendar, was: str, state: str, now: datetime) -> None:
    """A policy that was published strips what stands there already. A silence holds back only what is written from now on."""
    # All but those that say no more by themselves: a word of the person's own is more.
    overruled = Flow.objects.filter(source=calendar, ending_at=None).exclude(private=True, word=BUSY_TITLE)
    if state in (State.PRIVATE, PUBLISHED):
        for flow in overruled.filter(_copied(), strip_due=False).select_related("pair"):
            receipts.begin(Receipt.Kind.STRIPPED, flow, now)
        overruled.update(strip_due=True)
        work.look_again(list(overruled), now)
    elif not state and was:
        # What was written privately meanwhile looks again as the person wants it.
        work.look_again(list(overruled), now)


def _copied() -> Exists:
    """Whether a flow has copies."""
    return Exists(Link.objects.filter(flow=OuterRef("pk")).exclude(copy_id=""))


def sweep(clock: Callable[[], datetime], most: int = 50) -> int:
    """Ask about domains in use whose answer is getting old; returns how many were asked. Workers share the domains by claiming them."""
    now = clock()
    asked = 0
    needed = Domain.objects.filter(needed_at__gt=now - NEEDED).order_by("asked_at")
    for row in needed.filter(Q(asked_at=None) | Q(asked_at__lte=now - EARLY))[:most]:
        if (row.failures and not wants_asking(row.standing, now)) or not _claim(row, now):
            continue
        asked += 1
        before = (state_of(row.standing, now), row.subdomains)
        known = keeper.learn({row.name: keeper.ask(row.name)}, clock())[row.name]
        if (state_of(known, now), known.subdomains) != before:
            spread(row.name, clock)
    return asked


def remember_resting(now: datetime) -> int:
    """Nobody looks at the calendars of a paused sync, but what their domains publish strips its copies all the same: those domains
    stay in use as long as it has copies. Returns how many there are.
    """
    resting = Flow.objects.filter(_copied(), pair__paused_at__isnull=False)
    calendars = Calendar.objects.filter(pk__in=resting.values("source")).select_related("connection")
    names = {name for calendar in calendars.iterator() for name in domains(calendar)}
    names |= {above for name in names for above in parents(name)}
    keeper.remember(names, now)
    return len(names)


def _claim(row: Domain, now: datetime) -> bool:
    """Whether no other worker asks about it just now."""
    return bool(Domain.objects.filter(pk=row.pk, asked_at=row.asked_at).update(asked_at=now))


def spread(domain: str, clock: Callable[[], datetime]) -> None:
    """Every calendar that this domain speaks for, or may cover, follows now."""
    enforcer = Enforcer(clock)
    enforcer.heed(_spoken_for(domain))


def _spoken_for(domain: str) -> QuerySet[Calendar]:
    # What only looks alike is judged by its own domains anyway; aliases stand beside each other in one text.
    of = Q(connection__aliases__icontains=domain)
    for end in (f"@{domain}", f".{domain}"):
        of |= Q(connection__address__iendswith=end) | Q(owner__iendswith=end)
    used = Q(flows_out__isnull=False) | Q(flows_in__isnull=False)
    return Calendar.objects.filter(of, used).select_related("connection").distinct()
