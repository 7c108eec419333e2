"""The page of one sync and its verbs."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from sync.models import Brake, Calendar, Link, Pair, Receipt
from tests.web.household import act
from tests.web.routes import rows


def post(browser, name, pair, data=None, **more):
    return browser.post(reverse(name, args=(pair.public_id,)), data or {}, follow=True, **more)


def test_both_directions_stand_with_their_looks_and_counts(alice, browser):
    pair = alice.pair(copies=5)
    pair.flows.filter(source=alice.home).update(private=False, show_as="tentative", transform_identity=True)
    html = browser.get(reverse("pair", args=(pair.public_id,))).content.decode()
    assert "Busy only" in html
    assert "Full details, shown as tentative, your address exchanged" in html
    assert html.count("5 copies") == 2


def test_pause_and_resume(alice, browser):
    pair = alice.pair()
    assert "Paused. Copies stay as they are" in post(browser, "pause", pair).content.decode()
    assert Pair.objects.get().paused_at
    assert "Resumed." in post(browser, "resume", pair).content.decode()
    assert Pair.objects.get().paused_at is None


def test_sync_now_rings_both_calendars(alice, browser):
    pair = alice.pair()
    post(browser, "sync_now", pair)
    assert Calendar.objects.filter(due_at__lte=timezone.now()).count() == 2


@pytest.mark.parametrize("decision", ["release", "restore", "stop"])
def test_the_word_on_held_deletions_is_kept_with_who_gave_it(alice, browser, decision):
    pair = alice.pair()
    brake = alice.brake(pair)
    page = browser.get(reverse("pair", args=(pair.public_id,))).content.decode()
    assert "Delete 37 copies in Home?" in page
    browser.post(reverse("decide", args=(pair.public_id, brake.pk)), {"decision": decision})
    brake.refresh_from_db()
    assert (brake.decision, brake.decided_by) == (decision, alice.user)
    assert bool(Pair.objects.get().paused_at) is (decision == "stop")


def test_a_word_that_is_none_of_the_three_decides_nothing(alice, browser):
    pair = alice.pair()
    brake = alice.brake(pair)
    browser.post(reverse("decide", args=(pair.public_id, brake.pk)), {"decision": "maybe"})
    assert Brake.objects.get().decided_at is None


def test_a_question_answered_already_is_gone(alice, browser):
    pair = alice.pair()
    brake = alice.brake(pair)
    where = reverse("decide", args=(pair.public_id, brake.pk))
    browser.post(where, {"decision": "restore"})
    assert browser.post(where, {"decision": "release"}).status_code == 404
    assert Brake.objects.get().decision == "restore"


def test_ending_with_its_copies_counts_down_to_a_proof(alice, browser):
    pair = alice.pair(two_way=False, copies=2)
    answer = post(browser, "end", pair, {"copies": "remove"})
    assert "2 copies left of 2" in answer.content.decode()
    Link.objects.filter(origin_id="origin-0").delete()
    progress = reverse("ending", args=(pair.public_id,))
    assert "1 copy left of 2" in browser.get(progress).content.decode()
    Receipt.objects.update(finished_at=timezone.now(), changed=2)
    Pair.objects.all().delete()
    last = browser.get(progress, headers={"HX-Request": "true"})
    # 286 is how htmx is told to stop asking.
    assert last.status_code == 286
    assert "0 left" in last.content.decode()
    assert "2 copies removed" in last.content.decode()


def test_ending_without_its_copies_is_over_at_once(alice, browser):
    pair = alice.pair()
    assert "Its copies stay" in post(browser, "end", pair, {"copies": "keep"}).content.decode()
    assert not Pair.objects.exists()


def test_ending_without_a_choice_ends_nothing(alice, browser):
    pair = alice.pair()
    post(browser, "end", pair)
    assert Pair.objects.get().ending_at is None


def test_only_who_ended_a_sync_sees_the_proof(alice, charlie, browser, browser_of):
    pair = alice.pair()
    post(browser, "end", pair, {"copies": "remove"})
    Pair.objects.all().delete()
    assert browser_of(charlie).get(reverse("ending", args=(pair.public_id,))).status_code == 404


def edit_data(**changes):
    data = {"direction": "two", "out-private": "yes", "out-show_as": "keep"}
    return {**data, "back-private": "yes", "back-show_as": "keep", **changes}


def save(browser, pair, **changes):
    """Both steps of an edit."""
    post(browser, "edit", pair, edit_data(**changes))
    return post(browser, "edit_review", pair)


def test_an_edit_changes_the_directions_in_place(alice, browser):
    pair = alice.pair()
    save(browser, pair, **{"back-private": "no", "back-show_as": "tentative"})
    out, back = pair.flows.order_by("pk")
    assert (out.private, back.private, back.show_as) == (True, False, "tentative")
    assert Link.objects.count() == 6


def test_an_edit_in_a_pause_says_what_is_done_at_once_and_what_waits(alice, browser):
    pair = alice.pair()
    pair.flows.update(private=False)
    Pair.objects.update(paused_at=timezone.now())
    said = save(browser, pair, **{"out-private": "no", "back-private": "no", "back-show_as": "free"}).content.decode()
    assert "its copies are changed when you resume it" in said
    assert "now" not in re.findall(r"Saved\.[^<]*", said)[0]
    said = save(browser, pair, **{"back-private": "no", "back-show_as": "free"}).content.decode()
    assert "What became hidden is being taken out of the copies now; the rest is done when you resume" in said
    assert "being changed in place" not in said


def test_switching_a_direction_off_ends_its_flow_only(alice, browser):
    pair = alice.pair()
    save(browser, pair, direction="one")
    out, back = pair.flows.order_by("pk")
    assert (out.ending_at, bool(back.ending_at)) == (None, True)


def test_nothing_is_saved_before_the_review_and_back_loses_nothing(alice, browser):
    pair = alice.pair()
    answer = browser.post(reverse("edit", args=(pair.public_id,)), edit_data(direction="one", **{"out-private": "no"}))
    review = reverse("edit_review", args=(pair.public_id,))
    assert answer.url == review
    html = browser.get(review).content.decode()
    assert "Full details" in html
    assert "Busy only" not in html
    assert pair.flows.filter(private=True, ending_at=None).count() == 2
    left = browser.get(reverse("edit", args=(pair.public_id,)) + "?draft=1").content.decode()
    assert re.search(r'name="direction" value="one" checked', left)
    assert re.search(r'name="out-private" value="no" checked', left)
    # Who opens the page anew sees how it stands.
    fresh = browser.get(reverse("edit", args=(pair.public_id,))).content.decode()
    assert re.search(r'name="direction" value="two" checked', fresh)


def test_a_review_without_a_change_leads_to_the_form_and_saves_nothing(alice, browser):
    pair, other = alice.pair(), alice.pair(first=alice.calendar(alice.microsoft, "Team"), second=alice.home)
    post(browser, "edit", other, edit_data(**{"out-private": "no"}))
    before = rows()
    review = reverse("edit_review", args=(pair.public_id,))
    assert browser.get(review).url == reverse("edit", args=(pair.public_id,))
    assert browser.post(review).url == reverse("pair", args=(pair.public_id,))
    assert rows() == before


def test_a_change_is_saved_once(alice, browser):
    pair = alice.pair()
    save(browser, pair, **{"out-private": "no"})
    pair.flows.update(private=True)
    post(browser, "edit_review", pair)
    assert pair.flows.filter(private=True).count() == 2


def test_a_change_that_became_impossible_is_refused_with_its_reason(alice, browser):
    pair = alice.pair()
    post(browser, "edit", pair, edit_data())
    Calendar.objects.filter(pk=alice.home.pk).update(can_write=False)
    answer = post(browser, "edit_review", pair)
    assert answer.status_code == 409
    assert "read-only for you" in answer.content.decode()


def test_numbers_that_cannot_be_had_are_said_to_be_missing_and_who_must_sign_in(alice, browser):
    pair = alice.pair()
    alice.user.connections.update(halted_at=timezone.now(), halt_cause="revoked")
    post(browser, "edit", pair, edit_data())
    html = browser.get(reverse("edit_review", args=(pair.public_id,)) + "?count=1").content.decode()
    assert "no longer lets Hetk in as" in html
    assert "Your calendars are safe" in html
    assert reverse("reconnect", args=(alice.microsoft.public_id,)) in html
    assert ">Save</button>" in html


def test_a_value_that_does_not_exist_changes_nothing(alice, browser):
    pair = alice.pair()
    assert post(browser, "edit", pair, edit_data(**{"out-show_as": "purple"})).status_code == 200
    assert pair.flows.filter(show_as="keep").count() == 2


def test_a_first_sync_shows_its_progress(alice, browser):
    pair = alice.pair(two_way=False, copies=3)
    pair.flows.update(settled_at=None)
    alice.link(pair.flows.get(), "waiting", due_at=timezone.now())
    html = browser.get(reverse("pair", args=(pair.public_id,))).content.decode()
    assert '<progress value="3" max="4"' in html


def test_the_latest_changes_cost_no_query_each(alice, browser, django_assert_num_queries):
    pair = alice.pair()
    for _ in range(8):
        act(pair)
    with django_assert_num_queries(12):
        browser.get(reverse("pair", args=(pair.public_id,)))
