"""Series under change tracking: skeletons, missing masters, and deletions without a trace."""

from collections import Counter

from tests.sandbox.graph.client import OUTSIDE, START, WINDOW, Graph, at, ids, removed, weekly

SKELETON = {"@odata.type", "@odata.etag", "id", "seriesMasterId", "type", "start", "end"}


def test_occurrences_are_skeletons_and_the_master_is_whole(alice: Graph) -> None:
    master = alice.create(subject="Weekly", recurrence=weekly())
    rows, _ = alice.round()
    assert [row["type"] for row in rows] == ["seriesMaster"] + ["occurrence"] * 4
    assert (rows[0]["id"], rows[0]["subject"]) == (master["id"], "Weekly")
    for row in rows[1:]:
        assert row.keys() == SKELETON
        assert row["seriesMasterId"] == master["id"]


def test_exceptions_are_whole(alice: Graph) -> None:
    master = alice.create(subject="Weekly", recurrence=weekly())
    second = alice.get(f"/me/events/{master['id']}/instances", **WINDOW).value[1]
    alice.patch(f"/me/events/{second['id']}", {"subject": "Special"})
    [exception] = [row for row in alice.round()[0] if row["type"] == "exception"]
    assert (exception["id"], exception["subject"]) == (second["id"], "Special")
    assert exception["iCalUId"] == master["iCalUId"]


def test_a_deleted_occurrence_leaves_no_trace_but_the_series_without_it(alice: Graph) -> None:
    master = alice.create(recurrence=weekly())
    second = alice.get(f"/me/events/{master['id']}/instances", **WINDOW).value[1]
    _, link = alice.round()
    alice.delete(f"/me/events/{second['id']}")
    rows, _ = alice.round(link)
    assert removed(rows) == set()
    assert second["id"] not in ids(rows)
    assert len([row for row in rows if row["type"] == "occurrence"]) == 3


def test_a_changed_occurrence_sends_the_whole_series_again(alice: Graph) -> None:
    master = alice.create(recurrence=weekly())
    second = alice.get(f"/me/events/{master['id']}/instances", **WINDOW).value[1]
    _, link = alice.round()
    alice.patch(f"/me/events/{second['id']}", {"subject": "Special"})
    kinds = Counter(row["type"] for row in alice.round(link)[0])
    assert (kinds["occurrence"], kinds["exception"]) == (3, 1)


def test_a_series_is_never_split_over_pages(alice: Graph) -> None:
    for _ in range(3):
        alice.create(recurrence=weekly(count=8))
    pages = list(alice.pages(START, prefer="odata.maxpagesize=5"))
    assert [len(page.value) for page in pages] == [9, 9, 9]
    for page in pages:
        masters = [row["id"] for row in page.value if row["type"] == "seriesMaster"]
        owners = Counter(row["seriesMasterId"] for row in page.value if row["type"] == "occurrence")
        assert owners == dict.fromkeys(masters, 8)


def test_the_master_is_missing_now_and_then(alice: Graph) -> None:
    masters = {alice.create(recurrence=weekly())["id"] for _ in range(12)}
    rows, link = alice.round()
    assert {row["id"] for row in rows if row["type"] == "seriesMaster"} == masters
    for id in masters:
        alice.patch(f"/me/events/{id}", {"showAs": "free"})
    rows, _ = alice.round(link)
    told = {row["id"] for row in rows if row["type"] == "seriesMaster"}
    assert len(told) == 8
    assert told < masters
    assert {row["seriesMasterId"] for row in rows if row["type"] == "occurrence"} == masters


def test_a_master_shows_its_first_occurrence_however_long_ago(alice: Graph) -> None:
    for _ in range(12):
        alice.create(
            start=at("2012-01-03T09:00:00"),
            end=at("2012-01-03T10:00:00"),
            recurrence={**weekly(), "range": {"type": "noEnd", "startDate": "2012-01-03"}},
        )
    rows, _ = alice.round()
    masters = [row for row in rows if row["type"] == "seriesMaster"]
    assert len({row["id"] for row in masters}) == 8
    assert {row["start"]["dateTime"][:10] for row in masters} == {"2012-01-03"}
    assert min(row["start"]["dateTime"] for row in rows if row["type"] == "occurrence") > "2026-11-01"


def test_a_deleted_series_is_named_by_its_master_and_sometimes_by_its_instances(alice: Graph) -> None:
    masters = [alice.create(recurrence=weekly()) for _ in range(8)]
    rows, link = alice.round()
    for master in masters:
        alice.delete(f"/me/events/{master['id']}")
    gone = removed(alice.round(link)[0])
    assert {master["id"] for master in masters} < gone < ids(rows)
    assert len(gone) == 8 + 4 * 4


def test_a_series_that_leaves_the_window_looks_deleted(alice: Graph) -> None:
    master = alice.create(recurrence=weekly())
    _, link = alice.round()
    alice.patch(f"/me/events/{master['id']}", OUTSIDE)
    rows, _ = alice.round(link)
    assert (ids(rows), removed(rows)) == (set(), {master["id"]})
