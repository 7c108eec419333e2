"""Changing the vault's keys: both are good meanwhile, stopping in the middle is harmless, and the old one opens nothing afterwards."""

import base64
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import audit, keys, vault
from accounts.adapter import MFAAdapter
from accounts.audit import Act
from accounts.models import Chain, Connection, Deletion, User
from accounts.oauth.refresh import binding
from tests.factories import make_connection, make_user, put_access
from tests.house.source import ROOT

pytestmark = pytest.mark.django_db
OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()


@pytest.fixture
def alice(settings: Any) -> User:
    """With a sealed text in every column that has any, all by the old key."""
    settings.VAULT_KEYS = [OLD]
    user = make_user("alice")
    for person in ("alice-northwind", "alice-gmail"):
        put_access(make_connection(user, person, refresh_token=f"refresh of {person}"), "access", seconds=3600)
    audit.record(user, Act.SIGNED_IN, personal={"network": "203.0.113.0/24"})
    secret, codes = MFAAdapter().encrypt("totp secret"), [MFAAdapter().encrypt("code")]
    Authenticator.objects.create(user=user, type="totp", data={"secret": secret})
    Authenticator.objects.create(user=user, type="recovery_codes", data={"migrated_codes": codes, "used_mask": 0})
    row = Deletion(user=make_user("bob"), copies="leave", asked_at=timezone.now())
    row.notify = vault.seal("bob@hetk.example", bound_to=row.binding)
    row.save()
    settings.VAULT_KEYS = [NEW, OLD]
    return user


def rotate(*options: str) -> str:
    told = io.StringIO()
    call_command("rotate_keys", *options, stdout=told, stderr=told)
    return told.getvalue()


def everything() -> str:
    return str([row for model in apps.get_models() for row in model._default_manager.values()])


def readable(user: User) -> bool:
    """Whether all that was sealed still says what it said."""
    for row in Connection.objects.filter(user=user):
        assert vault.open_sealed(row.grant, bound_to=binding(row, "grant")).startswith("refresh of ")
        assert vault.open_sealed(row.access, bound_to=binding(row, "access")) == "access"
    assert [audit.personal_of(entry) for entry in audit.entries_of(user)] == [{"network": "203.0.113.0/24"}]
    assert audit.verify(Chain.objects.get(user=user)) is None
    factors = {row.type: row.data for row in Authenticator.objects.filter(user=user)}
    assert MFAAdapter().decrypt(factors["totp"]["secret"]) == "totp secret"
    assert MFAAdapter().decrypt(factors["recovery_codes"]["migrated_codes"][0]) == "code"
    ended = Deletion.objects.get()
    return vault.open_sealed(ended.notify, bound_to=ended.binding) == "bob@hetk.example"


def test_the_new_key_seals_everything_and_the_old_one_can_go(alice, settings):
    assert readable(alice)
    assert "8 sealed anew" in rotate()
    settings.VAULT_KEYS = [NEW]
    assert readable(alice)
    assert "v1.old." not in everything()
    assert keys.by_key() == {"new": 8}


def test_a_second_run_finds_nothing_to_do(alice):
    rotate()
    before = everything()
    assert "0 sealed anew" in rotate()
    assert everything() == before


@pytest.mark.parametrize("stop", range(1, 8))
def test_a_run_that_was_stopped_leaves_all_readable_and_the_next_one_goes_on(alice, settings, monkeypatch, stop):
    seal, count = vault.seal, iter(range(1, 99))

    def dies(*args: Any, **kwargs: Any) -> str:
        if next(count) > stop:
            raise KeyboardInterrupt
        return seal(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr("accounts.vault.seal", dies)
        with pytest.raises(KeyboardInterrupt):
            rotate()
    assert readable(alice)
    assert {"old", "new"} >= set(keys.by_key())
    rotate()
    settings.VAULT_KEYS = [NEW]
    assert readable(alice)


def test_a_refresh_that_is_under_way_keeps_its_grant_until_it_is_done(alice, monkeypatch):
    Connection.objects.filter(kind="google").update(refresh_lease_until=timezone.now() + timedelta(seconds=40))
    grant = Connection.objects.get(kind="google").grant
    slept = []

    def ends(seconds: float) -> None:
        slept.append(Connection.objects.get(kind="google").grant == grant)
        Connection.objects.update(refresh_lease_until=None)

    monkeypatch.setattr("time.sleep", ends)
    told = rotate()
    assert slept == [True]
    assert "2 are being refreshed" in told
    assert keys.by_key() == {"new": 8}


def test_what_does_not_open_is_told_by_its_row_and_stays_as_it_is(alice, settings):
    lost = Connection.objects.get(kind="google")
    settings.VAULT_KEYS = ["gone:" + base64.b64encode(b"g" * 32).decode()]
    Connection.objects.filter(pk=lost.pk).update(grant=vault.seal("x", bound_to=binding(lost, "grant")))
    settings.VAULT_KEYS = [NEW, OLD]
    told = io.StringIO()
    with pytest.raises(CommandError, match="1 texts do not open"):
        call_command("rotate_keys", stdout=told, stderr=told)
    assert f"Connection {lost.pk}: grant" in told.getvalue()
    assert "1 sealed by gone, which is not the first key" in told.getvalue()
    assert keys.by_key() == {"new": 7, "gone": 1}


def test_a_check_changes_nothing(alice):
    before = everything()
    assert rotate("--check") == "8 sealed by old, which is not the first key\n"
    assert everything() == before


def test_every_column_that_is_told_to_be_sealed_is_sealed_anew():
    sections = re.split(r"^### ", (ROOT / "docs/data.md").read_text(), flags=re.MULTILINE)[1:]
    told = {
        (section.split("\n", 1)[0].strip(), name)
        for section in sections
        for row in re.findall(r"^\| (`[^|]*) \|[^|]*\bsealed\b[^|]*\|$", section, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    # Under the key of its chain, which is sealed anew.
    told -= {("ChainEntry", "sealed")}
    ours = {(column.model.__name__, column.field) for column in keys.SEALED if column.model is not Authenticator}
    assert told == ours
