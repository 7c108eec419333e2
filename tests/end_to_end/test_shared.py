"""Two people with accounts of their own, each with a two-way pair into one calendar that they share."""

import pytest

from sync import pairs
from tests.end_to_end.scene import OPEN, Scene
from tests.factories import make_user


def second_person(scene: Scene) -> Scene:
    """Bob at the same outside."""
    bobs = object.__new__(Scene)
    bobs.sandbox, bobs.user, bobs.people = scene.sandbox, make_user("bob"), {}
    return bobs


@pytest.mark.parametrize(
    ("shared", "alices", "bobs_account", "homes"),
    [
        ("Team Northwind", "alice-northwind", "bob-northwind", ("alice-outlook", "bob-gmail")),
        ("Club", "alice-gmail", "bob-gmail", ("alice-contoso", "bob-northwind")),
    ],
)
def test_two_people_who_write_into_one_calendar_leave_each_others_copies_alone(
    scene, shared, alices, bobs_account, homes
) -> None:
    bob = second_person(scene)
    alice_home, bob_home = scene.account(homes[0]), bob.account(homes[1])
    alice_shared = scene.account(alices, shared)
    bob_shared = bob.account(bobs_account, BOBS_NAME.get(shared, shared))
    scene.create(alice_home, "Alice 1")
    scene.create(alice_home, "Alice 2", hours=30)
    bob.create(bob_home, "Bob 1", hours=24)
    bob.create(bob_home, "Bob 2", hours=40)
    scene.create(alice_shared, "Of both", hours=50)
    pair = scene.pair(alice_home, alice_shared, OPEN, OPEN)
    bob.pair(bob_home, bob_shared, OPEN, OPEN)
    scene.sync()
    assert scene.titles(alice_shared) == ["Alice 1", "Alice 2", "Bob 1", "Bob 2", "Of both"]
    assert scene.titles(alice_home) == ["Alice 1", "Alice 2", "Of both"]
    assert bob.titles(bob_home) == ["Bob 1", "Bob 2", "Of both"]
    scene.sandbox.forget_requests()
    scene.sync()
    assert [request for request in scene.requests() if request[0] != "GET"] == []
    pairs.end(pair=pair, remove_copies=True)
    scene.sync()
    assert scene.titles(alice_shared) == ["Bob 1", "Bob 2", "Of both"]
    assert bob.titles(bob_home) == ["Bob 1", "Bob 2", "Of both"]


# What each calls it.
BOBS_NAME = {"Club": "Sailing club"}
