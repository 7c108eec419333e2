"""Pages of a sync that starts at a feed: one way, Busy where an account publishes it, and the account that takes its place."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Connection
from policy.enforcement import PUBLISHED
from sync.forms import CalendarsForm
from sync.models import Calendar, Flow, Link, Pair


@pytest.fixture
def feed(alice) -> Calendar:
    connection = Connection.objects.create(
        user=alice.user,
        kind="feed",
        issuer="https://outlook.office365.com",
        subject="0123",
        address="outlook.office365.com",
        aliases="outlook.office365.com northwind.example",
        scopes="busy",
        halted_at=timezone.now(),
    )
    alice.user.connections.update(halted_at=timezone.now())
    return alice.calendar(
        connection, "Published", can_write=False, policy_domain="outlook.office365.com", policy_state=PUBLISHED
    )


def page(browser, name, pair) -> str:
    return browser.get(reverse(name, args=(pair.public_id,))).content.decode()


def test_a_feed_is_offered_as_a_source_alone_and_its_sync_goes_one_way(alice, browser, feed):
    form = CalendarsForm([feed, alice.work, alice.home])
    assert "Published (one way)" in str(form["first"])
    assert "Published" not in str(form["second"])
    asked = {"first": str(feed.public_id), "second": str(alice.home.public_id), "direction": "two"}
    assert browser.post(reverse("new_pair"), asked).url == reverse("new_looks")
    shown = browser.get(reverse("new_looks")).content.decode()
    assert "From a feed of this kind only Busy is copied" in shown
    assert "outlook.office365.com" in shown
    browser.post(reverse("new_looks"), {"out-private": "yes", "out-show_as": "keep"})
    browser.post(reverse("new_review"))
    assert [flow.source for flow in Flow.objects.all()] == [feed]


def test_no_copy_goes_into_a_feed_whatever_is_posted(alice, browser, feed):
    asked = {"first": str(alice.home.public_id), "second": str(feed.public_id), "direction": "one"}
    assert browser.post(reverse("new_pair"), asked).status_code == 200
    pair = alice.pair(first=feed, second=alice.home, two_way=False)
    shown = page(browser, "edit", pair)
    assert "Both ways" not in shown
    sent = {"direction": "one", "out-private": "yes", "out-show_as": "busy"}
    assert browser.post(reverse("edit", args=(pair.public_id,)), sent).url == reverse(
        "edit_review", args=(pair.public_id,)
    )
    browser.post(reverse("edit", args=(pair.public_id,)), {**sent, "direction": "two"})
    answer = browser.post(reverse("edit_review", args=(pair.public_id,)))
    assert answer.status_code == 409
    assert Flow.objects.filter(target=feed).count() == 0


def test_the_account_takes_the_place_of_its_feed_on_the_persons_word(alice, browser, feed):
    pair = alice.pair(first=feed, second=alice.home, two_way=False, copies=3)
    assert "Replace the feed" in page(browser, "pair", pair)
    assert "only Busy is copied" in page(browser, "pair", pair)
    shown = page(browser, "replace_feed", pair)
    assert "Work" in shown
    assert f'value="{feed.public_id}"' not in shown
    answer = browser.post(
        reverse("replace_feed", args=(pair.public_id,)), {"calendar": str(alice.work.public_id)}, follow=True
    )
    assert "3 copies stay where they are" in answer.content.decode()
    pair.refresh_from_db()
    flow = pair.flows.get()
    assert (pair.first, flow.source, flow.takeover_due) == (alice.work, alice.work, True)
    assert Link.objects.filter(flow=flow, origin_id__startswith="was:", due_at=None).count() == 3
    assert not Calendar.objects.filter(pk__in=(alice.work.pk, alice.home.pk)).exclude(full_read_at=None).exists()
    assert "Replace the feed" not in page(browser, "pair", pair)


def test_who_starts_a_sync_beside_a_feed_is_asked_whether_it_is_the_same(alice, browser, feed):
    pair = alice.pair(first=feed, second=alice.home, two_way=False)
    asked = {"first": str(alice.work.public_id), "second": str(alice.home.public_id), "direction": "one"}
    browser.post(reverse("new_pair"), asked)
    browser.post(reverse("new_looks"), {"out-private": "yes", "out-show_as": "keep"})
    shown = browser.get(reverse("new_review")).content.decode()
    link = f"{reverse('replace_feed', args=(pair.public_id,))}?calendar={alice.work.public_id}"
    assert link in shown
    assert f'value="{alice.work.public_id}" selected' in browser.get(link).content.decode()


def test_a_feed_is_not_replaced_while_hetk_is_at_work_nor_where_there_is_a_sync_already(
    alice, browser, feed, monkeypatch
):
    monkeypatch.setattr("sync.views.source.PAUSE", 0)
    pair = alice.pair(first=feed, second=alice.home, two_way=False)
    Calendar.objects.filter(pk=feed.pk).update(lease_until=timezone.now() + timedelta(minutes=1))
    asked = {"calendar": str(alice.work.public_id)}
    answer = browser.post(reverse("replace_feed", args=(pair.public_id,)), asked)
    assert answer.status_code == 409
    assert "just now" in answer.content.decode()
    Calendar.objects.update(lease_until=None)
    alice.pair(first=alice.work, second=alice.home)
    answer = browser.post(reverse("replace_feed", args=(pair.public_id,)), asked)
    assert "in step already" in answer.content.decode()
    assert Pair.objects.get(pk=pair.pk).first == feed
    assert not Link.objects.filter(origin_id__startswith="was:").exists()


def test_the_day_page_explains_a_feeds_events_like_any_others(alice, browser, feed):
    pair = alice.pair(first=feed, second=alice.home, two_way=False)
    flow = pair.flows.get()
    now = timezone.now()
    alice.link(flow, "late", starts_at=now, ends_at=now, reason="kept_out", origin_seen="1", origin_agreed="1")
    answer = browser.get(f"{reverse('explain')}?calendar={feed.public_id}")
    assert answer.status_code == 200
    assert "Published" in answer.content.decode()
