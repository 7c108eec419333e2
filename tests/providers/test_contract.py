"""The tools of the contract are right themselves."""

import dataclasses

from sync.core.event import Content, Event
from sync.providers.base import Page
from tests.providers.promises.outside import (
    Reading,
    timed,
)


def test_readings_are_put_together_last_wins() -> None:
    old = Event(id="1", version="a", content=Content(title="Old", when=timed(9)))
    new = dataclasses.replace(old, version="b")
    reading = Reading([Page(events=[old]), Page(events=[new], cursor="c")])
    assert reading.events == {"1": new}
    assert reading.cursor == "c"
