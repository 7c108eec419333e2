"""The audit of what was written where: one entry for what a cycle wrote, and the activity cannot be changed behind its back."""

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import audit
from accounts.audit import Act
from accounts.models import Chain, ChainEntry
from sync import pairs
from sync.models import Activity, Pair
from tests.engine.world import OPEN, PRIVATE, World
from tests.tampering import raw

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(world: World) -> Pair:
    """Five events were copied by one cycle."""
    work, home = world.calendar("work@northwind.example"), world.calendar("home@gmail.example")
    for number in range(5):
        world.event(work, f"event {number}", hours=24 + number)
    return world.pair(work, home)


def verify(*options: str) -> str:
    told = io.StringIO()
    call_command("verify_audit", *options, stdout=told)
    return told.getvalue()


def broken(*options: str) -> str:
    told = io.StringIO()
    with pytest.raises(CommandError, match="do not hold"):
        call_command("verify_audit", *options, stdout=told)
    return told.getvalue()


def one() -> Activity:
    return Activity.objects.earliest("pk")


def wrote() -> list[ChainEntry]:
    return list(ChainEntry.objects.filter(act=Act.WROTE).order_by("number"))


def test_what_a_cycle_wrote_is_one_entry_with_where_and_how_much_and_no_content(pair):
    (entry,) = wrote()
    assert entry.facts["acts"] == {"created": 5}
    assert (entry.facts["from"], entry.facts["to"]) == (str(pair.first.public_id), str(pair.second.public_id))
    assert entry.facts["pair"] == str(pair.public_id)
    assert "event" not in json.dumps(entry.facts)
    assert not entry.sealed
    assert verify() == "1 chains hold.\n"


def test_what_was_not_written_makes_no_entry(world, pair):
    before = Chain.objects.get().count
    world.sync()
    assert Chain.objects.get().count == before


@pytest.mark.parametrize(
    "tamper",
    [
        lambda: Activity.objects.filter(pk=one().pk).update(act="updated"),
        lambda: one().delete(),
        lambda: Activity.objects.update(at=timezone.now() - timedelta(hours=1)),
    ],
    ids=["changed", "removed", "another time"],
)
def test_a_change_of_the_activity_is_found_at_its_entry(pair, tamper):
    (entry,) = wrote()
    tamper()
    assert f"broken at entry {entry.number}: the activity" in broken()


def test_a_row_that_was_slipped_into_the_activity_is_found(pair):
    row = one()
    row.pk, row.batch = None, None
    row.save()
    assert "1 rows of the activity belong to no entry" in broken()


def test_activity_that_goes_with_its_sync_breaks_nothing(pair):
    pairs.end(pair=pair, remove_copies=False)
    assert not Activity.objects.exists()
    assert "hold" in verify()


def test_every_decision_about_a_sync_is_told(world, pair):
    pairs.edit(pair=pair, out=PRIVATE, back=None)
    pairs.pause(pair=pair)
    pairs.pause(pair=pair)
    pairs.resume(pair=pair)
    pairs.end(pair=pair, remove_copies=True)
    told = [(entry.act, entry.facts) for entry in audit.entries_of(world.user) if entry.act.startswith("pair-")]
    assert [act for act, _ in told] == ["pair-made", "pair-changed", "pair-paused", "pair-resumed", "pair-ended"]
    assert told[0][1]["directions"]["out"]["private"] is False
    assert told[1][1]["changes"] == {"out": {"private": [False, True]}}
    assert told[4][1]["copies"] == "remove"


def test_words_that_the_person_typed_are_sealed(world, pair):
    from dataclasses import replace

    pairs.edit(pair=pair, out=replace(OPEN, only_words="bluebird"), back=None)
    assert "bluebird" not in str(list(ChainEntry.objects.values()))
    last = list(audit.entries_of(world.user))[-1]
    assert audit.personal_of(last) == {"out only_words": "bluebird"}


def test_one_account_is_verified_by_its_address(world, pair):
    assert verify("--account", world.user.email) == "1 chains hold.\n"
    with pytest.raises(CommandError, match="no such chain"):
        call_command("verify_audit", "--account", "nobody@hetk.example")


def test_what_was_kept_elsewhere_shows_that_a_whole_older_database_was_put_in_place(world, pair, tmp_path: Path):
    older = Chain.objects.values("count", "head", "stamp").get()
    audit.record(world.user, Act.SIGNED_IN)
    kept = tmp_path / "ends.json"
    verify("--keep", str(kept))
    assert "hold" in verify("--against", str(kept))
    raw("DELETE FROM accounts_chainentry WHERE number > %s", older["count"])
    Chain.objects.update(**older)
    assert verify() == "1 chains hold.\n"
    assert "is gone or another one" in broken("--against", str(kept))
