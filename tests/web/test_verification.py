"""Audits and receipts on the pages: what was proved, when, and in numbers."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sync.models import Calendar, Flow, Pair, Verification
from tests.web.household import audited, receipt


@pytest.fixture
def words(browser):
    """A page's text, tags taken out."""

    def load(name, *args):
        html = browser.get(reverse(name, args=args)).content.decode()
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html[html.index("<main") :]))

    return load


def local(moment, form="%H:%M"):
    from zoneinfo import ZoneInfo

    return moment.astimezone(ZoneInfo("Europe/Tallinn")).strftime(form)


def test_a_verified_pair_says_so_with_time_and_counts_on_its_page_and_on_the_dashboard(alice, words):
    pair = alice.pair()
    row = audited(pair, read_first=120, read_second=118, checked=100)
    said = f"Verified complete at {local(row.finished_at)}"
    page = words("pair", pair.public_id)
    assert said in page
    assert "0 differences." in page
    assert "Read 120 events in Work and 118 events in Home; 100 copies checked" in page
    assert f"{said} : 0 differences" in words("dashboard")


def test_what_was_found_and_what_is_left_is_told(alice, words):
    pair = alice.pair()
    audited(pair, missing=2, visible=1)
    assert "3 differences, all repaired." in words("pair", pair.public_id)
    audited(pair, extra=12, left=12, asked_at=timezone.now() + timedelta(seconds=1))
    Verification.objects.filter(extra=12).update(finished_at=timezone.now() + timedelta(seconds=2))
    for page in (words("pair", pair.public_id), words("verifications", pair.public_id), words("dashboard")):
        assert "12 differences, 12 left" in page
        assert "Verified, not all in step" in page
    assert "Verified complete" not in words("dashboard")


def test_a_failed_audit_stands_beside_the_last_complete_one(alice, words):
    pair = alice.pair()
    audited(pair, asked_at=timezone.now() - timedelta(hours=1))
    failed = audited(pair, outcome="failed", trouble="the provider did not answer")
    page = words("pair", pair.public_id)
    assert "Verified complete at" in page
    assert f"Not verified at {local(failed.finished_at)}" in page
    assert "the provider did not answer" in page
    assert "Not verified" not in words("dashboard")


@pytest.mark.parametrize("why", ["halted", "lost", "paused"])
def test_a_verification_that_cannot_be_made_now_is_not_said_to_be_under_way(alice, words, why):
    pair, now = alice.pair(), timezone.now()
    Verification.objects.create(pair=pair, asked_at=now, due_at=now)
    assert "Both calendars are being read" in words("pair", pair.public_id)
    if why == "halted":
        alice.user.connections.filter(pk=pair.second.connection_id).update(halted_at=now, halt_cause="revoked")
    elif why == "lost":
        Calendar.objects.filter(pk=pair.first_id).update(lost_at=now)
    else:
        Pair.objects.update(paused_at=now)
    page = words("pair", pair.public_id)
    assert "Both calendars are being read" not in page
    assert "The next verification waits until this sync runs and both calendars can be read." in page


def test_verify_now_asks_once_and_says_what_happens(alice, browser):
    pair = alice.pair()
    where = reverse("verify", args=(pair.public_id,))
    page = browser.post(where, follow=True).content.decode()
    assert "read from end to end" in page
    assert "Verifying" in page
    assert 'id="verify"' not in page
    browser.post(where)
    assert Verification.objects.count() == 1
    assert Verification.objects.get().asked_by == alice.user
    assert pair.first.__class__.objects.filter(due_at__lte=timezone.now()).count() == 2


def test_verify_now_may_not_be_asked_for_again_and_again(alice, browser):
    pair = alice.pair()
    audited(pair, asked_by=alice.user)
    page = browser.post(reverse("verify", args=(pair.public_id,)), follow=True).content.decode()
    assert "verified a moment ago" in page
    assert Verification.objects.filter(finished_at=None).count() == 0
    Verification.objects.update(asked_at=timezone.now() - timedelta(minutes=6))
    browser.post(reverse("verify", args=(pair.public_id,)))
    assert Verification.objects.filter(finished_at=None).count() == 1


@pytest.mark.parametrize("state", ["paused", "ending", "first sync"])
def test_what_cannot_be_verified_now_says_why(alice, browser, state):
    pair = alice.pair()
    if state == "first sync":
        Flow.objects.update(settled_at=None)
    else:
        Pair.objects.update(**{f"{state}_at": timezone.now()})
    page = browser.post(reverse("verify", args=(pair.public_id,)), follow=True).content.decode()
    assert state in page
    assert not Verification.objects.exists()


def test_the_history_lists_each_audit_with_its_paper(alice, browser, words):
    pair = alice.pair()
    row = audited(pair, checked=7)
    failed = audited(pair, outcome="failed", trouble="the provider did not answer")
    html = browser.get(reverse("verifications", args=(pair.public_id,))).content.decode()
    assert reverse("attestation", args=(pair.public_id, row.public_id)) in html
    assert reverse("attestation", args=(pair.public_id, failed.public_id)) not in html
    assert "It could not be read to the end: the provider did not answer." in html


def test_a_strip_receipt_stands_on_the_pair_and_in_the_activity(alice, words):
    pair = alice.pair()
    receipt(pair, "stripped")
    sentence = "412 copies in Home checked, 38 stripped, 0 left with details."
    for page in (words("pair", pair.public_id), words("activity"), words("pair_activity", pair.public_id)):
        assert sentence in page


def test_a_receipt_that_is_not_proved_yet_claims_nothing(alice, words):
    pair = alice.pair()
    receipt(pair, "stripped", finished_at=None)
    page = words("pair", pair.public_id)
    assert "0 left" not in page
    assert "Details are being taken out of 412 copies in Home." in page


def test_the_end_of_a_pair_is_proved_on_dashboard_and_activity_after_the_pair_is_gone(
    alice, charlie, words, browser_of
):
    pair = alice.pair(two_way=False)
    alice.pair(first=alice.calendar(alice.google, "Third"), second=alice.work)
    receipt(pair, "removed", copies=120, changed=120)
    public_id = pair.public_id
    assert "Ended lately" not in words("dashboard")
    pair.delete()
    assert "Work → Home: 120 copies removed, 0 left." in words("dashboard")
    assert "120 copies removed from Home, 0 left." in words("activity")
    assert "120 copies removed" in words("ending", public_id)
    theirs = browser_of(charlie).get(reverse("dashboard")).content.decode()
    assert "120" not in theirs


def test_a_receipt_outlives_the_account_it_was_about(alice, words):
    pair = alice.pair(two_way=False)
    receipt(pair, "removed", copies=120, changed=120)
    pair.delete()
    alice.google.delete()
    assert "120 copies removed from a disconnected account, 0 left." in words("activity")
