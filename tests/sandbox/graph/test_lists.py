"""Lists: how they are cut, ordered and narrowed."""

from typing import Any

import pytest

from tests.sandbox.graph.client import WINDOW, Graph, at


@pytest.fixture
def three(alice: Graph) -> Graph:
    for day, subject in (("03", "b"), ("01", "c"), ("02", "a")):
        alice.create(subject=subject, start=at(f"2026-12-{day}T09:00:00"), end=at(f"2026-12-{day}T10:00:00"))
    return alice


def subjects(graph: Graph, path: str = "/me/events", **query: Any) -> str:
    return "".join(one["subject"] for one in graph.get(path, **query).value)


def test_events_are_listed_with_the_newest_first(three: Graph) -> None:
    assert subjects(three) == "acb"


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("start/dateTime", "cab"),
        ("start/dateTime desc", "bac"),
        ("subject", "abc"),
        ("createdDateTime", "bca"),
        ("lastModifiedDateTime desc", "acb"),
    ],
)
def test_events_are_ordered_as_asked(three: Graph, order: str, expected: str) -> None:
    assert subjects(three, _orderby=order) == expected


def test_an_unknown_order_is_refused(three: Graph) -> None:
    assert three.get("/me/events", _orderby="mood").code == "ErrorInvalidUrlQuery"


def test_a_view_is_ordered_by_start(three: Graph) -> None:
    assert subjects(three, "/me/calendarView", **WINDOW) == "cab"


def test_a_view_goes_on_where_its_link_points(three: Graph) -> None:
    first = three.get("/me/calendarView", _top=2, _select="subject", **WINDOW)
    second = three.get(first.body["@odata.nextLink"])
    assert [one["subject"] for one in (*first.value, *second.value)] == ["c", "a", "b"]
    assert second.value[0].keys() == {"@odata.etag", "id", "subject"}


def test_events_changed_since_a_moment_can_be_asked_for(three: Graph) -> None:
    oldest = three.get("/me/events", _orderby="createdDateTime").value[0]
    since = three.get("/me/events", _orderby="lastModifiedDateTime desc").value[0]["lastModifiedDateTime"]
    three.patch(f"/me/events/{oldest['id']}", {"subject": "B"})
    assert subjects(three, _filter=f"lastModifiedDateTime gt {since}") == "B"


@pytest.mark.parametrize("within", ["/me", "/me/calendar", "/users/alice@northwind.example"])
def test_the_default_calendar_has_several_addresses(three: Graph, within: str) -> None:
    assert subjects(three, f"{within}/events") == "acb"
    assert subjects(three, f"{within}/calendarView", **WINDOW) == "cab"
    assert len(three.get(f"{within}/calendarView/delta", **WINDOW).value) == 3
    id = three.get("/me/events").value[0]["id"]
    assert three.get(f"{within}/events/{id}").body["subject"] == "a"


def test_the_context_says_what_is_listed(three: Graph) -> None:
    listed = three.get("/me/events").body["@odata.context"]
    assert listed.startswith("https://graph.microsoft.com/v1.0/$metadata#users('")
    assert listed.endswith("/events")
    assert three.get("/me/calendarView", **WINDOW).body["@odata.context"].endswith("/calendarView")


def test_an_expansion_leaves_kept_rows_as_they_are(three: Graph) -> None:
    before = three.get("/me/events").value
    expand = "singleValueExtendedProperties($filter=id eq 'String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Mark')"
    three.get("/me/events", _expand=expand, _select="subject")
    assert three.get("/me/events").value == before
