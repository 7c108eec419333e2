"""Mail to attendees cannot be kept back, and there is none where nobody is invited."""

from typing import Any

import pytest

from tests.sandbox.graph.client import WINDOW, Graph, at, weekly
from tests.sandbox.graph.conftest import World


def guests(*addresses: str) -> list[dict[str, Any]]:
    return [{"emailAddress": {"address": address, "name": address}, "type": "required"} for address in addresses]


BOB, EVE = "bob@northwind.example", "eve@elsewhere.example"


def test_an_event_without_attendees_sends_nothing(world: World, alice: Graph) -> None:
    made = alice.create()
    alice.patch(f"/me/events/{made['id']}", {"subject": "x", "start": at("2026-12-01T08:00:00")})
    alice.delete(f"/me/events/{made['id']}")
    assert world.invitations() == []


@pytest.mark.parametrize(
    "quiet", [{}, {"responseRequested": False}, {"hideAttendees": True}, {"isDraft": True}, {"showAs": "free"}]
)
def test_a_create_with_attendees_invites_them_whatever_is_set(
    world: World, alice: Graph, quiet: dict[str, Any]
) -> None:
    alice.create(attendees=guests(BOB, EVE), **quiet)
    assert world.invitations() == [(BOB, "invited"), (EVE, "invited")]


def test_a_change_writes_to_everybody(world: World, alice: Graph) -> None:
    made = alice.create(attendees=guests(BOB, EVE))
    alice.patch(f"/me/events/{made['id']}", {"location": {"displayName": "Room 2"}})
    assert world.invitations()[2:] == [(BOB, "updated"), (EVE, "updated")]


def test_a_change_of_attendees_writes_to_those_who_came_or_went(world: World, alice: Graph) -> None:
    made = alice.create(attendees=guests(BOB))
    alice.patch(f"/me/events/{made['id']}", {"attendees": guests(BOB, EVE)})
    alice.patch(f"/me/events/{made['id']}", {"attendees": guests(EVE)})
    assert world.invitations()[1:] == [(EVE, "invited"), (BOB, "cancelled")]


def test_reminders_and_categories_are_ones_own_business(world: World, alice: Graph) -> None:
    made = alice.create(attendees=guests(BOB))
    alice.patch(f"/me/events/{made['id']}", {"isReminderOn": False, "categories": ["Red"]})
    assert len(world.invitations()) == 1


def test_a_deletion_cancels(world: World, alice: Graph) -> None:
    made = alice.create(attendees=guests(BOB, EVE))
    alice.delete(f"/me/events/{made['id']}")
    assert world.invitations()[2:] == [(BOB, "cancelled"), (EVE, "cancelled")]


def test_a_deleted_occurrence_cancels(world: World, alice: Graph) -> None:
    master = alice.create(attendees=guests(BOB), recurrence=weekly())
    second = alice.get(f"/me/events/{master['id']}/instances", **WINDOW).value[1]
    alice.patch(f"/me/events/{second['id']}", {"subject": "Special"})
    alice.delete(f"/me/events/{second['id']}")
    assert world.invitations()[1:] == [(BOB, "updated"), (BOB, "cancelled")]


def test_a_guest_who_deletes_writes_to_nobody(world: World, alice: Graph) -> None:
    id = world.hand(
        "alice-northwind",
        "create",
        title="Invited",
        start="2026-12-01T09:00:00Z",
        end="2026-12-01T10:00:00Z",
        organizer=BOB,
        attendees=["alice@northwind.example", EVE],
        answer="accepted",
    )["id"]
    read = alice.get(f"/me/events/{id}").body
    assert (read["isOrganizer"], read["responseStatus"]["response"]) == (False, "accepted")
    assert read["organizer"]["emailAddress"]["address"] == BOB
    alice.patch(f"/me/events/{id}", {"showAs": "free"})
    alice.delete(f"/me/events/{id}")
    assert world.invitations() == []


def test_a_refused_write_sends_nothing(world: World, alice: Graph) -> None:
    body = {"subject": "x", "start": at("2026-12-01T09:00:00"), "end": at("2026-11-01T09:00:00")}
    assert alice.post("/me/events", {**body, "attendees": guests(BOB)}).status == 400
    assert world.invitations() == []
