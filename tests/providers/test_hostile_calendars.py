"""Calendars made to hurt whoever reads them: each costs little, stops only itself, and is never an error of ours."""

import time
from datetime import date
from functools import partial

import pytest

from hetk import feed
from hetk.feed import Credential, File
from sync.providers.base import Span
from sync.providers.errors import Unusable
from sync.providers.feed import mapping, provider
from sync.providers.icalendar import rules, series
from sync.providers.icalendar.effort import Effort, Exhausted
from sync.providers.icalendar.ics import Broken, parse_all
from sync.providers.icalendar.zones import known

SPAN = Span(date(2026, 11, 1), date(2027, 12, 1))
START = "DTSTART:20261110T100000Z"
# Of the processor; without bounds each of these takes hours or for ever.
SECONDS = 15.0


def calendar(*events: str, head: str = "") -> str:
    parts = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}{parts}END:VCALENDAR\n"


def told(text: str) -> int:
    """How many events are told of. Raises `Broken`."""
    began = time.thread_time()
    try:
        held = mapping.held(text, zone="Europe/Tallinn", steady=True)
        return sum(len(mapping.events(each, SPAN, ())[1]) for each in held.values())
    finally:
        assert time.thread_time() - began < SECONDS


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;COUNT=1000000000",
        "FREQ=SECONDLY;BYSETPOS=2",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=0;BYMONTHDAY=31",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;UNTIL=2026",
        f"FREQ=DAILY;BYHOUR={','.join(map(str, range(24)))};BYMINUTE={','.join(map(str, range(60)))}",
    ],
)
def test_a_rule_that_is_no_calendars_cannot_be_read(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series, "MOST", 1000)
    with pytest.raises(Broken):
        told(calendar(f"{START}\nRRULE:{rule}"))


def test_a_rule_that_begins_long_ago_and_never_gets_here_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "LIMIT", 1000)
    with pytest.raises(Broken):
        told(calendar("DTSTART:19700101T100000Z\nRRULE:FREQ=SECONDLY;BYSECOND=7;COUNT=1000000000"))


@pytest.mark.parametrize("frequency", ["SECONDLY", "DAILY", "YEARLY"])
def test_a_rule_that_no_day_matches_gives_its_beginning_alone(frequency: str) -> None:
    assert told(calendar(f"{START}\nRRULE:FREQ={frequency};BYMONTH=2;BYMONTHDAY=30")) == 1


def test_the_days_of_a_rule_are_those_of_its_own_century() -> None:
    leap = "DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY"
    assert told(calendar(leap)) == 0
    span = Span(date(2096, 1, 1), date(2105, 1, 1))
    (held,) = mapping.held(calendar(leap), zone="UTC", steady=True).values()
    # No leap year in 2100.
    assert [str(event.content.when.start) for event in mapping.events(held, span, ())[1]] == [
        "2096-02-29",
        "2104-02-29",
    ]


@pytest.mark.parametrize(
    "event",
    [
        "DTSTART;VALUE=DATE:99991231",
        "DTSTART;TZID=America/Los_Angeles:99991231T235959",
        "DTSTART;TZID=Asia/Tokyo:00010101T000000",
        f"{START}\nDTEND:99991109T100000Z\nRRULE:FREQ=DAILY",
        f"{START}\nDURATION:PT99999999999999999H",
        f"{START}\nDURATION:P99999999D",
        f"{START}\nDURATION:P{'9' * 5000}D",
        "DTSTART;TZID=America/New_York:20261110T100000\nRRULE:FREQ=DAILY;UNTIL=00010101T000000Z",
    ],
)
def test_a_time_out_of_reach_stops_only_its_own_event(event: str) -> None:
    with pytest.raises(Broken):
        told(calendar(event))


def test_a_series_that_is_changed_from_everywhere_on_cannot_be_read() -> None:
    onwards = "RECURRENCE-ID;RANGE=THISANDFUTURE"
    changes = [f"UID:a\n{START}\n{onwards}:20261110T{n // 60:02}{n % 60:02}00Z" for n in range(500)]
    with pytest.raises(Broken):
        told(calendar(f"UID:a\n{START}\nRRULE:FREQ=DAILY", *changes))


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=DAILY", "FREQ=YEARLY;INTERVAL=0;BYMONTH=3"])
def test_a_zone_with_a_rule_that_no_clock_has_is_not_known(rule: str) -> None:
    onset = "DTSTART:16010101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0900\nRRULE:"
    kinds = "".join(f"BEGIN:{kind}\n{onset}{rule}\nEND:{kind}\n" for kind in ("STANDARD", "DAYLIGHT"))
    zone = f"BEGIN:VTIMEZONE\nTZID:Mine\n{kinds}END:VTIMEZONE\n"
    text = calendar("DTSTART;TZID=Mine:20261110T100000", head=zone)
    assert told(text) == 1
    (held,) = mapping.held(text, zone="Europe/Tallinn", steady=True).values()
    (event,) = mapping.events(held, SPAN, ())[1]
    # By the calendar's own clock, as any zone that nobody knows.
    assert f"{event.content.when.start:%H:%M}" == "08:00"


def test_what_lies_too_deep_is_broken() -> None:
    with pytest.raises(Broken):
        parse_all(calendar(START, head="BEGIN:X\n" * 5000 + "END:X\n" * 5000))


def test_a_name_of_a_zone_without_an_end_is_nobodys() -> None:
    name = "a/" * 20_000
    assert known(name) == ""
    assert told(calendar(f"DTSTART;TZID={name}:20261110T100000", head=f"X-WR-TIMEZONE:{name}\n")) == 1


def test_an_organizer_of_colons_is_looked_through_at_once() -> None:
    began = time.thread_time()
    assert feed.organizers(f'ORGANIZER;{":" * 100_000} \nORGANIZER;CN="A: b":mailto:ann@club.example\n') == (
        "club.example",
    )
    assert time.thread_time() - began < SECONDS


def test_a_reading_costs_so_many_events_and_so_much_of_the_processor() -> None:
    now = [0.0]
    effort = Effort(most=5, seconds=2.0, clock=lambda: now[0])
    effort.told(5)
    with pytest.raises(Exhausted):
        effort.told(1)
    slow = Effort(most=5, seconds=2.0, clock=lambda: now[0])
    with slow.measured():
        now[0] += 1.5
    with pytest.raises(Exhausted), slow.measured():
        now[0] += 1.0


def test_a_feed_of_more_than_anybody_has_is_unusable_and_never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    text = calendar(*(f"UID:{n}\n{START}\nRRULE:FREQ=DAILY;COUNT=5" for n in range(3)))
    monkeypatch.setattr(feed, "fetch", lambda *_, **__: File(text=text))
    reader = provider.build(lambda **_: Credential(url="https://club.example/a.ics").encoded(), "club.example")
    assert sum(len(page.events) for page in reader.read(provider.CALENDAR, "", SPAN)) == 15
    monkeypatch.setattr(provider, "Effort", partial(Effort, most=14))
    with pytest.raises(Unusable) as caught:
        list(reader.read(provider.CALENDAR, "", SPAN))
    assert "larger than Hetk reads" in caught.value.message
