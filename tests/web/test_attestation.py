"""Attestations: genuine ones verify, changed ones never, old keys still do, and no event is in any."""

import base64
import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from sync import attestation
from sync.core.attestation import NotGenuine, canonical
from sync.models import Verification
from sync.store import keys


@pytest.fixture
def row(alice) -> Verification:
    pair = alice.pair()
    now = timezone.now()
    scope = [{"source": str(alice.work.public_id), "target": str(alice.home.public_id), "hidden": ["title"]}]
    return Verification.objects.create(
        pair=pair,
        asked_at=now,
        due_at=now,
        started_at=now,
        finished_at=now + timedelta(seconds=3),
        outcome=Verification.Outcome.COMPLETE,
        scope=scope,
        read_first=120,
        read_second=118,
        checked=100,
        missing=2,
        visible=1,
        left=1,
    )


@pytest.fixture
def ring(settings):
    """Puts other keys in place; what was made from the old ones is forgotten."""

    def put(*entries: str) -> None:
        settings.MARK_KEYS = list(entries)
        keys.ring.cache_clear()

    yield put
    keys.ring.cache_clear()


def key(name: str, byte: int) -> str:
    return f"{name}:{base64.b64encode(bytes([byte]) * 32).decode()}"


def test_a_genuine_paper_says_what_was_verified_and_whose_it_is(row, alice):
    said = attestation.check(attestation.issue(row, timezone.now()), attestation.own_keys())
    assert [calendar["account"] for calendar in said["calendars"]] == [alice.microsoft.address, alice.google.address]
    assert [calendar["id"] for calendar in said["calendars"]] == [str(alice.work.public_id), str(alice.home.public_id)]
    assert [calendar["events_read"] for calendar in said["calendars"]] == [120, 118]
    assert said["directions"] == row.scope
    assert (said["copies_checked"], said["repaired"], said["left"]) == (100, 2, 1)
    assert said["differences"] == {"missing": 2, "extra": 0, "differing": 0, "showing_hidden_details": 1}
    assert (said["pair"], said["outcome"]) == (str(row.pair.public_id), "complete")
    assert said["site"].startswith("http")


def test_neither_a_calendars_name_nor_an_id_of_the_provider_is_in_it(row, alice):
    alice.work.name, alice.work.remote_id = "Oncology", "AAMk-remote"
    alice.work.save()
    paper = attestation.issue(row, timezone.now())
    assert "Oncology" not in paper
    assert "AAMk-remote" not in paper


@pytest.mark.parametrize(
    "change",
    [
        lambda paper: paper["statement"].update(left=0),
        lambda paper: paper["statement"]["calendars"][0].update(account="mallory@evil.example"),
        lambda paper: paper["statement"].update(extra_word="none"),
        lambda paper: paper["statement"].pop("under_way"),
        lambda paper: paper["signature"].update(value=base64.b64encode(bytes(64)).decode()),
        lambda paper: paper["signature"].update(value="not base64"),
        lambda paper: paper["signature"].update(key="another"),
        lambda paper: paper["signature"].update(algorithm="none"),
        lambda paper: paper.pop("signature"),
    ],
)
def test_a_paper_that_was_changed_is_refused(row, change):
    paper = json.loads(attestation.issue(row, timezone.now()))
    change(paper)
    with pytest.raises(NotGenuine):
        attestation.check(json.dumps(paper), attestation.own_keys())


@pytest.mark.parametrize("text", ["", "[]", "{", '{"statement": 1, "signature": {}}', "null"])
def test_what_is_no_paper_is_refused(text, db):
    with pytest.raises(NotGenuine):
        attestation.check(text, attestation.own_keys())


def test_the_order_of_keys_and_the_blanks_in_the_file_do_not_matter(row):
    paper = json.loads(attestation.issue(row, timezone.now()))
    turned = {"signature": paper["signature"], "statement": dict(reversed(paper["statement"].items()))}
    assert attestation.check(json.dumps(turned, indent=8), attestation.own_keys()) == paper["statement"]


