"""The in-memory provider keeps the contract, in both of its manners, and does what only it can do."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sync.core.event import AllDay, Attendee, Content, Sensitivity, ShowAs, Timed, When
from sync.providers import registry
from sync.providers.base import Page
from sync.providers.errors import ComeBack, Unknown
from sync.providers.memory import (
    LIKE_CALDAV,
    LIKE_GOOGLE,
    LIKE_MICROSOFT,
    Call,
    Manner,
    MemoryCloud,
    MemoryProvider,
    use,
)
from sync.providers.memory_cloud import Stage
from tests.providers.contract import ProviderContract
from tests.providers.promises.outside import SPAN, insert, timed

OWNER = "alice@memory.example"


class MemoryOutside:
    def __init__(self, manner: Manner) -> None:
        self.cloud = MemoryCloud(lambda: datetime.now(UTC), page_size=2500)
        self.cloud.account(OWNER, manner)
        self.calendar = self.cloud.calendar(OWNER, "Calendar", primary=True)
        self.provider = MemoryProvider(self.cloud, OWNER)
        self.marks_in_delta = manner.marks_in_delta
        self.series_rebuilt = manner.series_rebuilt
        self.keys_stay_taken = not manner.names_return
        self.zones_kept = self.found_by_key = self.exact_pauses = True
        self.ids_return = False

    def create(self, title: str, when: When, **fields: Any) -> str:
        rrule = fields.pop("rrule", "")
        fields.pop("zone", None)
        guests = tuple(Attendee(address=address) for address in fields.pop("attendees", ()))
        content = Content(
            title=title,
            when=when,
            show_as=ShowAs(fields.pop("show_as", "busy")),
            sensitivity=Sensitivity(fields.pop("sensitivity", "normal")),
            **fields,
        )
        facts: dict[str, Any] = {"attendees": guests, "organizer": OWNER}
        if not rrule:
            return self.cloud.create(self.calendar, content, **facts)
        count = int(rrule.rpartition("COUNT=")[2])
        whens = [_shifted(when, timedelta(days=n)) for n in range(count)]
        return self.cloud.series(self.calendar, content, whens, **facts)[0]

    def occurrences(self, master: str) -> list[str]:
        return [event.id for event in self.cloud.events(self.calendar) if event.series_id == master]

    def edit(self, id: str, **changes: Any) -> None:
        self.cloud.edit(self.calendar, id, **changes)

    def move(self, id: str, when: When) -> None:
        self.cloud.move(self.calendar, id, when)

    def delete(self, id: str) -> None:
        self.cloud.delete(self.calendar, id)

    def small_pages(self) -> None:
        self.cloud.page_size = 10

    def lose_cursor(self) -> None:
        self.cloud.lose_cursors(self.calendar)

    def close(self) -> None:
        self.cloud.close(self.calendar)

    def sign_out(self) -> None:
        self.cloud.sign_out(OWNER)

    def throttle_second_item(self, after: float) -> None:
        self._once(
            lambda call: call.name == "insert" and call.subject.key.endswith("2"), "before", ComeBack("", after=after)
        )

    def throttle(self, after: float) -> None:
        self._once(lambda call: call.requests == 1, "before", ComeBack("slow down", after=after, status=429))

    def lose_answer(self) -> None:
        self._once(lambda call: call.name == "write", "after", Unknown("the answer was lost"))

    def _once(self, chosen: Any, when: Stage, error: Exception) -> None:
        def fault(call: Call, stage: Stage) -> None:
            if stage == when and chosen(call):
                self.cloud.fault = None
                raise error

        self.cloud.fault = fault

    def invitations(self) -> Sequence[object]:
        return [event for event in self.cloud.copies(self.calendar) if event.attendees]

    def bells(self, secret: str) -> int:
        return sum(bell.secret == secret for bell in self.cloud.bells)

    def requests(self) -> int:
        return self.cloud.requests()


def _shifted(when: When, by: timedelta) -> When:
    if isinstance(when, Timed):
        return Timed(when.start + by, when.end + by, when.zone)
    return AllDay(when.start + by, when.end + by)


class TestMemoryLikeGoogle(ProviderContract):
    @pytest.fixture(autouse=True)
    def _outside(self) -> None:
        self.outside = MemoryOutside(LIKE_GOOGLE)


class TestMemoryLikeMicrosoft(ProviderContract):
    @pytest.fixture(autouse=True)
    def _outside(self) -> None:
        self.outside = MemoryOutside(LIKE_MICROSOFT)


class TestMemoryLikeCalDav(ProviderContract):
    @pytest.fixture(autouse=True)
    def _outside(self) -> None:
        self.outside = MemoryOutside(LIKE_CALDAV)


def test_the_registry_builds_a_memory_provider_for_the_cloud_in_use() -> None:
    cloud = use(MemoryCloud(lambda: datetime.now(UTC)))
    calendar = cloud.calendar(OWNER, "Calendar", primary=True)
    provider = registry.build("memory", lambda *, renew=False: "token", OWNER)
    assert [found.id for found in provider.calendars()] == [calendar]


def test_an_unknown_kind_has_no_builder() -> None:
    with pytest.raises(KeyError):
        registry.builder("carrier-pigeon")


def test_after_a_throttled_batch_the_next_is_not_sent() -> None:
    outside = MemoryOutside(LIKE_MICROSOFT)
    outside.throttle(after=3.0)
    answers = list(outside.provider.write(outside.calendar, [insert(n) for n in range(25)]))
    assert [type(answer.error) for answer in answers] == [ComeBack] * 25
    assert outside.cloud.requests("write") == 1
    assert not outside.cloud.events(outside.calendar)


def test_a_reading_that_breaks_off_has_given_no_cursor() -> None:
    outside = MemoryOutside(LIKE_GOOGLE)
    for n in range(25):
        outside.create(f"Event {n}", timed(9, day=n))
    outside.small_pages()
    outside._once(lambda call: call.name == "read" and call.subject == 2, "before", ComeBack("overloaded"))
    pages: list[Page] = []
    with pytest.raises(ComeBack):
        pages.extend(outside.provider.read(outside.calendar, "", SPAN))
    assert [page.cursor for page in pages] == [""]


def test_calls_are_counted_by_name_and_by_calendar() -> None:
    outside = MemoryOutside(LIKE_GOOGLE)
    list(outside.provider.write(outside.calendar, [insert(1), insert(2)]))
    assert outside.cloud.requests() == outside.cloud.requests("write", outside.calendar) == 1
    assert [call.name for call in outside.cloud.writes()] == ["insert", "insert"]
    assert outside.cloud.requests(calendar_id="another") == 0
