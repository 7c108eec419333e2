"""Rule 17 by the product's own way back: the consent screen, its callback, and what waited meanwhile."""

import pytest

from accounts import halts
from accounts.models import HaltCause
from sync.models import Calendar
from tests.accounts.browser import Browser
from tests.end_to_end.scene import OPEN, Scene

GOOGLE, MICROSOFT = "alice-gmail", "alice-northwind"


@pytest.mark.parametrize(("back", "other"), [(GOOGLE, MICROSOFT), (MICROSOFT, GOOGLE)])
def test_signing_in_again_catches_up_both_ways_without_anybody_ringing(scene: Scene, back: str, other: str) -> None:
    here, there = scene.account(back), scene.account(other)
    scene.pair(here, there, OPEN, OPEN)
    halts.halt(here.connection, HaltCause.REVOKED)
    scene.create(here, "Made there meanwhile")
    scene.create(there, "Made here meanwhile", hours=30)
    # Every bell of the time apart is lost, and no poll is near.
    scene.sync()
    Calendar.objects.filter(pk__in=(here.pk, there.pk)).update(due_at=None)
    assert scene.titles(there) == ["Made here meanwhile"]

    Browser(scene.user).through(f"/connections/{here.connection.public_id}/reconnect/", back)
    scene.drain()

    assert scene.titles(here) == scene.titles(there) == ["Made here meanwhile", "Made there meanwhile"]