def test_an_old_key_still_verifies_and_a_new_one_signs(row, ring):
    ring(key("old", 1))
    old = attestation.issue(row, timezone.now())
    ring(key("new", 2), key("old", 1))
    assert attestation.check(old, attestation.own_keys())["pair"] == str(row.pair.public_id)
    new = json.loads(attestation.issue(row, timezone.now()))
    assert new["signature"]["key"].startswith("new.")
    assert [entry["kid"].split(".")[0] for entry in attestation.published()["keys"]] == ["new", "old"]
    ring(key("new", 2))
    with pytest.raises(NotGenuine, match="not among those that are known"):
        attestation.check(old, attestation.own_keys())


def test_a_key_of_the_same_name_but_another_secret_does_not_verify(row, ring):
    ring(key("k", 1))
    paper = attestation.issue(row, timezone.now())
    ring(key("k", 2))
    with pytest.raises(NotGenuine):
        attestation.check(paper, attestation.own_keys())


def test_the_signing_key_is_not_the_mark_key_and_never_shown(row, ring):
    ring(key("k", 7))
    shown = json.dumps(attestation.published()) + attestation.issue(row, timezone.now())
    assert base64.b64encode(bytes([7]) * 32).decode() not in shown
    _, private = keys.signing_keys()[0]
    assert private.private_bytes_raw() != bytes([7]) * 32
    assert base64.urlsafe_b64encode(private.private_bytes_raw()).decode()[:40] not in shown


def test_anybody_can_check_a_paper_with_the_published_keys_and_no_code_of_ours(row, client):
    answer = client.get("/.well-known/hetk-attestation-keys.json")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    paper = json.loads(attestation.issue(row, timezone.now()))
    entry = next(one for one in answer.json()["keys"] if one["kid"] == paper["signature"]["key"])
    signed = json.dumps(paper["statement"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert signed == canonical(paper["statement"])
    public = load_pem_public_key(entry["pem"].encode())
    assert isinstance(public, Ed25519PublicKey)
    public.verify(base64.b64decode(paper["signature"]["value"]), signed)
    assert (entry["kty"], entry["crv"], entry["alg"]) == ("OKP", "Ed25519", "EdDSA")


def test_the_command_tells_genuine_from_changed_with_own_and_with_published_keys(row, client, tmp_path: Path):
    paper, published = tmp_path / "paper.json", tmp_path / "keys.json"
    paper.write_text(attestation.issue(row, timezone.now()))
    published.write_text(client.get(reverse("attestation_keys")).content.decode())
    for options in ([], ["--keys", str(published)]):
        out = StringIO()
        call_command("verify_attestation", str(paper), *options, stdout=out)
        assert "Genuine" in out.getvalue()
        assert "100 copies checked, 3 differences, 2 repaired, 1 left" in out.getvalue()
    paper.write_text(paper.read_text().replace('"left": 1', '"left": 0'))
    with pytest.raises(CommandError, match="changed after it was signed"):
        call_command("verify_attestation", str(paper))
    published.write_text("{}")
    with pytest.raises(CommandError, match="no list of published keys"):
        call_command("verify_attestation", str(paper), "--keys", str(published))


def test_the_owner_downloads_it_and_a_stranger_finds_nothing(row, alice, charlie, browser, browser_of):
    where = reverse("attestation", args=(row.pair.public_id, row.public_id))
    answer = browser.get(where)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert attestation.check(answer.content.decode(), attestation.own_keys())["verification"] == str(row.public_id)
    assert browser_of(charlie).get(where).status_code == 404
    theirs = charlie.pair()
    assert browser_of(charlie).get(reverse("attestation", args=(theirs.public_id, row.public_id))).status_code == 404


@pytest.mark.parametrize("fields", [{"outcome": "failed"}, {"outcome": "", "finished_at": None}])
def test_what_was_not_verified_is_not_attested(row, browser, fields):
    Verification.objects.update(**fields)
    assert browser.get(reverse("attestation", args=(row.pair.public_id, row.public_id))).status_code == 404
