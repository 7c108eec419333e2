"""The desk's own pages: what is wrong with an account, what waits, whom a word means; nobody's titles, words or names of calendars."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import Connection
from billing import room
from billing.models import Account, StripeEvent
from sync.admin.rights import Group
from sync.models import Calendar, Flow, Link, Pair, Run, Watch
from tests import factories
from tests.web.household import Household, act

WORD = "qkanarix"


def page_of(household: Household) -> str:
    return reverse("admin:customer", args=(household.user.pk,))


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def trouble(alice: Household) -> Pair:
    """Everything went wrong at once."""
    now = timezone.now()
    pair = alice.pair()
    Connection.objects.filter(pk=alice.google.pk).update(halted_at=now, halt_cause="revoked", halt_claims=WORD)
    Calendar.objects.filter(pk=alice.work.pk).update(
        failures=7, trouble="Microsoft answered 503", policy_domain="northwind.example"
    )
    Calendar.objects.filter(pk=alice.work.pk).update(policy_state="private", due_at=now)
    alice.brake(pair)
    flow = pair.flows.get(source=alice.work)
    alice.link(flow, "parked", state=Link.State.PARKED, reason="refused")
    act(pair, "failed", "refused", request_id="req-4711", error="Microsoft refused the request")
    Run.objects.create(calendar=alice.work, started_at=now, finished_at=now, read=12, trouble="Microsoft answered 503")
    late = now - timedelta(hours=3)
    Watch.objects.create(calendar=alice.work, remote_id="w", created_at=late, expires_at=now, renew_at=late)
    alice.user.approvals.create(tenant="tenant-9", address="alice@fabrikam.example", asked_at=now)
    Pair.objects.filter(pk=pair.pk).update(created_at=now - timedelta(days=9))
    return pair


def test_the_page_says_what_is_wrong_and_what_to_do(alice):
    pair = trouble(alice)
    html = read(factories.desk(group="act"), page_of(alice))
    for words in (
        "access was revoked", "Only they can mend it", "Microsoft answered 503", "37 deletions wait for their word", "req-4711",
        "Microsoft refused the request", "1 event could not be copied", "1 sync was not verified for a day", "northwind.example: private",
        "They wait for the administrators of fabrikam.example", str(pair.public_id), "Explain events",
    ):  # fmt: skip
        assert words in html, words


def test_an_account_in_order_says_so(alice):
    assert "Nothing is wrong." in read(factories.desk(group="look"), page_of(alice))


def test_who_only_looks_sees_no_button_and_each_group_sees_its_own(alice):
    pair = trouble(alice)
    start = f"/admin/customer/{alice.user.pk}/"
    seen = {}
    for group in Group:
        html = read(factories.desk(f"{group}@hetk.example", group=group), page_of(alice))
        seen[group] = {part.split("/")[0] for part in html.split(f'href="{start}')[1:]}
        assert (str(pair.public_id) in html) is (group is not Group.BILLING), group
    assert seen[Group.LOOK] == set()
    assert seen[Group.BILLING] == {"extend-trial", "grant-plan"}
    own = {"sync-now", "pause", "verify", "find-again", "release", "restore", "resend", "end-sessions", "delete"}
    assert seen[Group.ACT] == own


@pytest.mark.parametrize("group", [*Group, None])
def test_no_page_of_the_desk_shows_a_name_a_secret_or_what_a_person_typed(alice, group):
    pair = trouble(alice)
    for number, calendar in enumerate(Calendar.objects.all()):
        Calendar.objects.filter(pk=calendar.pk).update(
            name=WORD, owner=f"{WORD}@x.example", remote_id=f"{WORD}-{number}", cursor=WORD
        )
    typed = {
        "word": WORD,
        "template": f"[{WORD}] {{title}}",
        "only_words": WORD,
        "not_words": WORD,
        "keep_out": f"#{WORD}",
    }
    Flow.objects.update(**typed)
    Link.objects.update(
        copy_id=WORD, origin_seen=WORD, copy_seen=WORD, origin_prints=WORD, series_id=WORD, meeting_ref=WORD
    )
    Connection.objects.update(grant=WORD, access=WORD, halt_claims=WORD, scopes=WORD, aliases=WORD, subject="s")
    client = factories.desk(group=group)
    pages = [
        page_of(alice),
        "/admin/",
        "/admin/work/",
        f"/admin/find/?q={alice.user.email}",
        f"/admin/find/?q={pair.public_id}",
        "/admin/health/",
    ]
    pages += [
        f"/admin/customer/{alice.user.pk}/pause/{pair.pk}/",
        f"/admin/customer/{alice.user.pk}/grant-plan/{alice.user.pk}/",
    ]
    pages += [
        f"/admin/work/{key}/" for key in ("messages", "halted", "failing", "watches", "tenants", "unverified", "stripe")
    ]
    answers = {page: client.get(page) for page in pages}
    assert [page for page, answer in answers.items() if WORD in answer.content.decode()] == []
    assert {answer.status_code for answer in answers.values()} <= {200, 403, 404}
    assert answers[page_of(alice)].status_code == 200


def test_staff_in_no_group_see_none_of_it(alice):
    client = factories.desk(group="")
    for page in (
        page_of(alice),
        "/admin/work/",
        "/admin/find/?q=alice@hetk.example",
        "/admin/work/stripe/",
        "/admin/health/",
    ):
        assert client.get(page).status_code == 403, page
    assert list(audit.entries_of(alice.user)) == []


def test_opening_the_page_is_told_to_its_owner_and_to_nobody_else(alice, charlie):
    read(factories.desk(group="look"), page_of(alice))
    assert [(entry.act, entry.facts["what"]) for entry in audit.entries_of(alice.user)] == [
        ("staff-looked", "your account")
    ]
    assert list(audit.entries_of(charlie.user)) == []


def test_the_queries_of_a_page_do_not_grow_with_its_rows(alice, django_assert_max_num_queries):
    trouble(alice)
    client, counts = factories.desk(), []
    pages = [page_of(alice), "/admin/work/", "/admin/find/?q=hetk.example"]
    read(client, pages[0])
    for more in ("Client", "Team"):
        for page in pages:
            with django_assert_max_num_queries(45) as captured:
                read(client, page)
            # No page counts a table to know how many pages there are.
            assert not [query for query in captured if "COUNT(*)" in query["sql"]], page
            counts.append(len(captured))
        for number in range(4):
            pair = alice.pair(first=alice.calendar(alice.microsoft, f"{more} {number}"), second=alice.home, copies=1)
            alice.brake(pair)
            alice.link(pair.flows.all()[0], "parked", state=Link.State.PARKED, reason="refused")
            act(pair, "failed", "refused", request_id=f"r-{number}")
            Pair.objects.update(created_at=timezone.now() - timedelta(days=9))
            factories.make_user(f"{more}-{number}").approvals.create(
                tenant="t", address="more@fabrikam.example", asked_at=timezone.now()
            )
    assert counts[:3] == counts[3:]


def test_the_lists_hold_what_waits_and_nothing_that_is_in_order(alice, charlie):
    charlie.pair()
    client = factories.desk()
    html = read(client, "/admin/work/")
    assert "@hetk.example</a>" not in html
    trouble(alice)
    room.account_of(alice.user)
    Account.objects.filter(user=alice.user).update(customer="cus_1")
    StripeEvent.objects.create(event_id="evt_1", type="invoice.paid", customer="cus_1")
    StripeEvent.objects.create(event_id="evt_done", type="invoice.paid", customer="cus_1", done_at=timezone.now())
    StripeEvent.objects.update(received_at=timezone.now() - timedelta(hours=1))
    html = read(client, "/admin/work/")
    assert html.count("alice@hetk.example</a>") == 6
    assert "charlie@hetk.example" not in html
    for words in ("access was revoked", "Microsoft answered 503", "tenant tenant-9", "evt_1"):
        assert words in html, words
    assert "evt_done" not in html


def test_a_long_list_is_read_page_by_page_without_being_counted(alice):
    now = timezone.now()
    for number in range(27):
        alice.user.approvals.create(tenant=f"t-{number:02}", address=f"a{number:02}@fabrikam.example", asked_at=now)
    client = factories.desk(group="look")
    first, second = (read(client, f"/admin/work/tenants/?page={number}") for number in (1, 2))
    assert ("a24@" in first, "a25@" in first, "?page=2" in first) == (True, False, True)
    assert ("a24@" in second, "a26@" in second, "?page=3" in second) == (False, True, False)
    for strange in ("x", "-1", "0", "9" * 30, "99999999"):
        read(client, f"/admin/work/tenants/?page={strange}")


@pytest.mark.parametrize(
    "word",
    [
        "alice@hetk.example",
        "northwind.example",
        "@northwind.example",
        "tenant-9",
        "req-4711",
        "the sync",
        "the account",
    ],
)
def test_a_customer_is_found_by_address_domain_tenant_and_ids(alice, word):
    pair = trouble(alice)
    bob = factories.make_user("bob", email="bob@elsewhere.example")
    word = {"the sync": str(pair.public_id), "the account": str(alice.google.public_id)}.get(word, word)
    html = read(factories.desk("desk@works.example"), f"/admin/find/?q={word}")
    assert f'href="{page_of(alice)}"' in html
    assert bob.email not in html


def test_a_part_of_an_address_or_of_an_id_finds_nobody(alice):
    trouble(alice)
    client = factories.desk()
    for word in (
        "",
        "al",
        "alice",
        "req-47",
        "tenant",
        "%",
        "hetk",
        "00000000-0000-0000-0000-000000000000",
        "%%%",
        "@%.example",
        "___",
        "a%00c",
    ):
        assert "customer/" not in read(client, f"/admin/find/?q={word}"), word


def test_whoever_minds_plans_finds_people_and_no_syncs(alice):
    trouble(alice)
    client = factories.desk(group="billing")
    assert page_of(alice) in read(client, "/admin/find/?q=alice@hetk.example")
    assert page_of(alice) not in read(client, "/admin/find/?q=req-4711")
    assert "Closed connections" not in read(client, "/admin/work/")
    assert client.get("/admin/work/halted/").status_code == 404


@pytest.mark.parametrize("group", list(Group))
def test_system_health_is_one_page_for_every_group_and_about_no_customer(alice, group):
    pair, now = trouble(alice), timezone.now()
    Calendar.objects.filter(pk=alice.work.pk).update(due_at=now - timedelta(minutes=20))
    Flow.objects.update(settled_at=now - timedelta(days=9))
    began = now - timedelta(minutes=1)
    Run.objects.create(calendar=alice.work, started_at=began, finished_at=now, delay_ms=4200, written=1)
    html = read(factories.desk(group=group), "/admin/health/")
    for words in (
        "The worker gives no sign of life", "A calendar has been due for 20 min.", "1 watch was not renewed at Microsoft 365.",
        "1 sync was not verified for a day.", "Microsoft 365", "4.2 s", "(50 %)", "Workers alive",
    ):  # fmt: skip
        assert words in html, words
    page = html.partition('<div class="desk">')[2]
    assert [word for word in (alice.user.email, "northwind", str(pair.public_id)) if word in page] == []


def test_system_health_of_an_empty_installation_is_a_page_too(db):
    html = read(factories.desk(), "/admin/health/")
    assert "No account is connected." in html
    assert "No bell led to a copy within a day." in html
