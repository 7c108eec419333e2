"""Keeps what is known of domains up to date: asks the resolvers when the last answer is too old, and stores what follows."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from policy import lookup
from policy.models import Domain
from policy.names import parents
from policy.standing import Answer, Standing, follow, wants_asking
from policy.verdict import NOTHING_KNOWN, Verdict, judge, strictest

Ask = Callable[[str], Sequence[Answer]]


def resolvers() -> list[lookup.Server]:
    return [lookup.Server.parse(text) for text in settings.RESOLVERS]


def ask_resolvers(domain: str) -> list[Answer]:
    return [heard.answer for heard in lookup.ask_all(domain, resolvers())]


def verdict(domains: Collection[str], now: datetime, ask: Ask = ask_resolvers) -> Verdict:
    """The strictest policy over `domains` (as `policy.names.domains_of` gives them); asks about what is older than a minute."""
    covering = {domain: parents(domain) for domain in sorted(domains)}
    known = up_to_date({*covering, *(above for names in covering.values() for above in names)}, now, ask)
    return strictest([judge(domain, above, known, now) for domain, above in covering.items()])


def up_to_date(names: Collection[str], now: datetime, ask: Ask = ask_resolvers) -> dict[str, Standing]:
    """What is known of each name, none of it older than `policy.standing.FRESH` while somebody answers."""
    known = {row.name: row.standing for row in Domain.objects.filter(name__in=names)}
    for name in sorted(names):
        if wants_asking(known.get(name, NOTHING_KNOWN), now):
            known[name] = learn(name, ask(name), now)
    return known


def learn(name: str, answers: Sequence[Answer], now: datetime) -> Standing:
    """Stores what follows from the answers; what another process stored meanwhile is gone on from, not overwritten."""
    with transaction.atomic():
        Domain.objects.get_or_create(name=name)
        row = Domain.objects.select_for_update().get(name=name)
        row.keep(follow(row.standing, answers, now))
    return row.standing
