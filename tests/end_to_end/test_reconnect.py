"""Rule 17 by the product's own way back: the consent screen, its callback, and what waited meanwhile."""

import pytest

from accounts import halts
from accounts.models import HaltCause
from sync.models import Calendar
from tests.accounts.browser import Browser, answer, query_of
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


# What the organization's new policy looks like: Graph no longer takes the token, or Entra refuses to renew it.
POLICIES = [({"graph": True}, "challenge"), ({"number": 53003}, "challenge"), ({"number": 50076}, "challenge")]


@pytest.mark.parametrize(("policy", "cause"), POLICIES, ids=str)
def test_a_new_policy_halts_once_and_the_way_back_carries_its_challenge(
    scene: Scene, policy: dict[str, object], cause: str
) -> None:
    work, home = scene.account(MICROSOFT), scene.account(GOOGLE)
    scene.pair(work, home, OPEN, OPEN)
    scene.sandbox.call("POST", "challenge", {"person": MICROSOFT, **policy})
    if "number" in policy:
        scene.sandbox.expire_access(MICROSOFT)
    scene.create(work, "Made at work meanwhile")
    scene.create(home, "Made at home meanwhile", hours=30)

    scene.sync()
    scene.sync()

    work.connection.refresh_from_db()
    assert work.connection.halt_cause == cause
    assert "polids" in work.connection.halt_claims
    browser = Browser(scene.user)
    for page in ("/dashboard/", "/connections/"):
        assert "Reconnect" in browser.get(page).content.decode()
    screen = browser.start(f"/connections/{work.connection.public_id}/reconnect/")
    assert "polids" in query_of(screen)["claims"]
    browser.come_back(answer(screen, MICROSOFT))
    scene.drain()
    assert scene.titles(home) == scene.titles(work) == ["Made at home meanwhile", "Made at work meanwhile"]
    assert [mail["recipients"] for mail in scene.sandbox.mailbox()] == [[scene.user.email]]
