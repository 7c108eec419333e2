"""What the people of a history do with their pairs and accounts, and what befalls them and Hetk, noted in the book."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, ClassVar, Protocol

from policy.enforcement import domains as domains_of
from policy.record import Policy
from sync import pairs, restored
from sync.models import Brake, Calendar, FlowSettings, Link, Pair, ShowAsRule, Stray
from sync.store import due
from tests.engine.domains import Domains
from tests.engine.people import Nothing, People
from tests.engine.ways import WORDS, Way

SHAPES = ("pair", "pair", "star", "chain", "mesh")
# One more write of a copy that had so many today, and nobody writes it any more.
TIRED = 99


# Settings that are as they come in most flows, and what they may be in others.
RARE: dict[str, tuple[Any, ...]] = {
    "show_title": (False,), "show_description": (False,), "show_location": (False,), "show_guests": (False,),
    "template": ("[W] {title}", "{title} (w)"), "word": WORDS, "whole_days": ("free", "skip"), "unanswered": ("as_is", "skip"),
    "copy_free": (False,), "copy_declined": (True,), "copy_out_of_office": (False,), "copy_focus_time": (False,),
    "weekdays": ("12345", "67"), "only_words": ("secret", "3"), "not_words": ("4",),
}  # fmt: skip


class Backup(Protocol):
    """The whole database, kept and put back."""

    def take(self) -> bytes: ...

    def put_back(self, rows: bytes) -> None: ...


class Owners:
    """`look`: everybody's workers look now, in whatever weather there is. `back_up`: see `put_back`."""

    # As those of `People`.
    VERBS: ClassVar = {
        "set": 1.2, "pause": 0.4, "resume": 0.8, "end_and_remove": 0.3, "end_and_leave": 0.2, "pair": 0.8, "decide": 1,
        "lose_cursors": 0.2, "back_up": 0.8, "put_back": 0.4,
        "sync_now": 0.4, "revoke": 0.15, "lose_calendar": 0.2, "lose_links": 0.12, "fight": 0.35, "set_clock_back": 0.2,
    }  # fmt: skip
    # The same of their domains, where those are restless.
    WORDS: ClassVar = {"publish": 3, "withdraw": 1, "hush": 0.6}

    def __init__(
        self, people: People, rows: Sequence[Calendar], domains: Domains, look: Callable[[], None], backup: Backup
    ) -> None:
        self.world = people.world
        self.book = people.book
        self.people = people
        self.chance = people.chance
        self.rows = list(rows)
        self.domains = domains
        self.look = look
        self.backup = backup
        self.shape = self.chance.choice(SHAPES)
        self._kept: tuple[bytes, list[Way]] | None = None

    def begin(self) -> None:
        """The first pairs: one, several from one calendar, a chain or a mesh."""
        rows = self.rows
        joined = {
            "pair": [(rows[0], rows[1])],
            "star": [(rows[0], row) for row in rows[1:]],
            "chain": list(pairwise(rows)),
            "mesh": [(first, second) for n, first in enumerate(rows) for second in rows[n + 1 :]],
        }
        for first, second in joined[self.shape]:
            self._join(*self.chance.sample([first, second], 2))

    # With pairs.

    def pair(self) -> None:
        """Two calendars that are not in step yet are brought together, or are once more."""
        self._join(*self.chance.sample(self.rows, 2))

    def _join(self, first: Calendar, second: Calendar) -> None:
        ends = frozenset((first.remote_id, second.remote_id))
        together = {frozenset((way.source, way.target)) for way in self.book.ways if not way.ending}
        user = first.connection.user
        if len(ends) < 2 or ends in together or user != second.connection.user:
            return
        out, back = self._settings(), self._settings() if self.chance.random() < 0.65 else None
        try:
            made = pairs.create(user=user, first=first, second=second, out=out, back=back)
        except pairs.NotPossible:
            # The copies of an earlier pair are still being removed.
            return
        self._note(made, out, back)
        self.book.shaken(made.pk)

    def set(self) -> None:
        pair = self._pair()
        out, back = self._settings(), self._settings() if self.chance.random() < 0.65 else None
        pairs.edit(pair=pair, out=out, back=back)
        self.book.shaken(pair.pk)
        self._note(pair, out, back)

    def pause(self) -> None:
        pair = self._pair()
        pairs.pause(pair=pair)
        self._mark(pair.pk, paused=True)

    def resume(self) -> None:
        self.resume_pair(self._pair().pk)

    def resume_pair(self, number: int) -> None:
        for pair in Pair.objects.filter(pk=number):
            pairs.resume(pair=pair)
        self._mark(number, paused=False)

    def end_and_remove(self) -> None:
        pair = self._pair()
        self.book.shaken(pair.pk)
        pairs.end(pair=pair, remove_copies=True)
        self._mark(pair.pk, ending=True)

    def end_and_leave(self) -> None:
        pair = self._pair()
        number = pair.pk
        self.book.shaken(number)
        pairs.end(pair=pair, remove_copies=False)
        self.book.left |= {(way.source, way.target) for way in self.book.ways if way.pair == number}
        self.book.ways = [way for way in self.book.ways if way.pair != number]

    def sync_now(self) -> None:
        pairs.sync_now(pair=self._pair())

    def decide(self) -> None:
        """The word that a brake waits for, whichever."""
        for brake in Brake.objects.filter(decided_at=None).select_related("flow__pair__user", "flow__target"):
            self.answer(brake, self.chance.choice(["release", "release", "restore", "stop"]))

    def answer(self, brake: Brake, decision: str) -> None:
        if decision == Brake.Decision.RESTORE:
            held = Link.objects.filter(flow=brake.flow, state=Link.State.HELD).exclude(copy_seen=Link.GONE)
            self.book.kept |= set(held.values_list("copy_id", flat=True))
        pairs.decide(brake=brake, decision=decision, by=brake.flow.pair.user)
        if decision == Brake.Decision.STOP:
            self._mark(brake.flow.pair_id, paused=True)

    # With accounts, and with Hetk itself.

    def revoke(self) -> None:
        """An account takes its grant back; nobody tells Hetk."""
        self.world.cloud.sign_out(self.chance.choice(self.rows).connection.address)

    def lose_calendar(self) -> None:
        """A calendar is closed to everybody for a while."""
        self.world.cloud.close(self.chance.choice(self.people.calendars))

    def lose_links(self) -> None:
        """The link table is gone, and whoever runs Hetk has every calendar read again."""
        if not Link.objects.exists():
            raise Nothing
        Link.objects.all().delete()
        Stray.objects.all().delete()
        Calendar.objects.update(cursor="", full_read_at=None)
        due.ring(Calendar.objects.values_list("pk", flat=True), at=self.world.now)
        self.book.shaken_all()

    def lose_cursors(self) -> None:
        """A service forgets what it said of a calendar, and tells all of it again."""
        self.world.cloud.lose_cursors(self.chance.choice(self.people.calendars))

    def back_up(self) -> None:
        self._kept = self.backup.take(), list(self.book.ways)

    def put_back(self) -> None:
        """The database as it was a while ago takes the place of today's."""
        if self._kept is None:
            raise Nothing
        rows, ways = self._kept
        self.backup.put_back(rows)
        pause = self.chance.random() < 0.3
        restored.begin_anew(self.world.now, pause=pause)
        resting = {way.pair for way in ways if pause and not way.ending}
        self.book.go_back([replace(way, paused=way.paused or way.pair in resting) for way in ways])

    def fight(self) -> None:
        """Something writes an event again and again, and a long day of it is behind everybody."""
        links = Link.objects.filter(state=Link.State.LIVE, origin_id__in=[o.id for o, _ in self.book.live()])
        link = links.select_related("flow__source").order_by("pk").first()
        if link is None:
            raise Nothing
        links.filter(pk=link.pk).update(churn=TIRED, churn_day=self.world.now.date())
        origin = self.book.origins[link.flow.source.remote_id, link.origin_id]
        for number in range(4):
            self.people.change(origin, {"title": f"round {number} of {self.people.secret()}"})
            self.world.ring()
            self.look()

    def set_clock_back(self) -> None:
        self.world.wait(seconds=-self.chance.randint(1, 400))

    # How they choose.

    def _note(self, pair: Pair, out: FlowSettings, back: FlowSettings | None) -> None:
        """The ways of this pair as they are now; a direction that was switched off is ending."""
        number, first, second = pair.pk, pair.first, pair.second
        paused = any(way.paused for way in self.book.ways if way.pair == number)
        old = [w for w in self.book.ways if w.pair == number and w.source == second.remote_id and back is None]
        self.book.ways = [way for way in self.book.ways if way.pair != number]
        for source, target, settings in ((first, second, out), (second, first, back)):
            if settings:
                self.book.ways.append(
                    self._way(pair, source, target, settings, two_way=back is not None, paused=paused)
                )
        self.book.left -= {(way.source, way.target) for way in self.book.ways}
        self.book.ways += [replace(way, ending=True, two_way=False) for way in old]

    def _way(self, pair: Pair, source: Calendar, target: Calendar, settings: FlowSettings, **more: bool) -> Way:
        return Way(
            pair=pair.pk,
            source=source.remote_id,
            target=target.remote_id,
            settings=settings,
            identity=source.identity,
            address=target.address,
            source_domains=domains_of(source),
            target_domains=domains_of(target),
            **more,
        )

    # With their domains.

    def publish(self) -> None:
        """A domain makes everything private."""
        self._speak(Policy.PRIVATE)

    def withdraw(self) -> None:
        """A domain says that it has no policy, or just takes its record away."""
        self._speak(self.chance.choice([Policy.NONE, Policy.NONE, None]))

    def hush(self) -> None:
        """A domain answers nobody any more."""
        self.domains.hush(self._domain())
        self.book.shaken_all()

    def _speak(self, policy: Policy | None) -> None:
        self.domains.publish(self._domain(), policy)
        self.book.shaken_all()

    def _domain(self) -> str:
        return self.chance.choice(self.domains.names)

    def _mark(self, pair: int, **changes: Any) -> None:
        self.book.ways = [replace(way, **changes) if way.pair == pair else way for way in self.book.ways]

    def _pair(self) -> Pair:
        alive = Pair.objects.filter(ending_at=None).order_by("pk")
        found = list(alive.select_related("first__connection", "second__connection"))
        if not found:
            raise Nothing
        return self.chance.choice(found)

    def _settings(self) -> FlowSettings:
        show_as = self.chance.choice([*["keep"] * 4, *ShowAsRule.values])
        rare = self.chance.sample(sorted(RARE), self.chance.choice([0, 0, 1, 2, 3]))
        asked = {name: self.chance.choice(RARE[name]) for name in rare}
        return FlowSettings(private=self.chance.random() < 0.35, show_as=show_as, **asked)
