"""Keeps what is known of domains up to date: asks the resolvers when the last answer is too old, and stores what follows."""

from collections.abc import Callable, Collection, Sequence
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
    covering = {domain: parents(domain) for domain in sorted(domains)}
    known = up_to_date({*covering, *(above for names in covering.values() for above in names)}, now)
    return strictest([judge(domain, above, known, now) for domain, above in covering.items()])


def up_to_date(names: Collection[str], now: datetime) -> dict[str, Standing]:
    """What is known of each name, none of it older than `policy.standing.FRESH` while somebody answers."""
    rows = {row.name: row for row in Domain.objects.filter(name__in=names)} if names else {}
    known = {name: row.standing for name, row in rows.items()}
    for name in sorted(names):
        if wants_asking(known.get(name, NOTHING_KNOWN), now):
            known[name] = learn(name, ask(name), now)
    if late := [name for name, row in rows.items() if row.needed_at is None or now - row.needed_at > ROUGHLY]:
        Domain.objects.filter(name__in=late).update(needed_at=now)
    return known


def learn(name: str, answers: Sequence[Answer], now: datetime) -> Standing:
    """Stores what follows from the answers; what another process stored meanwhile is gone on from, not overwritten."""
    with transaction.atomic():
        Domain.objects.get_or_create(name=name, defaults={"needed_at": now})
        row = Domain.objects.select_for_update().get(name=name)
        row.keep(follow(row.standing, answers, now))
    return row.standing
