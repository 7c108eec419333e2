"""The way of notifications from the cloud to Hetk, as bad as it is in life (rule 16)."""

import random

from sync.models import Watch
from sync.providers.memory import MemoryCloud
from sync.store import due

MANNERS = ("prompt", "prompt", "hostile", "missing")


class Bells:
    """prompt: each rings once. hostile: lost, doubled, late, in any order. missing: none ever arrives, polls alone find what changed."""

    def __init__(self, cloud: MemoryCloud, chance: random.Random) -> None:
        self.manner = chance.choice(MANNERS)
        self._cloud = cloud
        self._chance = chance
        self._late: list[str] = []

    def ring(self) -> None:
        """Whatever was notified since the last time arrives, or does not."""
        sent = [bell.watch_id for bell in self._cloud.bells]
        self._cloud.bells.clear()
        arrived = self._arrived(sent)
        found = (
            dict(Watch.objects.filter(remote_id__in=arrived).values_list("remote_id", "calendar_id")) if arrived else {}
        )
        if found:
            due.ring([found[id] for id in arrived if id in found])

    def _arrived(self, sent: list[str]) -> list[str]:
        if self.manner == "missing":
            return []
        if self.manner == "prompt":
            return list(dict.fromkeys(sent))
        mixed = [*self._late, *sent, *sent]
        self._chance.shuffle(mixed)
        fates = self._chance.choices(["arrives", "late", "lost"], [4, 2, 3], k=len(mixed))
        self._late = [id for id, fate in zip(mixed, fates, strict=True) if fate == "late"]
        return [id for id, fate in zip(mixed, fates, strict=True) if fate == "arrives"]
