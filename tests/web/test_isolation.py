"""Somebody else's ids open nothing, at any address, by any verb."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import EmailChange
from sync import example
from sync.draft import KEY
from sync.models import Pair, Watch
from tests.factories import passkey
from tests.web.household import Household, audited
from tests.web.routes import ours, rows, takes_arguments

HTMX = {"HTTP_HX_REQUEST": "true"}
WORD = {"decision": "release", "copies": "keep", "direction": "one", "out-private": "no", "out-show_as": "keep"}
SAID = WORD | {"back-private": "no", "back-show_as": "keep"}
# Ids in these are words that everybody knows, or are looked at by tests of their own.
KNOWN_TO_ALL = {"signin", "connect", "connect_callback", "recipe", "use_case"}
# The signed word in the address is the proof, whoever brings it.
BY_PROOF = {"account_reset_password_from_key", "way_back", "lost_factor_stop"}
BY_SECRET = {"deletion", "hook_microsoft", "hook_microsoft_lifecycle", "hook_google"}


def arguments(alice: Household) -> dict[str, dict[str, Any]]:
    """Route -> what stands in its address when it is about something of Alice's. A new route needs a line here."""
    pair = alice.pair()
    of_pair = {"public_id": pair.public_id}
    names = ["pair", "pause", "resume", "sync_now", "edit", "edit_review", "end", "ending", "pair_activity"]
    names += ["verify", "verifications", "replace_feed"]
    found: dict[str, dict[str, Any]] = dict.fromkeys(names, of_pair)
    found["attestation"] = {**of_pair, "verification_id": audited(pair).public_id}
    found["decide"] = {**of_pair, "brake_id": alice.brake(pair).pk}
    found["reconnect"] = found["disconnect"] = {"public_id": alice.microsoft.public_id}
    key = passkey(alice.user)
    found["mfa_edit_webauthn"] = found["mfa_remove_webauthn"] = {"pk": key.pk}
    session = UserSession.objects.create(user=alice.user, ip="192.0.2.7", session_key="alices", user_agent="alice")
    found["end_session"] = {"session_id": session.pk}
    google = SocialAccount.objects.create(user=alice.user, provider="google", uid="https://accounts.google.com|alice")
    found["remove_identity"] = {"identity_id": google.pk}
    change = EmailChange.objects.create(
        user=alice.user, old="a@hetk.example", new="b@hetk.example", changed_at=timezone.now()
    )
    found["way_back"] = {"token": signing.dumps(change.pk, salt="somebody else's")}
    found["lost_factor_stop"] = {"token": "made-up"}

    token = alice.user.api_tokens.create(name="t", digest="d", scopes="read", expires_on=timezone.now())
    found["token_revoke"] = {"public_id": token.public_id}
    approval = alice.user.approvals.create(tenant="t", address="alice@fabrikam.example", asked_at=timezone.now())
    for name in ("approval", "approval_finish", "approval_forget"):
        found[name] = {"public_id": approval.public_id}
    contract = {"organization": "Fabrikam", "post": "x", "version": "2026-11-26", "fingerprint": "f" * 64, "text": "x"}
    found["dpa_accepted"] = {"contract_id": alice.user.contracts.create(**contract).pk}
    # allauth's: the key in the address is the proof.
    found["account_reset_password_from_key"] = {"uidb36": "1", "key": "1-2"}
    return found


def test_every_address_with_an_id_in_it_is_known_here(alice):
    with_ids = {name for name, pattern in ours().items() if takes_arguments(pattern)}
    assert with_ids == set(arguments(alice)) | KNOWN_TO_ALL | BY_SECRET


@pytest.mark.parametrize("extra", [{}, HTMX], ids=["page", "htmx"])
def test_a_strangers_ids_are_not_found_and_nothing_changes(alice, charlie, browser_of, extra):
    known = arguments(alice)
    del known["account_reset_password_from_key"]
    client = browser_of(charlie)
    before = rows()
    for name, kwargs in known.items():
        address = reverse(name, kwargs=kwargs)
        answers = [client.get(address, **extra), client.post(address, SAID, **extra)]
        assert {answer.status_code for answer in answers} <= {404, 405}, name
        assert 404 in {answer.status_code for answer in answers}, name
        assert b"alice" not in b"".join(answer.content for answer in answers), name
    assert rows() == before


