"""The rows of the audit: one chain an account, and entries that are added and never changed. Written by `accounts.audit` alone."""

import uuid
from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models


class Chain(models.Model):
    """What an account's entries hang on. It outlives the account, and then belongs to nobody.

    `key` seals the personal parts of its entries, and is sealed by the vault itself; destroying it makes them unreadable and
    breaks nothing. `count` and `head`: number and hash of the last entry. `forgotten` and `base`: the same of the last one that
    went when its time was over. `stamp` vouches for these four with a key that is not in the database, so that neither a tail
    nor a beginning can be cut off unseen.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # NULL once the account is deleted.
    user = models.OneToOneField(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="chain")
    key = models.TextField(blank=True)
    count = models.BigIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)
    forgotten = models.BigIntegerField(default=0)
    base = models.CharField(max_length=64, blank=True)
    stamp = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"chain {self.public_id}"


class Entries(models.QuerySet["ChainEntry"]):
    """Entries can be added and read. The database refuses the rest too (the migration that made them)."""

    def update(self, **_: Any) -> NoReturn:
        raise TypeError("An entry of a chain is never changed.")

    def bulk_update(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("An entry of a chain is never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("An entry of a chain is never deleted; `accounts.audit.forget` lets old ones go.")

    def go(self) -> int:
        """Those whose time is over, after the chain has noted what it forgets."""
        gone, _ = super().delete()
        return gone


class ChainEntry(models.Model):
    """One thing that happened: `act` and `facts` say what, without saying who anybody is; who is in `sealed`.

    `hash` is over all of it and over the hash of the entry before.
    """

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="entries")
    number = models.BigIntegerField()
    at = models.DateTimeField()
    act = models.CharField(max_length=32)
    facts = models.JSONField(default=dict)
    sealed = models.TextField(blank=True)
    hash = models.CharField(max_length=64)

    objects: ClassVar[models.Manager["ChainEntry"]] = models.Manager.from_queryset(Entries)()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("chain", "number"), name="one_entry_per_number"),)
        indexes = (models.Index(fields=("at",), name="chain_entry_age"),)

    def __str__(self) -> str:
        return f"entry {self.number} of chain {self.chain_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("An entry of a chain is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("An entry of a chain is never deleted.")
