"""Observations and work: what a reading writes into links, and which links are taken first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sync.core.event import Event
from sync.core.fingerprint import encode
from sync.core.operation import Create, Keep, Reason
from sync.models import Activity, Calendar, Flow, Link, Pair, Stray
from sync.providers.base import Span
from sync.store import work
from sync.store.keys import fingerprints, marks
from sync.store.observe import Observer
from sync.store.record import Outcome, agree
from tests.core.build import NOW, content, copy_of, edited, event, when
from tests.factories import make_connection, make_user

pytestmark = pytest.mark.django_db
SPAN = Span(NOW.date() - timedelta(days=90), NOW.date() + timedelta(days=365))
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def flow() -> Flow:
    user = make_user("alice")
    sides = [
        Calendar.objects.create(connection=make_connection(user, person), remote_id="cal", name="x")
        for person in ("alice-gmail", "alice-contoso")
    ]
    pair = Pair.objects.create(user=user, first=sides[0], second=sides[1])
    return Flow.objects.create(pair=pair, source=sides[0], target=sides[1], private=False)


def at_source(flow: Flow) -> Observer:
    return Observer(flow.source, [flow], NOW)


def at_target(flow: Flow) -> Observer:
    return Observer(flow.target, [flow], NOW)


def marked(flow: Flow, origin: Event, name: str = "c1", generation: int = 0) -> Event:
    """The copy of `origin` as it is read in the target."""
    target = marks().calendar_ref(flow.target.identity)
    ref = marks().origin_ref(flow.source.identity, origin.id)
    source = marks().calendar_ref(flow.source.identity)
    mark, key = marks().mark(target, source, ref, generation), marks().key(target, ref, generation)
    return replace(copy_of(origin), id=name, version=name, mark=mark, key=key)


def in_step(flow: Flow, origin: Event | None = None) -> Link:
    """A link whose origin and copy agree, with nothing to do."""
    origin = origin or event()
    at_source(flow).observe([origin])
    link = Link.objects.get(origin_id=origin.id)
    copy = marked(flow, origin, f"copy-of-{origin.id}")
    Link.objects.filter(pk=link.pk).update(
        state=Link.State.LIVE,
        due_at=None,
        origin_agreed=origin.version,
        copy_id=copy.id,
        copy_seen=copy.version,
        copy_agreed=copy.version,
        origin_prints=encode(fingerprints().of_event(origin, link.origin_ref)),
        copy_prints=encode(fingerprints().of_content(copy.content, link.origin_ref)),
    )
    return Link.objects.get(pk=link.pk)


def test_a_new_event_gets_a_link_that_is_due_and_holds_no_content(flow):
    at_source(flow).observe([event(content("Secret"))])
    link = Link.objects.get()
    assert (link.due_at, link.origin_seen, link.origin_agreed, link.state) == (NOW, "v1", "", Link.State.SEEN)
    assert "Secret" not in repr(vars(link))


def test_seeing_the_same_again_makes_no_second_link(flow):
    for _ in range(2):
        at_source(flow).observe([event()])
    assert Link.objects.count() == 1


def test_a_version_that_changed_nothing_is_agreed_quietly(flow):
    link = in_step(flow)
    at_source(flow).observe([edited(event())])
    link.refresh_from_db()
    assert (link.origin_seen, link.origin_agreed, link.due_at) == ("v1'", "v1'", None)


def test_a_changed_origin_is_due(flow):
    link = in_step(flow)
    at_source(flow).observe([edited(event(), title="Dinner")])
    link.refresh_from_db()
    assert (link.origin_seen, link.origin_agreed, link.due_at) == ("v1'", "v1", NOW)


def test_an_echo_of_our_own_write_makes_nothing_due_and_a_persons_edit_does(flow):
    link = in_step(flow)
    copy = marked(flow, event(), link.copy_id)
    at_target(flow).observe([replace(copy, version="c2")])
    link.refresh_from_db()
    assert (link.copy_seen, link.copy_agreed, link.due_at) == ("c2", "c2", None)
    at_target(flow).observe([edited(copy, title="Scribble")])
    link.refresh_from_db()
    assert link.due_at == NOW


def test_a_duplicate_of_a_copy_is_neither_its_copy_nor_an_origin(flow):
    link = in_step(flow)
    back = Flow.objects.create(pair=flow.pair, source=flow.target, target=flow.source)
    duplicate = replace(marked(flow, event(), "duplicate"), version="d1")
    Observer(flow.target, [flow, back], NOW).observe([duplicate])
    link.refresh_from_db()
    assert (link.copy_id, link.due_at) == ("copy-of-o1", None)
    assert Link.objects.count() == 1
    assert not Stray.objects.exists()


def test_a_copy_without_a_link_is_a_stray_until_its_origin_turns_up(flow):
    at_target(flow).observe([marked(flow, event(), "found", generation=2)])
    assert Stray.objects.get().copy_id == "found"
    assert not Link.objects.exists()
    at_source(flow).observe([event()])
    link = Link.objects.get()
    assert (link.copy_id, link.copy_seen, link.generation, link.due_at) == ("found", "found", 2, NOW)
    assert not Stray.objects.exists()


@pytest.mark.parametrize("facts", [{"mark": "hetk1.k1.other.t.o.0.sig"}, {"mark": "any other program's"}])
def test_a_foreign_copy_is_no_origin(flow, facts):
    at_source(flow).observe([event(**facts)])
    assert not Link.objects.exists()


def test_what_has_our_key_but_lost_its_mark_is_no_origin(flow):
    at_source(flow).observe([event(key=marks().key("t", "o", 0))])
    assert not Link.objects.exists()


def test_what_is_gone_is_due_on_its_own_side_and_only_once(flow):
    link = in_step(flow)
    at_source(flow).gone({"o1", "never seen", link.copy_id})
    link.refresh_from_db()
    assert (link.origin_seen, link.copy_seen, link.due_at) == (Link.GONE, "copy-of-o1", NOW)
    Link.objects.update(due_at=None)
    at_source(flow).gone({"o1"})
    assert Link.objects.get().due_at is None


def test_absence_names_what_lies_inside_the_span_and_was_not_there(flow):
    in_step(flow)
    in_step(flow, event(content(when=when(48)), id="o2"))
    in_step(flow, event(content(when=when(24 * 500)), id="far"))
    assert at_source(flow).missing({"o2"}, SPAN, LATER) == ["o1"]
    assert at_target(flow).missing({"copy-of-o1"}, SPAN, LATER) == ["copy-of-o2"]


def test_a_copy_written_while_the_reading_ran_is_not_missing(flow):
    in_step(flow)
    Link.objects.update(written_at=LATER)
    assert at_target(flow).missing(set(), SPAN, NOW) == []


def test_an_instance_that_its_series_does_not_list_any_more_is_missing(flow):
    for name in ("i1", "i2"):
        in_step(flow, event(id=name, series_id="s"))
    in_step(flow, event(id="other", series_id="t"))
    assert at_source(flow).missing_of_series("s", {"i2"}, SPAN) == {"i1": when().start}


def test_work_is_taken_soonest_first_what_is_past_last_and_nothing_twice(flow):
    for name, hours in [("late", 50), ("past", -50), ("soon", 2)]:
        at_source(flow).observe([event(content(when=when(hours)), id=name)])
    assert [task.link.origin_id for task in work.take([flow], NOW)] == ["soon", "late", "past"]
    assert work.take([flow], NOW) == []
    assert len(work.take([flow], NOW + work.LEASE)) == 3


def test_work_that_was_given_back_is_taken_again(flow):
    at_source(flow).observe([event()])
    work.release(work.take([flow], NOW))
    assert len(work.take([flow], NOW)) == 1


def test_an_observation_made_while_a_write_was_on_its_way_keeps_the_link_due(flow):
    at_source(flow).observe([event()])
    (task,) = work.take([flow], NOW)
    at_source(flow).observe([edited(event(), title="Dinner")])
    copy = marked(flow, event())
    agree([Outcome(task, Create(copy.content, 0, Reason.NEW), event(), event=copy)], LATER)
    link = Link.objects.get()
    assert (link.copy_id, link.state, link.due_at) == ("c1", Link.State.LIVE, LATER)
    assert (link.origin_seen, link.origin_agreed) == ("v1'", "v1")


def test_a_create_that_was_recorded_is_agreed_and_told_once(flow):
    at_source(flow).observe([event()])
    (task,) = work.take([flow], NOW)
    copy = marked(flow, event())
    agree([Outcome(task, Create(copy.content, 0, Reason.NEW), event(), event=copy, request_id="r1")], LATER)
    link = Link.objects.get()
    assert (link.due_at, link.lease_until, link.copy_agreed, link.origin_agreed) == (None, None, "c1", "v1")
    assert Activity.objects.values_list("act", "reason", "request_id").get() == ("created", "new", "r1")
    agree([Outcome(task, Keep(Reason.IN_STEP), event(), copy=copy)], LATER)
    assert Activity.objects.count() == 1


def test_a_worker_that_comes_back_late_does_not_give_away_what_another_took(flow: Flow) -> None:
    at_source(flow).observe([event(id=f"e{number}") for number in range(3)])
    late = work.take([flow], NOW)
    after = NOW + work.LEASE + timedelta(seconds=1)
    taken = work.take([flow], after)
    assert len(taken) == len(late) == 3
    work.release(late)
    assert work.take([flow], after) == []
    work.release(taken)
    assert len(work.take([flow], after)) == 3


def test_a_copy_seen_in_exactly_this_version_is_settled_and_nothing_else_is(flow: Flow) -> None:
    link = in_step(flow)
    copy, origin = (link.copy_id, link.copy_seen), (link.origin_id, link.origin_seen)
    assert all((*copy, *origin))
    asked = {copy[0]: copy[1], origin[0]: origin[1], "a-stranger": "1"}
    assert at_target(flow).settled(asked) == {copy[0]}
    # An origin is read again: more than its link hangs on what it says.
    assert at_source(flow).settled(asked) == set()
    assert at_target(flow).settled({copy[0]: "a-newer-one"}) == set()
    Link.objects.filter(pk=link.pk).update(copy_seen=Link.GONE)
    assert at_target(flow).settled(asked) == set()
