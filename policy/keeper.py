"""Keeps what is known of domains up to date: asks the resolvers when the last answer is too old, and stores what follows."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from policy import lookup
from policy.models import Domain
from policy.names import parents
from policy.standing import Answer, Standing, follow, wants_asking
from policy.verdict import NOTHING_KNOWN, Verdict, judge, strictest

Ask = Callable[[str], Sequence[Answer]]
# How exactly it is remembered that a domain is needed: not with every look.
ROUGHLY = timedelta(hours=1)


def resolvers() -> list[lookup.Server]:
    return [lookup.Server.parse(text) for text in settings.RESOLVERS]


def ask_resolvers(domain: str) -> list[Answer]:
    return [heard.answer for heard in lookup.ask_all(domain, resolvers())]


_ask: Ask = ask_resolvers


def use(ask: Ask) -> None:
    """Ask in another way from now on: for worlds that have a DNS of their own."""
    global _ask  # noqa: PLW0603
    _ask = ask


def ask(domain: str) -> Sequence[Answer]:
    return _ask(domain)


def verdict(domains: Collection[str], now: datetime) -> Verdict:
    """The strictest policy over `domains` (as `policy.names.domains_of` gives them); asks about what is older than a minute."""
    return verdicts([domains], now)[0]


def verdicts(groups: Sequence[Collection[str]], now: datetime) -> list[Verdict]:
    """The same for several groups at once, in their order; a name that stands in several is asked once."""
    covering = {domain: parents(domain) for group in groups for domain in group}
    known = up_to_date({*covering, *(above for names in covering.values() for above in names)}, now)
    return [strictest([judge(domain, covering[domain], known, now) for domain in sorted(group)]) for group in groups]


def up_to_date(names: Collection[str], now: datetime) -> dict[str, Standing]:
    """What is known of each name, none of it older than `policy.standing.FRESH` while somebody answers."""
    rows = {row.name: row for row in Domain.objects.filter(name__in=names)} if names else {}
    known = {name: row.standing for name, row in rows.items()}
    old = [name for name in sorted(names) if wants_asking(known.get(name, NOTHING_KNOWN), now)]
    known |= learn({name: ask(name) for name in old}, now) if old else {}
    if late := [name for name, row in rows.items() if row.needed_at is None or now - row.needed_at > ROUGHLY]:
        Domain.objects.filter(name__in=late).update(needed_at=now)
    return known


def remember(names: Collection[str], now: datetime) -> None:
    """These are needed, although nothing rests on them just now: `enforcement.sweep` goes on asking about them."""
    Domain.objects.bulk_create([Domain(name=name) for name in sorted(names)], ignore_conflicts=True)
    Domain.objects.filter(name__in=names).update(needed_at=now)


@transaction.atomic
def learn(heard: Mapping[str, Sequence[Answer]], now: datetime) -> dict[str, Standing]:
    """Stores what follows from the answers; what another process stored meanwhile is gone on from, not overwritten."""
    rows = _held(heard)
    if new := heard.keys() - rows.keys():
        wanted = [Domain(name=name, needed_at=now) for name in sorted(new)]
        Domain.objects.bulk_create(wanted, ignore_conflicts=True)
        rows |= _held(new)
    for name, row in rows.items():
        row.keep(follow(row.standing, heard[name], now))
    return {name: row.standing for name, row in rows.items()}


def _held(names: Collection[str]) -> dict[str, Domain]:
    """The rows, nobody else's until the transaction ends; everybody takes them in the same order."""
    return {row.name: row for row in Domain.objects.select_for_update().filter(name__in=names).order_by("name")}
