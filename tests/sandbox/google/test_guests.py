"""Attendees: who is written to, and whose calendars an invitation reaches."""

import pytest

from tests.sandbox.google.client import FAMILY_SUMMARY, Google
from tests.sandbox.google.conftest import World

BOB, STRANGER = "bob.kask@gmail.example", "stranger@elsewhere.example"
BOTH = [{"email": BOB}, {"email": STRANGER}]


@pytest.mark.parametrize(("send", "written"), [("all", [BOB, STRANGER]), ("externalOnly", [STRANGER]), ("none", [])])
def test_send_updates_says_who_is_written_to(world: World, alice: Google, send: str, written: list[str]) -> None:
    made = alice.create(send=send, attendees=BOTH)
    assert world.invitations() == [(one, "invited") for one in written]
    alice.delete(made["id"], send=send)
    assert world.invitations()[len(written) :] == [(one, "cancelled") for one in written]


def test_an_event_without_guests_writes_to_nobody(world: World, alice: Google) -> None:
    made = alice.create(send="all")
    alice.patch(made["id"], send="all", summary="Other")
    alice.delete(made["id"], send="all")
    assert world.invitations() == []


def test_an_invitation_reaches_the_calendar_of_the_guest(alice: Google, bob: Google) -> None:
    made = alice.create(attendees=BOTH, extendedProperties={"private": {"a": "b"}, "shared": {"c": "d"}})
    copy = bob.one(made["id"]).body
    assert (copy["iCalUID"], copy["organizer"]) == (made["iCalUID"], {"email": "alice.tamm@gmail.example"})
    assert [guest.get("self") for guest in copy["attendees"]] == [True, None]
    assert copy["extendedProperties"] == {"shared": {"c": "d"}}
    alice.patch(made["id"], summary="Later")
    assert bob.one(made["id"]).body["summary"] == "Later"
    alice.patch(made["id"], attendees=[{"email": STRANGER}])
    assert bob.one(made["id"]).body["status"] == "cancelled"


def test_an_answer_goes_back_to_the_organizer(world: World, alice: Google, bob: Google) -> None:
    made = alice.create(attendees=BOTH)
    guests = [{"email": BOB, "responseStatus": "accepted"}, {"email": STRANGER}]
    bob.patch(made["id"], send="all", attendees=guests)
    assert alice.one(made["id"]).body["attendees"][0]["responseStatus"] == "accepted"
    assert world.invitations() == [("alice.tamm@gmail.example", "answered")]


def test_a_guest_who_deletes_declines_and_the_event_stays(alice: Google, bob: Google) -> None:
    made = alice.create(attendees=BOTH)
    bob.delete(made["id"])
    seen = alice.one(made["id"]).body
    assert (seen["status"], seen["attendees"][0]["responseStatus"]) == ("confirmed", "declined")


def test_a_guest_cannot_take_shared_properties_away(alice: Google, bob: Google) -> None:
    made = alice.create(attendees=BOTH)
    reply = bob.update(made["id"], summary=None)
    assert (reply.status, reply.reason) == (403, "forbiddenForNonOrganizer")
    assert bob.patch(made["id"], summary="For me alone").status == 200
    assert alice.one(made["id"]).body["summary"] == "Planning"


def test_a_secondary_calendar_is_the_organizer_itself(alice: Google) -> None:
    made = alice.create(alice.calendar(FAMILY_SUMMARY))
    assert made["organizer"]["self"] is True
    assert made["organizer"]["displayName"] == FAMILY_SUMMARY
    assert made["creator"]["email"] == "alice.tamm@gmail.example"
