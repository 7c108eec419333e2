"""The audit of an account: what is recorded stays, and whatever is done to it behind our back is found."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory
from django.utils import timezone

from accounts import audit, vault
from accounts.audit import Act
from accounts.models import Chain, ChainEntry, User
from tests.factories import make_user
from tests.tampering import raw

pytestmark = pytest.mark.django_db
SECRET = "203.0.113.0/24"


@pytest.fixture
def alice() -> User:
    """With four entries, the third with something personal in it."""
    user = make_user("alice")
    audit.record(user, Act.SIGNED_IN, facts={"how": "password"})
    audit.record(user, Act.CONNECTED, facts={"kind": "google", "scopes": ["a", "b"]})
    audit.record(user, Act.SIGNED_IN, facts={"how": "code"}, personal={"network": SECRET})
    audit.record(user, Act.SIGNED_OUT)
    return user


def chain_of(user: User) -> Chain:
    return Chain.objects.get(user=user)


def test_entries_are_numbered_and_each_knows_the_one_before(alice):
    chain = chain_of(alice)
    entries = list(audit.entries_of(alice))
    assert [entry.number for entry in entries] == [1, 2, 3, 4]
    assert (chain.count, chain.head) == (4, entries[-1].hash)
    assert len({entry.hash for entry in entries}) == 4
    assert audit.verify(chain) is None


def test_every_account_has_a_chain_of_its_own(alice):
    bob = make_user("bob")
    audit.record(bob, Act.SIGNED_IN)
    assert [entry.number for entry in audit.entries_of(bob)] == [1]
    assert chain_of(bob).public_id != chain_of(alice).public_id


CHANGE = "UPDATE accounts_chainentry SET {} WHERE chain_id = %s AND number = {}"
REMOVE = "DELETE FROM accounts_chainentry WHERE chain_id = %s AND number {}"
# The chain's own row made to fit what was done to its entries.
SET_BACK = "UPDATE accounts_chain SET count = 2, head = (SELECT hash FROM accounts_chainentry WHERE chain_id = %s AND number = 2)"
SET_ON = "UPDATE accounts_chain SET forgotten = 1, base = (SELECT hash FROM accounts_chainentry WHERE chain_id = %s AND number = 1)"
# What is done -> (statements, the entry at which it shows).
TAMPERING: dict[str, tuple[list[str], int]] = {
    "changed facts": ([CHANGE.format("facts = '{}'", 2)], 2),
    "changed act": ([CHANGE.format("act = 'x'", 1)], 1),
    "changed sealed part": ([CHANGE.format("sealed = ''", 3)], 3),
    "removed row": ([REMOVE.format("= 2")], 2),
    "removed first row": ([REMOVE.format("= 1")], 1),
    "swapped rows": ([CHANGE.format(f"number = {to}", number) for number, to in [(2, 99), (3, 2), (99, 3)]], 2),
    "truncated tail": ([REMOVE.format("> 2")], 3),
    "truncated tail and head set back": ([REMOVE.format("> 2"), SET_BACK], 0),
    "beginning cut off": ([SET_ON, REMOVE.format("= 1")], 0),
}


@pytest.mark.parametrize(("tamper", "number"), TAMPERING.values(), ids=TAMPERING)
def test_whatever_is_done_to_the_rows_is_found_where_it_was_done(alice, tamper, number):
    chain = chain_of(alice)
    for statement in tamper:
        raw(statement, chain.pk)
    found = audit.verify(chain_of(alice))
    assert found is not None
    assert found.number == number


def test_a_row_that_was_made_up_with_the_right_hash_needs_a_stamp_that_nobody_can_make(alice):
    chain = chain_of(alice)
    forged = ChainEntry(chain=chain, number=5, at=timezone.now(), act="signed-in", facts={})
    forged.hash = audit.hash_of(chain, forged, chain.head)
    forged.save()
    raw("UPDATE accounts_chain SET count = 5, head = %s WHERE id = %s", forged.hash, chain.pk)
    assert audit.verify(chain_of(alice)) == audit.Break(
        0, "beginning or end of the chain were changed by somebody without the key"
    )


def test_the_database_itself_refuses_to_change_an_entry(alice):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_chainentry SET act = 'x'")
    assert audit.verify(chain_of(alice)) is None


def test_our_own_code_can_neither_change_nor_delete_an_entry(alice):
    entry = ChainEntry.objects.get(number=1)
    rows = ChainEntry.objects.all()
    for attempt in (
        entry.save,
        entry.delete,
        rows.delete,
        lambda: rows.update(act="x"),
        lambda: rows.bulk_update([], []),
    ):
        with pytest.raises(TypeError, match="never"):
            attempt()
    assert ChainEntry.objects.count() == 4


def test_personal_parts_are_sealed_and_open_for_their_owner(alice):
    row = str(ChainEntry.objects.filter(number=3).values().get())
    assert SECRET not in row
    opened = [audit.personal_of(entry) for entry in audit.entries_of(alice)]
    assert opened == [{}, {}, {"network": SECRET}, {}]


def test_a_sealed_part_does_not_open_in_another_entry(alice):
    entry = ChainEntry.objects.select_related("chain").get(number=3)
    entry.number = 2
    with pytest.raises(vault.VaultError):
        audit.personal_of(entry)


def test_when_its_key_is_destroyed_the_chain_stays_whole_and_names_nobody(alice):
    chain = chain_of(alice)
    audit.destroy_key(chain)
    assert audit.verify(chain_of(alice)) is None
    assert [audit.personal_of(entry) for entry in audit.entries_of(alice)] == [{}, {}, {}, {}]


def test_a_chain_outlives_its_account_and_takes_a_last_word(alice):
    chain = chain_of(alice)
    alice.delete()
    chain.refresh_from_db()
    with transaction.atomic():
        audit.extend(chain, [audit.Note(Act.DELETED, personal={"network": SECRET})], timezone.now())
    assert chain.user is None
    assert audit.verify(chain) is None


def test_what_is_older_than_promised_goes_and_the_rest_still_holds(alice):
    later = timezone.now() + timedelta(days=400)
    audit.record(alice, Act.SIGNED_IN, at=later)
    assert audit.forget(later - timedelta(days=365)) == 4
    chain = chain_of(alice)
    assert (chain.forgotten, chain.count) == (4, 5)
    assert audit.verify(chain) is None
    audit.record(alice, Act.SIGNED_OUT)
    assert audit.verify(chain_of(alice)) is None


def test_the_chain_of_a_deleted_account_goes_with_its_last_entry(alice):
    alice.delete()
    assert audit.forget(timezone.now() + timedelta(days=1)) == 4
    assert not Chain.objects.exists()


def test_of_an_address_only_its_network_is_kept(rf: RequestFactory):
    assert audit.whence(rf.get("/", REMOTE_ADDR="203.0.113.77"))["network"] == "203.0.113.0/24"
    assert audit.whence(rf.get("/", REMOTE_ADDR="2001:db8:1:2:3::4"))["network"] == "2001:db8:1::/48"


def test_an_entry_that_is_not_kept_leaves_no_trace(alice):
    def fail() -> None:
        with transaction.atomic():
            audit.record(alice, Act.PAIR_MADE)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert audit.verify(chain_of(alice)) is None
    assert chain_of(alice).count == 4


def test_the_support_desk_offers_no_way_to_an_entry():
    assert not {Chain, ChainEntry} & set(admin.site._registry)
