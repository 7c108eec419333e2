"""The support desk on syncs: why an event is copied or not, by time and reason; nobody's titles, nobody's calendar names."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.noted import PAGES
from sync.models import Calendar, Link, Pair
from tests import factories

LINKS = "/admin/sync/link/"
AT = datetime(2026, 11, 24, 14, tzinfo=UTC)


@pytest.fixture
def desk(db) -> Client:
    return factories.desk()


@pytest.fixture
def pair(alice) -> Pair:
    pair = alice.pair(copies=0)
    flow = pair.flows.get(source=alice.work)
    alice.link(
        flow,
        "declined",
        starts_at=AT,
        ends_at=AT + timedelta(hours=1),
        reason="declined",
        origin_seen="1",
        origin_agreed="1",
    )
    late = AT + timedelta(days=3)
    alice.link(flow, "new", starts_at=late, ends_at=late, attempts=3, origin_seen="2", due_at=late)
    return pair


def listed(desk: Client, query: str) -> str:
    return desk.get(f"{LINKS}?{query}").content.decode()


def test_events_are_explained_by_the_id_of_a_sync_a_calendar_or_a_direction(alice, pair, desk):
    flow = pair.flows.get(source=alice.work)
    for word in (pair.public_id, alice.work.public_id, f"flow {flow.pk}"):
        html = listed(desk, f"q={word}")
        assert "the invitation was declined" in html, word
        assert "Not looked at yet" in html, word
    assert "the invitation was declined" not in listed(desk, f"q={alice.home.public_id}")


def test_a_date_narrows_them(alice, pair, desk):
    day = "starts_at__year=2026&starts_at__month=11&starts_at__day=24"
    html = listed(desk, f"q={pair.public_id}&{day}")
    assert "the invitation was declined" in html
    assert "Not looked at yet" not in html


@pytest.mark.parametrize(
    "query", ["", "q=", "q=x", "q=flow+x", "q=" + "9" * 40, "q=00000000-0000-0000-0000-000000000000"]
)
def test_nothing_is_listed_before_it_is_asked_for(pair, desk, query):
    html = listed(desk, query)
    assert "declined" not in html
    assert "0 links" in html


def test_what_stands_in_the_way_is_said_and_whether_versions_are_agreed(alice, pair, desk):
    alice.google.halted_at = timezone.now()
    alice.google.save()
    html = listed(desk, f"q={pair.public_id}")
    assert "sign in to Google" in html
    assert html.count('alt="True"') == 1
    assert html.count('alt="False"') == 1


def test_nobodys_calendar_names_and_nobodys_events_are_shown(alice, pair, desk):
    Calendar.objects.filter(pk=alice.work.pk).update(name="qkanarix", owner="qkanarix@northwind.example")
    Link.objects.update(copy_id="qkanarix-copy", origin_seen="qkanarix", origin_prints="qkanarix")
    link = Link.objects.all()[0]
    pages = [f"{LINKS}?q={pair.public_id}", f"{LINKS}{link.pk}/change/"]
    pages += ["/admin/sync/pair/", f"/admin/sync/pair/{pair.pk}/change/"]
    pages += ["/admin/sync/calendar/", f"/admin/sync/calendar/{alice.work.pk}/change/"]
    for page in pages:
        answer = desk.get(page)
        assert answer.status_code == 200, page
        assert b"qkanarix" not in answer.content, page


def test_nothing_can_be_changed_here(pair, desk):
    for model in (Pair, Calendar, Link):
        name = model._meta.model_name
        row = model.objects.all()[0]
        assert desk.get(f"/admin/sync/{name}/add/").status_code == 403
        assert desk.post(f"/admin/sync/{name}/{row.pk}/change/", {"paused_at": "2026-01-01"}).status_code == 403
        assert desk.post(f"/admin/sync/{name}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Pair.objects.filter(paused_at=None).count() == 1
    assert {Pair, Calendar, Link} <= set(admin.site._registry)


def test_it_is_closed_to_people(alice, pair, browser):
    assert browser.get(f"{LINKS}?q={pair.public_id}").status_code == 302


def queries(desk: Client, address: str, django_assert_max_num_queries) -> int:
    with django_assert_max_num_queries(30) as captured:
        assert desk.get(address).status_code == 200
    return len(captured)


def test_the_number_of_queries_does_not_grow_with_the_rows(alice, pair, desk, django_assert_max_num_queries):
    pages = [
        f"{LINKS}?q={pair.public_id}",
        "/admin/sync/pair/",
        "/admin/sync/calendar/",
        f"/admin/sync/pair/{pair.pk}/change/",
    ]
    # The first entry makes the chain too.
    audit.record(alice.user, audit.Act.SIGNED_IN)
    # And the first look at a page asks for what the process then keeps.
    [desk.get(page) for page in pages]
    few = [queries(desk, page, django_assert_max_num_queries) for page in pages]
    for number in range(12):
        alice.link(pair.flows.get(source=alice.work), f"more-{number}", starts_at=AT, ends_at=AT)
        alice.pair(first=alice.calendar(alice.microsoft, f"Client {number}"), second=alice.home, copies=1)
    assert [queries(desk, page, django_assert_max_num_queries) for page in pages] == few


def told(person: User) -> list[tuple[str, str]]:
    return [(entry.act, entry.facts["what"]) for entry in audit.entries_of(person)]


def test_an_account_that_support_opens_is_told_to_its_owner_and_to_nobody_else(alice, charlie, pair, desk):
    for address in (
        f"accounts/user/{alice.user.pk}",
        f"accounts/connection/{alice.google.pk}",
        f"sync/pair/{pair.pk}",
        f"sync/calendar/{alice.work.pk}",
    ):
        assert desk.get(f"/admin/{address}/change/").status_code == 200
    assert listed(desk, f"q={pair.public_id}")
    opened = [PAGES[kind] for kind in ("User", "Connection", "Pair", "Calendar", "Link")]
    assert told(alice.user) == [("staff-looked", what) for what in opened]
    assert told(charlie.user) == []


def test_a_list_of_nobody_in_particular_is_told_to_nobody(alice, pair, desk):
    for address in ("accounts/user/", "accounts/connection/", "sync/pair/", "sync/link/"):
        assert desk.get(f"/admin/{address}").status_code == 200
    assert told(alice.user) == []


@pytest.mark.parametrize("model", ["accounts/connection", "sync/pair", "sync/calendar"])
def test_a_search_that_finds_one_persons_rows_alone_is_told_and_one_that_finds_several_peoples_is_not(
    alice, charlie, pair, desk, model
):
    charlie.pair()
    assert desk.get(f"/admin/{model}/?q=hetk.example").status_code == 200
    assert told(alice.user) == told(charlie.user) == []
    assert desk.get(f"/admin/{model}/?q={alice.user.email}").status_code == 200
    kind = {"connection": "Connection", "pair": "Pair", "calendar": "Calendar"}[model.partition("/")[2]]
    assert told(alice.user) == [("staff-looked", PAGES[kind])]
    assert told(charlie.user) == []


def test_what_staff_did_to_an_account_is_not_read_without_trace_either(alice, desk):
    assert desk.get(f"/admin/accounts/user/{alice.user.pk}/history/").status_code == 200
    assert told(alice.user) == [("staff-looked", PAGES["User"])]
