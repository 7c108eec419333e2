"""Policies of signed domains, asked of a resolver that validates: what a signature allows, and what its absence never does."""

import json
import socket
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from policy import lookup
from policy.lookup import Server, ask
from policy.record import Policy, Record
from policy.standing import Answer, Standing, State, follow
from policy.verdict import NOTHING_KNOWN
from tests.dnssec.conftest import NONE, PRIVATE
from tests.dnssec.servers import Knot, unbound

pytestmark = pytest.mark.dnssec
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _not_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "PATIENCE", 3.0)


def heard(known: Standing, domain: str, *servers: Server, minutes: float = 0) -> Standing:
    """What is known after both resolvers were asked."""
    asked = [ask(domain, server).answer for server in (servers * 2)[:2]]
    return follow(known, asked, NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("domain", "policy", "state"),
    [
        ("private.example", Policy.PRIVATE, State.PRIVATE),
        ("none.example", Policy.NONE, State.NONE),
        ("silent.example", None, State.NONE),
    ],
)
def test_what_a_signed_domain_says_is_read_with_its_signature_that_there_is_nothing_too(
    resolver, domain, policy, state
):
    answer = ask(domain, resolver).answer
    assert answer.signed
    assert answer.record is not None
    assert answer.record.policy is policy
    known = heard(NOTHING_KNOWN, domain, resolver)
    assert (known.state, known.signed) == (state, True)


def test_an_unsigned_domain_is_believed_without_being_called_signed(resolver):
    answer = ask("plain.example", resolver).answer
    assert answer == Answer(Record(Policy.PRIVATE, text=PRIVATE, tags=(("v", "hetk1"), ("policy", "private"))))
    assert not heard(NOTHING_KNOWN, "plain.example", resolver).signed


@pytest.mark.parametrize("domain", ["forged.example", "stripped.example"])
def test_a_bogus_answer_is_no_answer_and_loosens_nothing(resolver, domain):
    assert ask(domain, resolver) == lookup.Heard(
        f"_hetk.{domain}", resolver, "the resolver failed or refused", Answer(None)
    )
    assert heard(NOTHING_KNOWN, domain, resolver).state is State.UNKNOWN
    known = Standing(state=State.PRIVATE, signed=True, answered_at=NOW)
    assert heard(known, domain, resolver, minutes=1).state is State.PRIVATE


def test_who_does_not_validate_hears_the_forgery_and_is_not_believed_about_a_signed_domain(careless):
    answer = ask("forged.example", careless).answer
    assert answer.record is not None
    assert (answer.record.policy, answer.signed) == (Policy.NONE, False)
    known = Standing(state=State.PRIVATE, signed=True, answered_at=NOW)
    assert heard(known, "forged.example", careless, minutes=1).state is State.PRIVATE
    # Of a domain that never was signed it would be.
    assert (
        heard(Standing(state=State.PRIVATE, answered_at=NOW), "forged.example", careless, minutes=1).state is State.NONE
    )


def test_a_domain_that_was_signed_never_loosens_without_a_signature_however_long(authority, resolver, careless):
    known = heard(NOTHING_KNOWN, "leaving.example", resolver)
    assert (known.state, known.signed) == (State.PRIVATE, True)

    authority.publish("leaving.example", NONE)
    # Changed and signed: that loosens.
    assert heard(known, "leaving.example", resolver, minutes=1).state is State.NONE

    authority.unsign("leaving.example")
    for minutes in (1, 30, 61, 200, 60 * 24 * 30):
        # The keys above it are still there (bogus), or are gone, too (plain).
        for server in (resolver, careless):
            known = heard(known, "leaving.example", server, minutes=minutes)
            assert known.state is State.PRIVATE
    authority.publish("leaving.example")
    for minutes in (60 * 24 * 31, 60 * 24 * 32, 60 * 24 * 33, 60 * 24 * 34):
        known = heard(known, "leaving.example", careless, minutes=minutes)
    assert known.state is State.PRIVATE
    # What tightens needs none.
    authority.publish("leaving.example", PRIVATE)
    assert (
        heard(Standing(state=State.NONE, signed=True, answered_at=NOW), "leaving.example", careless).state
        is State.PRIVATE
    )


def own_addresses() -> list[str]:
    """Of this machine, other than loopback: none where it has no network."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.99", 9))
        return [str(probe.getsockname()[0])]
    return []


def test_the_same_resolver_reached_over_the_network_vouches_for_nothing(tmp_path, authority: Knot, anchors, resolver):
    assert ask("none.example", resolver).answer.signed
    assert resolver.is_local
    for address in own_addresses():
        with unbound(tmp_path, authority, anchors, address) as distant:
            answer = ask("none.example", distant).answer
            assert answer.record is not None
            assert (answer.record.policy, answer.signed) == (Policy.NONE, False)
            known = Standing(state=State.PRIVATE, signed=True, answered_at=NOW)
            assert heard(known, "none.example", distant, minutes=1).state is State.PRIVATE
            assert heard(known, "none.example", resolver, distant, minutes=1).state is State.NONE


@pytest.mark.parametrize(("domain", "effective"), [("private.example", "private"), ("forged.example", "unknown")])
def test_the_command_tells_what_was_validated(resolver, domain, effective):
    out = StringIO()
    call_command("policy_check", domain, json=True, resolver=str(resolver), stdout=out)
    told = json.loads(out.getvalue())
    assert told["effective"] == effective
    assert {step["validated"] for step in told["steps"]} == {effective == "private"}
