"""Join links and dial-in data stay where they are."""

from datetime import date

import pytest

from sync.core.event import AllDay, Content, Event, Field
from sync.core.joining import has_join_data, without_join_data
from sync.core.privacy import Looks, project, withheld

TEAMS = """Agenda below.

________________________________________________________________________________
Microsoft Teams meeting
Join: https://teams.microsoft.com/meet/3456?p=abc
Meeting ID: 345 678 901
Passcode: hunter2
________________________________________________________________________________
"""
ZOOM = """Alice is inviting you to a scheduled Zoom meeting.

Join Zoom Meeting
https://us02web.zoom.us/j/81234567890?pwd=S3cret

Meeting ID: 812 3456 7890
Passcode: 998877
One tap mobile
+13462487799,,81234567890#,,,,*998877# US

Bring the contract.
"""
MEET = """Bring slides.

-::~:~::~:~:~:~:~:~:~:~:~:~:~::~:~::-
Join with Google Meet: https://meet.google.com/abc-defg-hij
Or dial: (US) +1 555-0100 PIN: 123456#
-::~:~::~:~:~:~:~:~:~:~:~:~:~::~:~::-
"""
WEBEX = """Review
Join from the meeting link
https://example.webex.com/example/j.php?MTID=m123
Meeting number (access code): 2345 678 9012
"""


@pytest.mark.parametrize(
    ("text", "left"),
    [(TEAMS, "Agenda below."), (ZOOM, "Bring the contract."), (MEET, "Bring slides."), (WEBEX, "Review")],
    ids=["teams", "zoom", "meet", "webex"],
)
def test_an_invitation_keeps_what_people_wrote_and_loses_the_way_in(text: str, left: str) -> None:
    assert has_join_data(text)
    assert without_join_data(text) == left
    assert not has_join_data(without_join_data(text))


@pytest.mark.parametrize(
    "text",
    [
        "Notes\n____________________________\nmore notes",
        "See https://example.com/meeting and bring +372 5555 5555",
        "Passcode: for the door 1234",
        "Join the club",
        "",
    ],
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert without_join_data(text) == text


def test_a_link_in_the_location_is_not_copied_and_its_absence_never_flows_back() -> None:
    content = Content(
        title="Call",
        when=AllDay(date(2027, 1, 4), date(2027, 1, 5)),
        location="https://meet.google.com/abc-defg-hij",
        description="Agenda",
    )
    event = Event(id="1", version="1", content=content)
    assert project(event, Looks(private=False)).location == ""
    assert withheld(event, Looks(private=False)) == {Field.LOCATION}
    assert withheld(event, Looks(private=True)) >= {Field.TITLE, Field.LOCATION}
