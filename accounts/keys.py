"""Changing the keys of the vault: every sealed text is sealed anew by the first key, row by row, while both keys are good.

`SEALED` is every column with sealed texts; a test asks that `docs/data.md` names no other. Stopping in the middle is harmless: the next
call goes on with what the first key has not sealed.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from accounts import audit, vault
from accounts.adapter import MFA_BINDING
from accounts.models import Chain, Connection, Deletion
from accounts.oauth.refresh import binding


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column, or a JSON column with sealed texts in it, and what a text in it is bound to."""

    model: type[Model]
    field: str
    bound_to: Callable[[Any], str]


SEALED = (
    Sealed(Connection, "grant", lambda row: binding(row, "grant")),
    Sealed(Connection, "access", lambda row: binding(row, "access")),
    Sealed(Chain, "key", audit.key_binding),
    Sealed(Deletion, "notify", lambda row: row.binding),
    Sealed(Authenticator, "data", lambda row: MFA_BINDING),
)


@dataclass(slots=True)
class Tally:
    """How many texts were sealed anew, wait for a refresh that is under way, or do not open."""

    sealed: int = 0
    busy: int = 0
    broken: int = 0


def by_key() -> Counter[str]:
    """How many sealed texts there are by the key that sealed them."""
    return Counter(
        vault.key_of(text) for column in SEALED for row in _rows(column) for text in _texts(getattr(row, column.field))
    )


def rotate(told: Callable[[str], None] = lambda line: None) -> Tally:
    """One pass over everything. What does not open stays as it is and is told by its row."""
    tally = Tally()
    for column in SEALED:
        for row in _rows(column):
            if any(vault.key_of(text) != vault.first_key() for text in _texts(getattr(row, column.field))):
                _renew(column, row.pk, tally, told)
    return tally


def _rows(column: Sealed) -> Iterator[Model]:
    yield from QuerySet(column.model).order_by("pk").iterator()


def _renew(column: Sealed, pk: Any, tally: Tally, told: Callable[[str], None]) -> None:
    with transaction.atomic():
        row: Any = QuerySet(column.model).select_for_update(no_key=True).filter(pk=pk).first()
        if row is None:
            return
        lease = getattr(row, "refresh_lease_until", None)
        if lease is not None and lease > timezone.now():
            # A refresh saves its result only over the grant that it was made from: that must not change under it.
            tally.busy += 1
            return
        try:
            value = _again(getattr(row, column.field), column.bound_to(row), tally)
        except vault.VaultError:
            tally.broken += 1
            told(f"{column.model.__name__} {pk}: {column.field} does not open with any key")
            return
        QuerySet(column.model).filter(pk=pk).update(**{column.field: value})


def _again(value: Any, bound_to: str, tally: Tally) -> Any:
    """The same value, each sealed text in it under the first key."""
    if isinstance(value, dict):
        return {name: _again(part, bound_to, tally) for name, part in value.items()}
    if isinstance(value, list):
        return [_again(part, bound_to, tally) for part in value]
    if not isinstance(value, str) or vault.key_of(value) in {"", vault.first_key()}:
        return value
    tally.sealed += 1
    return vault.seal(vault.open_sealed(value, bound_to=bound_to), bound_to=bound_to)


def _texts(value: Any) -> Iterator[str]:
    """The sealed texts in a column's value."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)
    elif isinstance(value, str) and vault.key_of(value):
        yield value
