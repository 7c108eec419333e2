"""The words of a dry run: one sentence for each calendar, and a list by day of which nothing is lost between two pages."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from sync import byday
from sync.byday import CROWDED, PAGE, Listing
from sync.core.event import AllDay, Content, Event, Timed, When
from sync.core.operation import Reason
from sync.engine.foresee import Prospect
from sync.engine.preview import Fate, FlowPreview, Line, Preview
from sync.models import Flow, Link, Pair
from sync.store.work import Task
from sync.views import counting

TODAY = timezone.localdate()
ALL = frozenset(Fate)


@pytest.fixture
def flow(alice) -> Flow:
    return Flow(pair=Pair(first=alice.work, second=alice.home), source=alice.work, target=alice.home)


def line(flow: Flow, when: When, fate: Fate = Fate.CREATE, *, own: str = "Dentist", seen: str = "Busy") -> Line:
    event = Event(id="1", version="1", content=Content(title=own, when=when))
    link = Link(starts_at=timezone.now(), ends_at=timezone.now())
    return Line(fate, Reason.NEW, Prospect(Task(link, flow), event, None, ()), seen)


def at(days: int, hour: int = 9, hours: float = 1) -> Timed:
    start = datetime(TODAY.year, TODAY.month, TODAY.day, hour, tzinfo=UTC) + timedelta(days=days)
    return Timed(start, start + timedelta(hours=hours))


def preview(flow: Flow, lines: Sequence[Line]) -> Preview:
    return Preview([FlowPreview(flow.source, flow.target, lines=list(lines))])


def pages(found: Preview) -> list[Listing]:
    """From the earliest day on, as somebody who presses the button below each page."""
    walked = [byday.listing(found, ALL, date.min)]
    while walked[-1].later:
        walked.append(byday.listing(found, ALL, walked[-1].later))
    return walked


def test_pages_follow_each_other_without_losing_or_doubling_a_day(flow):
    found = preview(flow, [line(flow, at(day)) for day in range(-40, 60) for _ in range(1 + day % 3)])
    walked = pages(found)
    assert len(walked) > 4
    shown = [day.date for page in walked for day in page.days]
    assert shown == [TODAY + timedelta(days=day) for day in range(-40, 60)]
    assert all(sum(len(day.entries) for day in page.days) <= PAGE for page in walked)
    assert [page.later_days for page in walked] == [100 - done for done in _running(walked)]
    back = byday.listing(found, ALL, walked[2].earlier)
    assert back.later == walked[2].days[0].date
    assert walked[0].earlier is None


def _running(walked: list[Listing]) -> list[int]:
    return [sum(len(page.days) for page in walked[: number + 1]) for number in range(len(walked))]


def test_the_first_page_begins_today_or_with_the_last_day_there_is(flow):
    ahead = byday.listing(preview(flow, [line(flow, at(day)) for day in (-9, 3, 8)]), ALL, None)
    assert [day.date for day in ahead.days] == [TODAY + timedelta(days=3), TODAY + timedelta(days=8)]
    assert ahead.earlier_days == 1
    behind = byday.listing(preview(flow, [line(flow, at(day)) for day in (-9, -5)]), ALL, None)
    assert [day.date for day in behind.days] == [TODAY + timedelta(days=-5)]
    assert byday.listing(preview(flow, []), ALL, None) == Listing([])


def test_a_crowded_day_says_how_many_more_there_are(flow):
    (day,) = byday.listing(preview(flow, [line(flow, at(1)) for _ in range(CROWDED + 7)]), ALL, None).days
    assert (len(day.entries), day.more) == (CROWDED, 7)


def test_an_entry_says_when_what_others_see_and_of_which_event(flow):
    when = AllDay(TODAY + timedelta(days=2), TODAY + timedelta(days=5))
    lines = [line(flow, at(1)), line(flow, at(1, 22, 4)), line(flow, when), line(flow, at(1), own="Same", seen="Same")]
    first, second = byday.listing(preview(flow, lines), ALL, None).days
    assert [(entry.title, entry.own) for entry in first.entries] == [
        ("Busy", "Dentist"),
        ("Same", ""),
        ("Busy", "Dentist"),
    ]
    assert first.entries[0].when == "09:00–10:00"
    assert first.entries[2].when.startswith("22:00 – ")
    assert second.entries[0].when.startswith("All day, until ")
    assert (first.entries[0].what, first.entries[0].why) == ("Copied to Home", "it is new in the original calendar.")


@pytest.mark.parametrize("fate", list(Fate))
def test_every_fate_has_its_words_and_its_sign(flow, fate):
    found = byday.entry(line(flow, at(1), fate), TODAY)
    assert found.what.count("Home") + found.what.count("Work") >= 1
    assert found.icon.startswith("icons/")


def test_a_change_is_told_in_one_sentence_for_each_calendar(flow):
    numbers = {Fate.UPDATE: 38, Fate.REMOVE: 4, Fate.STAY: 250}
    told = FlowPreview(flow.source, flow.target, creates=12)
    told.lines = [line(flow, at(1), fate) for fate, number in numbers.items() for _ in range(number)]
    assert counting.change(told) == "In Home, 38 copies are rewritten, 4 are removed, 12 are made and 250 stay."
    told.lines, told.creates = [line(flow, at(1), Fate.STAY)], 0
    assert counting.change(told) == "In Home, nothing changes: 1 copy stays as it is."
    told.lines = []
    assert counting.change(told) == "In Home, nothing changes."
    told.lines, told.ending = [line(flow, at(1), Fate.REMOVE)], True
    assert counting.change(told) == (
        "In Home, 1 copy is removed. No original is touched, and nothing more is copied from Work."
    )


def test_deletions_that_would_be_held_are_told_apart_from_those_that_are_done(flow):
    told = FlowPreview(flow.source, flow.target)
    told.lines = [line(flow, at(1), Fate.HOLD) for _ in range(12)]
    assert counting.change(told) == "In Home, nothing changes."
    assert counting.hold(told) == "In Home, 12 copies would be removed and wait for your word."