def test_an_id_of_nobody_looks_the_same_as_a_strangers(alice, charlie, browser_of):
    client = browser_of(charlie)
    theirs = client.get(reverse("pair", args=(alice.pair().public_id,)))
    nobodys = client.get(reverse("pair", args=(uuid.uuid4(),)))
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    pages = {re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", answer.content) for answer in (theirs, nobodys)}
    assert len(pages) == 1


def test_who_is_not_signed_in_is_sent_to_sign_in_from_everything_that_is_somebodys(alice):
    known = arguments(alice)
    for name in BY_PROOF:
        del known[name]
    client, before = Client(), rows()
    for name, kwargs in known.items():
        address = reverse(name, kwargs=kwargs)
        answers = [client.get(address), client.post(address, SAID)]
        moved = [answer.headers["Location"].split("?")[0] for answer in answers if answer.status_code == 302]
        assert moved, name
        assert set(moved) == {reverse("account_login")}, name
        assert {answer.status_code for answer in answers} <= {302, 405}, name
    assert rows() == before


def test_the_support_desk_is_closed_to_people(alice, browser_of):
    client = browser_of(alice)
    own = [
        f"customer/{alice.user.pk}/",
        f"customer/{alice.user.pk}/end-sessions/{alice.user.pk}/",
        "work/",
        "find/?q=alice",
        "health/",
    ]
    for place in ("", "accounts/user/", f"accounts/connection/{alice.google.pk}/change/", "django_q/success/", *own):
        answer = client.get(f"/admin/{place}")
        assert answer.status_code == 302, place
        assert "/login/" in answer.headers["Location"]


def test_a_brake_is_answered_at_its_own_pair_only(alice, browser):
    one = alice.pair()
    other = alice.pair(first=alice.calendar(alice.microsoft, "Team"), second=alice.calendar(alice.google, "Family"))
    question = alice.brake(one)
    address = reverse("decide", args=(other.public_id, question.pk))
    assert browser.post(address, {"decision": "release"}).status_code == 404
    question.refresh_from_db()
    assert question.decided_at is None


@pytest.mark.parametrize("number", [0, 2**31, 2**63, 10**40])
def test_a_number_that_no_row_can_have_is_not_found(alice, browser, number):
    assert browser.post(reverse("decide", args=(alice.pair().public_id, number))).status_code == 404


@pytest.mark.parametrize("side", ["first", "second"])
def test_a_strangers_calendar_in_the_form_makes_no_draft(alice, charlie, browser, side):
    fields = {"first": alice.work.public_id, "second": alice.home.public_id, "direction": "two"}
    answer = browser.post(reverse("new_pair"), {**fields, side: charlie.work.public_id})
    assert answer.status_code == 200
    assert KEY not in browser.session
    assert b"charlie" not in answer.content


@pytest.mark.parametrize("side", ["first", "second"])
def test_a_draft_with_a_strangers_calendar_starts_nothing(alice, charlie, browser, side):
    session = browser.session
    draft = {"first": str(alice.work.public_id), "second": str(alice.home.public_id), "two_way": True}
    session[KEY] = {**draft, side: str(charlie.home.public_id)}
    session.save()
    for address in (reverse("new_looks"), reverse("new_review")):
        assert browser.get(address).status_code == 302
        assert browser.post(address, SAID).status_code == 302
    assert not Pair.objects.exists()


@pytest.mark.parametrize("side", ["from", "to"])
def test_no_picture_is_drawn_with_a_strangers_calendar(alice, charlie, browser, side):
    sealed = example.seal(example.Sample(example.made_up("alice@gmail.example"), made_up=True))
    fields = {"side": "out", "out-from": alice.work.public_id, "out-to": alice.home.public_id, "out-event": sealed}
    assert browser.post(reverse("picture"), {**fields, **SAID}).status_code == 200
    answer = browser.post(reverse("picture"), {**fields, **SAID, f"out-{side}": charlie.work.public_id})
    assert answer.status_code == 404


def test_fields_that_a_form_does_not_have_change_nothing(alice, charlie, browser):
    pair = alice.pair()
    more = {
        "user": charlie.user.pk, "user_id": charlie.user.pk, "paused_at": "2026-01-01", "ending_at": "2026-01-01", "is_staff": "on",
        "is_superuser": "on", "email": "charlie@hetk.example", "password": "x", "first": charlie.work.pk, "second_id": charlie.home.pk,
        "source": charlie.work.pk, "target_id": charlie.home.pk, "settled_at": "", "connection": charlie.google.pk, "pk": "999", "id": "999",
    }  # fmt: skip
    unbound = {key: value for key, value in rows().items() if not key.startswith(("sync.Link", "sync.Calendar"))}
    same = {"direction": "two"} | {f"{side}-{name}": value for side in ("out", "back") for name, value in OLD.items()}
    for step in ("edit", "edit_review"):
        assert browser.post(reverse(step, args=(pair.public_id,)), {**more, **same}).status_code == 302
    assert browser.post(reverse("settings"), {**more, "time_zone": "Europe/Tallinn"}).status_code == 302
    assert browser.post(reverse("sync_now", args=(pair.public_id,)), more).status_code == 302
    assert {key: value for key, value in rows().items() if key in unbound} == unbound


OLD = {"private": "yes", "show_as": "keep", "keep_out": "#nosync"}


def test_a_bell_of_one_calendar_does_not_ring_with_the_secret_of_another(alice, charlie, client):
    from sync.store.keys import watch_secret

    now = timezone.now()
    times = {"created_at": now, "expires_at": now + timedelta(days=2), "renew_at": now + timedelta(days=1)}
    mine, theirs = (Watch.objects.create(calendar=who.home, **times) for who in (alice, charlie))
    before = rows()
    answer = client.post(
        f"/hooks/google/{theirs.public_id}/", headers={"X-Goog-Channel-Token": watch_secret(str(mine.public_id))}
    )
    assert answer.status_code == 404
    assert rows() == before
