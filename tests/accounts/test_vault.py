"""Credentials at rest: sealed, bound to their row, readable by every key of the ring."""

import base64

import pytest

from accounts import vault
from accounts.vault import VaultError

FIRST = "k1:" + base64.b64encode(b"1" * 32).decode()
SECOND = "k2:" + base64.b64encode(b"2" * 32).decode()
ROW = "connection:1:grant"


@pytest.fixture(autouse=True)
def _one_key(settings):
    settings.VAULT_KEYS = [FIRST]


def test_what_was_sealed_opens_again():
    sealed = vault.seal("a token – with ümlauts", bound_to=ROW)

    assert vault.open_sealed(sealed, bound_to=ROW) == "a token – with ümlauts"


def test_a_sealed_text_names_its_version_and_key_and_shows_nothing():
    sealed = vault.seal("canary-token", bound_to=ROW)

    assert sealed.startswith("v1.k1.")
    assert "canary" not in sealed
    assert b"canary" not in base64.urlsafe_b64decode(sealed.split(".")[2])


def test_sealing_twice_gives_two_different_texts():
    assert vault.seal("same", bound_to=ROW) != vault.seal("same", bound_to=ROW)


@pytest.mark.parametrize("elsewhere", ["connection:2:grant", "connection:1:access", "", "connection:1:grant "])
def test_a_text_moved_to_another_row_or_field_does_not_open(elsewhere):
    sealed = vault.seal("token", bound_to=ROW)

    with pytest.raises(VaultError):
        vault.open_sealed(sealed, bound_to=elsewhere)


@pytest.mark.parametrize("position", [0, 5, 12, 13, -1])
def test_one_changed_bit_does_not_open(position):
    version, key, body = vault.seal("token", bound_to=ROW).split(".")
    raw = bytearray(base64.urlsafe_b64decode(body))
    raw[position] ^= 1

    with pytest.raises(VaultError):
        vault.open_sealed(f"{version}.{key}.{base64.urlsafe_b64encode(raw).decode()}", bound_to=ROW)


@pytest.mark.parametrize("text", ["", "token", "v1.k1.", "v1.k1.AAAA", "v1.k1.###", "v2.k1.AAAA", "v1..AAAA"])
def test_what_the_vault_never_sealed_does_not_open(text):
    with pytest.raises(VaultError):
        vault.open_sealed(text, bound_to=ROW)


def test_after_a_rotation_the_new_key_seals_and_both_open(settings):
    old = vault.seal("old token", bound_to=ROW)
    settings.VAULT_KEYS = [SECOND, FIRST]

    new = vault.seal("new token", bound_to=ROW)

    assert vault.key_of(new) == "k2"
    assert vault.open_sealed(old, bound_to=ROW) == "old token"
    assert vault.open_sealed(new, bound_to=ROW) == "new token"


def test_without_its_key_a_text_stays_shut(settings):
    old = vault.seal("token", bound_to=ROW)
    settings.VAULT_KEYS = [SECOND]

    with pytest.raises(VaultError):
        vault.open_sealed(old, bound_to=ROW)


def test_a_text_relabelled_with_another_key_id_does_not_open(settings):
    sealed = vault.seal("token", bound_to=ROW)
    settings.VAULT_KEYS = [SECOND, FIRST, "k3:" + FIRST.partition(":")[2]]

    # The same 32 bytes under another name: only the authenticated label tells them apart.
    with pytest.raises(VaultError):
        vault.open_sealed(sealed.replace(".k1.", ".k3."), bound_to=ROW)


@pytest.mark.parametrize(
    "entries",
    [
        (),
        ("k1:short",),
        ("k1:" + base64.b64encode(b"1" * 16).decode(),),
        ("k1:not base64 at all!",),
        (":" + FIRST.partition(":")[2],),
        ("a.b:" + FIRST.partition(":")[2],),
    ],
)
def test_a_malformed_keyring_is_refused(entries):
    with pytest.raises(VaultError):
        vault.keyring(entries)


def test_a_refused_keyring_does_not_quote_the_key():
    with pytest.raises(VaultError) as refused:
        vault.keyring(("k1:c2VjcmV0LWJ1dC10b28tc2hvcnQ=",))

    assert "c2VjcmV0" not in str(refused.value)
