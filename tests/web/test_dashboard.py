"""One sentence first, then the rows, trouble on top with the one button that mends it."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from sync.models import Calendar, Link, Pair
from tests.web.household import act


@pytest.fixture
def page(browser):
    """The dashboard's text, tags taken out."""

    def load():
        html = browser.get(reverse("dashboard")).content.decode()
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html[html.index("<main") :]))

    return load


def test_a_newcomer_is_told_to_connect_two_accounts(client, db):
    from tests.factories import make_user

    client.force_login(make_user("erin"))
    html = client.get(reverse("dashboard")).content.decode()
    assert "Connect two accounts" in html
    assert reverse("connect", args=("microsoft",)) in html
    assert reverse("new_pair") not in html


def test_two_accounts_without_a_sync_lead_to_the_wizard(alice, page, browser):
    assert "Choose two calendars" in page()
    assert reverse("new_pair") in browser.get(reverse("dashboard")).content.decode()


def test_when_all_is_well_the_sentence_says_so_with_its_age(alice, page):
    alice.pair()
    text = page()
    assert re.search(r"Your sync is up to date, checked (just now|\d+ s ago)\.", text)
    assert "Work" in text
    assert "6 copies" in text


def test_a_halted_account_comes_first_with_the_button_that_mends_it(alice, page, browser):
    alice.pair()
    other = alice.calendar(alice.google, "Family")
    alice.pair(first=other, second=alice.home)
    alice.microsoft.halted_at, alice.microsoft.halt_cause = timezone.now(), "revoked"
    alice.microsoft.save()
    text = page()
    assert "Work ↔ Home needs you: reconnect Microsoft 365." in text
    assert "Your calendars are safe" in text
    html = browser.get(reverse("dashboard")).content.decode()
    assert html.index("Needs you") < html.index("Up to date")
    assert reverse("reconnect", args=(alice.microsoft.public_id,)) in html


def test_held_deletions_lead_to_their_question(alice, page):
    alice.brake(alice.pair())
    assert "Review 37 deletions" in page()


def test_a_paused_sync_can_be_resumed_from_its_row(alice, browser):
    pair = alice.pair()
    Pair.objects.update(paused_at=timezone.now())
    html = browser.get(reverse("dashboard")).content.decode()
    assert "Your sync is paused" in html
    assert reverse("resume", args=(pair.public_id,)) in html


def test_a_first_sync_counts_what_is_done_and_what_is_to_come(alice, page):
    pair = alice.pair(two_way=False, copies=3)
    pair.flows.update(settled_at=None)
    alice.link(pair.flows.get(), "waiting", due_at=timezone.now())
    assert "3 of 4 events copied so far." in page()


def test_one_failed_reading_worries_nobody_and_many_say_that_hetk_keeps_trying(alice, page):
    alice.pair()
    Calendar.objects.filter(pk=alice.work.pk).update(failures=1, trouble="too many requests")
    assert "Up to date" in page()
    Calendar.objects.filter(pk=alice.work.pk).update(failures=5)
    text = page()
    assert "Trying again" in text
    assert "Nothing is lost" in text


def test_events_that_could_not_be_copied_are_counted(alice, page):
    pair = alice.pair()
    Link.objects.filter(flow=pair.flows.all()[0], origin_id="origin-0").update(state=Link.State.PARKED)
    assert "1 event could not be copied." in page()


def test_strangers_pairs_do_not_show(alice, charlie, page):
    charlie.pair(first=charlie.calendar(charlie.google, "Secret"), second=charlie.home)
    assert "Secret" not in page()


def test_htmx_gets_only_the_part_that_changes(alice, browser):
    alice.pair()
    fragment = browser.get(reverse("dashboard"), headers={"HX-Request": "true"}).content.decode()
    assert fragment.startswith('<div id="dashboard"')
    assert "<html" not in fragment


def test_a_change_is_announced_and_sameness_is_not(alice, browser):
    alice.pair()
    html = browser.get(reverse("dashboard")).content.decode()
    again = html.split('hx-get="')[1].split('"')[0]
    assert "hx-swap-oob" not in browser.get(again, headers={"HX-Request": "true"}).content.decode()
    Pair.objects.update(paused_at=timezone.now())
    assert "hx-swap-oob" in browser.get(again, headers={"HX-Request": "true"}).content.decode()


@pytest.mark.parametrize("pairs", [1, 6])
def test_the_number_of_queries_does_not_grow_with_the_pairs(alice, browser, pairs, django_assert_num_queries):
    for number in range(pairs):
        pair = alice.pair(first=alice.calendar(alice.microsoft, f"Client {number}"), second=alice.home)
        act(pair)
        alice.brake(pair)
    # The session, the person, approvals that came, the pairs, their flows, the latest changes, the links, the brakes.
    with django_assert_num_queries(10):
        browser.get(reverse("dashboard"))
