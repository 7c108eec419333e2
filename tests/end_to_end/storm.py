"""Real processes in a storm: several workers of which one is killed every few seconds, clouds with faults, people who go on working."""

import random
import signal
import subprocess
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

from sync import pairs
from sync.models import Brake, Calendar, Run
from tests.end_to_end.scene import OPEN, Scene
from tests.outside import SandboxError
from tests.processes import start_worker

WORKERS = 3
PAIRS = (("alice-northwind", "alice-gmail"), ("alice-contoso", "alice-outlook"))
HOSTS = ("graph.microsoft.com", "www.googleapis.com")
# Answers that get lost on the way, refusals, slowness.
FAULTS = ({"lost": True}, {"drop": True}, {"status": 503}, {"status": 500}, {"status": 429}, {"latency": 0.5})


@dataclass
class Figures:
    kills: int = 0
    acts: int = 0
    events: int = 0
    copies: int = 0
    lost: int = 0
    doubled: int = 0
    drained: float | None = None

    @property
    def good(self) -> bool:
        return not self.lost and not self.doubled and self.drained is not None and self.copies == self.events

    def __str__(self) -> str:
        ended = "not drained" if self.drained is None else f"backlog drained in {self.drained:.0f} s"
        return (
            f"kills: {self.kills} acts: {self.acts} events: {self.events} copies: {self.copies} "
            f"lost: {self.lost} doubled: {self.doubled} {ended}"
        )


@dataclass
class Storm:
    """`every`: seconds between two kills."""

    scene: Scene
    seed: int
    every: float
    figures: Figures = field(default_factory=Figures)
    # What people have in each calendar: event id -> title.
    book: dict[int, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.sides = [tuple(self.scene.account(person) for person in pair) for pair in PAIRS]
        self.book = {side.pk: {} for pair in self.sides for side in pair}
        for first, second in self.sides:
            self.scene.pair(first, second, OPEN, OPEN)
        self.workers: list[subprocess.Popen[bytes]] = []

    def rage(self, seconds: float) -> None:
        """People work, faults rain, workers die and are replaced, for that long."""
        sandbox = self.scene.sandbox
        self.workers = [start_worker(sandbox) for _ in range(WORKERS)]
        ends, next_kill = time.monotonic() + seconds, time.monotonic() + self.every
        while time.monotonic() < ends:
            self._act()
            if self.chance.random() < 0.1:
                sandbox.faults(self.chance.choice(HOSTS), ".*/(events|batch|\\$batch).*", **self.chance.choice(FAULTS))
            if time.monotonic() >= next_kill:
                self._kill()
                next_kill += self.every
            time.sleep(self.chance.uniform(0.05, 0.4))
        self._kill()
        sandbox.clear_faults()

    def calm(self, patience: float, *, hurry: bool) -> Figures:
        """Wait until both sides of every pair agree. `hurry`: as if the leases of the dead had run out already."""
        began = time.monotonic()
        if hurry:
            self.scene.let_pauses_end()
        while time.monotonic() - began < patience:
            self._answer()
            self._compare()
            if self.figures.copies == self.figures.events and not self.figures.lost and self._settled():
                self.figures.drained = time.monotonic() - began
                break
            time.sleep(0.5)
        self.stop()
        self._compare()
        return self.figures

    def stop(self) -> None:
        for worker in self.workers:
            worker.send_signal(signal.SIGTERM)
        for worker in self.workers:
            with suppress(subprocess.TimeoutExpired):
                worker.wait(30)
            worker.kill()
            worker.wait()
        self.workers = []

    def defects(self) -> list[str]:
        """What a worker has told of errors of our own."""
        return list(Run.objects.filter(trouble__startswith="internal").values_list("trouble", flat=True))

    def _act(self) -> None:
        """One thing that a person does by hand, with an event of their own."""
        side = self.chance.choice([side for pair in self.sides for side in pair])
        mine = self.book[side.pk]
        self.figures.acts += 1
        what = self.chance.random()
        if what < 0.6 or not mine:
            title = f"Event {self.figures.acts}"
            mine[self.scene.create(side, title, hours=self.chance.randint(24, 2000))] = title
            return
        id = self.chance.choice(list(mine))
        # A fault that was meant for Hetk may strike a person's own hand.
        with suppress(SandboxError):
            if what < 0.85:
                title = f"Event {self.figures.acts}"
                self.scene.hand(side, "edit", id=id, title=title)
                mine[id] = title
            else:
                self.scene.hand(side, "delete", id=id)
                del mine[id]

    def _kill(self) -> None:
        victim = self.workers.pop(self.chance.randrange(len(self.workers)))
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        self.figures.kills += 1
        self.workers.append(start_worker(self.scene.sandbox))

    def _answer(self) -> None:
        """What people deleted while a lease held everything up is asked about when it is many: they meant it."""
        for brake in Brake.objects.filter(decided_at=None):
            pairs.decide(brake=brake, decision=Brake.Decision.RELEASE, by=self.scene.user)

    def _settled(self) -> bool:
        return not Calendar.objects.filter(lease_until__isnull=False).exists()

    def _compare(self) -> None:
        """Every event of a person stands where it was made, and once on the other side."""
        figures = self.figures
        figures.events = sum(len(mine) for mine in self.book.values())
        figures.copies = figures.lost = figures.doubled = 0
        for pair in self.sides:
            shown = {side.pk: self.scene.events(side) for side in pair}
            for here, there in (pair, pair[::-1]):
                wanted = Counter(self.book[here.pk].values())
                own = Counter(event["title"] for event in shown[here.pk] if not event["is_copy"])
                copies = Counter(event["title"] for event in shown[there.pk] if event["is_copy"])
                figures.lost += (wanted - own).total() + (wanted - copies).total()
                figures.doubled += (own - wanted).total() + (copies - wanted).total()
                figures.copies += copies.total()
