"""What happens to notifications on their way, chosen by a seed: lost, doubled, out of order, an hour late, forged, too early."""

import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from sync.core.event import Event
from sync.engine.pool import drain
from sync.models import Calendar, Watch
from sync.providers.memory_cloud import Bell
from tests.engine.world import World

# The promise: whatever becomes of its bell, a change has arrived after this long.
PROMISED = timedelta(minutes=15)
LOST = 0.3
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Letter:
    """A notification under way: to which watch, with what secret, when it arrives."""

    address: str
    secret: str
    at: datetime


class PostOffice:
    """Delivers what the cloud's watches send, as Graph or Google words it."""

    def __init__(self, world: World, chance: random.Random, kind: str) -> None:
        self.world = world
        self.chance = chance
        self.kind = kind
        self.letters: list[Letter] = []
        self.client = Client()
        self._seen = len(world.cloud.bells)

    def collect(self) -> None:
        """The bells that rang since: each gets its fate."""
        bells = self.world.cloud.bells[self._seen :]
        self._seen = len(self.world.cloud.bells)
        for bell in bells:
            if self.chance.random() < LOST:
                continue
            copies = 10 if self.chance.random() < 0.3 else 1
            late = HOUR if self.chance.random() < 0.2 else timedelta(seconds=self.chance.randint(0, 20))
            self.letters += [self._letter(bell, late)] * copies
            if self.chance.random() < 0.2:
                self.letters.append(Letter(bell.address, self.chance.choice(["", "0" * 64]), self.world.now))

    def ignore(self) -> None:
        """These bells rang before; see `ring_early`."""
        self._seen = len(self.world.cloud.bells)

    def ring_early(self, calendar: Calendar) -> None:
        """The bell of a change that no reading shows yet."""
        for watch in self.world.cloud.watches.values():
            if watch.calendar_id == calendar.remote_id:
                assert self.post(watch.address, watch.secret) == 202

    def deliver(self) -> None:
        """Everything that has arrived by now, the latest sent first."""
        arrived = [letter for letter in self.letters if letter.at <= self.world.now]
        self.letters = [letter for letter in self.letters if letter.at > self.world.now]
        for letter in reversed(arrived):
            # A watch that was replaced is not known any more.
            genuine = len(letter.secret) == 64 and letter.secret != "0" * 64 and _known(letter.address)
            assert self.post(letter.address, letter.secret) == (202 if genuine else 404)

    def post(self, address: str, secret: str) -> int:
        public_id = address.rstrip("/").rsplit("/", 1)[1]
        answer: Any
        if self.kind == "google":
            headers = {"X-Goog-Channel-Token": secret, "X-Goog-Resource-State": "exists", "X-Goog-Message-Number": "7"}
            answer = self.client.post(f"/hooks/google/{public_id}/", headers=headers)
        else:
            body = json.dumps({"value": [{"clientState": secret, "changeType": "updated"}]})
            answer = self.client.post(f"/hooks/microsoft/{public_id}/", body, content_type="application/json")
        return int(answer.status_code)

    def work(self) -> int:
        """Cycles run until nothing is due for the moment; how many there were."""
        return drain(clock=lambda: self.world.now, sleep=lambda seconds: self.world.wait(seconds=seconds))

    def _letter(self, bell: Bell, late: timedelta) -> Letter:
        return Letter(bell.address, bell.secret, self.world.now + late)


def _known(address: str) -> bool:
    return Watch.objects.filter(public_id=address.rstrip("/").rsplit("/", 1)[1]).exists()


class Story:
    """People change events of a two-way pair while the post office does its worst; `violations` says what went wrong."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.chance = random.Random(seed)
        self.office = PostOffice(world, self.chance, self.chance.choice(["google", "microsoft"]))
        self.sides = list(Calendar.objects.select_related("connection").order_by("pk"))
        self.number = 0
        self.violations: list[str] = []

    def play(self) -> list[str]:
        for _ in range(self.chance.randint(3, 7)):
            side = self.chance.choice(self.sides)
            early = self.chance.random() < 0.25
            if early:
                self.office.collect()
                self.office.ring_early(side)
                self.office.work()
            for _ in range(self.chance.choice([1, 1, 2, 5])):
                self._change(side)
            if early:
                self.office.ignore()
            self._pass_time(timedelta(seconds=self.chance.choice([1, 20, 90, 600])))
        self._pass_time(PROMISED)
        self._compare("after the time that is promised")
        self._pass_time(HOUR)
        self.world.forget_calls()
        self._pass_time(timedelta(minutes=20))
        self.violations += [f"wrote in peace: {call.name}" for call in self.world.writes()]
        self._compare("at the end")
        return self.violations

    def _pass_time(self, span: timedelta) -> None:
        ends = self.world.now + span
        while self.world.now < ends:
            self.office.collect()
            self.office.deliver()
            waiting = Calendar.objects.filter(due_at__lte=self.world.now).count()
            if waiting > len(self.sides):
                self.violations.append(f"{waiting} wait in the queue")
            self.office.work()
            self.world.wait(seconds=max(1.0, (self._next(ends) - self.world.now).total_seconds()))
        self.office.work()

    def _next(self, ends: datetime) -> datetime:
        """When something arrives or becomes due, whichever is first."""
        due = Calendar.objects.filter(due_at__gt=self.world.now).values_list("due_at", flat=True)
        return min([ends, *(letter.at for letter in self.office.letters), *(at for at in due if at)])

    def _change(self, side: Calendar) -> None:
        self.number += 1
        title, own = f"Title {self.number}", [event for event in self.world.events(side) if not event.mark]
        what = self.chance.random()
        if what < 0.5 or not own:
            self.world.event(side, title, hours=self.chance.randint(20, 900))
        elif what < 0.85:
            self.world.cloud.edit(side.remote_id, self.chance.choice(own).id, title=title)
        else:
            self.world.cloud.delete(side.remote_id, self.chance.choice(own).id)

    def _compare(self, when: str) -> None:
        for here, there in (self.sides, self.sides[::-1]):
            origins = sorted(_said(event) for event in self.world.events(here) if not event.mark)
            copies = sorted(_said(event) for event in self.world.copies(there))
            if origins != copies:
                self.violations.append(f"{when}: {origins} are copied as {copies}")


def _said(event: Event) -> str:
    return event.content.title
