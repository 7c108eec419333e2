"""What a row cannot hold, from a cloud that sends it all the same: it is left alone, and everything else is synced. On PostgreSQL, which minds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from accounts.models import Connection
from sync import calendars
from sync.core.event import Content
from sync.models import Calendar, Link, Run
from tests.engine.world import OPEN, World

NUL = "\x00"


@pytest.fixture
def world(postgres: None) -> Iterator[World]:
    with time_machine.travel(datetime.now(UTC).replace(microsecond=0), tick=False) as traveller:
        yield World(traveller)


@pytest.mark.parametrize("id", ["x" * 1025, f"nu{NUL}l", "ä" * 1025], ids=["long", "nul", "long letters"])
def test_an_event_with_an_impossible_id_keeps_no_other_from_being_synced(world, id):
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.pair(home, work, OPEN, OPEN)
    world.cloud.create(home.remote_id, world.content("Impossible"), id=id)
    world.event(home, "Lunch")
    world.sync()
    assert world.titles(work) == ["Lunch"]
    assert Calendar.objects.exclude(trouble="").count() == 0
    world.cloud.delete(home.remote_id, id)
    world.sync()
    assert not Run.objects.exclude(trouble="").exists()


@pytest.mark.parametrize("version", ["v" * 256, f"v{NUL}"], ids=["long", "nul"])
def test_an_impossible_version_in_an_answer_parks_one_event_and_the_others_go_on(world, version, monkeypatch):
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.pair(home, work)
    create = world.cloud.create

    def spoiled(calendar_id: str, content: Content, **facts: Any) -> str:
        made = create(calendar_id, content, **facts)
        if content.title == "Odd" and calendar_id == work.remote_id:
            events = world.cloud.shelves[calendar_id].events
            events[made] = replace(events[made], version=version)
        return made

    monkeypatch.setattr(world.cloud, "create", spoiled)
    world.event(home, "Odd")
    world.event(home, "Lunch", hours=30)
    world.sync()
    for _ in range(4):
        world.settle()
    assert sorted(world.titles(work)) == ["Lunch", "Odd"]
    assert sorted(Link.objects.values_list("state", flat=True)) == ["live", "parked"]
    assert not Run.objects.filter(trouble__startswith="internal").exists()


def test_impossible_names_of_calendars_are_cut_and_impossible_ids_left_out(world):
    home = world.calendar("alice@home.example")
    listed = world.cloud.shelves[home.remote_id].listed
    world.cloud.shelves[home.remote_id].listed = replace(
        listed, name=f"N{NUL}" + "n" * 300, owner="o" * 400, zone="z" * 99
    )
    world.cloud.calendar("alice@home.example", "No", id="i" * 600)
    world.cloud.calendar("alice@home.example", "No", id=f"i{NUL}")
    found = calendars.refresh(Connection.objects.get())
    assert [c.pk for c in found] == [home.pk]
    row = Calendar.objects.get()
    assert (row.name, len(row.owner), len(row.zone)) == ("N" + "n" * 254, 320, 64)
