"""Questions to a real DNS server over UDP and TCP, and everything a resolver can do wrong."""

from collections.abc import Iterator

import pytest

from policy import lookup
from policy.lookup import Server, ask
from policy.record import Policy, Record
from sandbox.names import Trouble
from sandbox.server import Running

DOMAIN = "northwind.example"
RECORD = "v=hetk1; policy=private"


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with Running() as sandbox:
        yield sandbox


@pytest.fixture
def names(running, monkeypatch):
    monkeypatch.setattr(lookup, "PATIENCE", 0.5)
    running.world.reset()
    return running.world.names


@pytest.fixture
def server(running) -> Server:
    return Server("127.0.0.1", running.dns_port)


def test_a_published_record_is_read(names, server):
    names.publish(f"_hetk.{DOMAIN}", [RECORD.encode()])
    heard = ask(DOMAIN, server)
    assert (heard.name, heard.outcome) == (f"_hetk.{DOMAIN}", "answered")
    assert heard.answer.record == Record(Policy.PRIVATE, text=RECORD, tags=(("v", "hetk1"), ("policy", "private")))


def test_a_name_without_a_record_and_a_name_that_is_not_there_both_answer_that_there_is_none(names, server):
    names.publish(f"deeper._hetk.{DOMAIN}", [b"x"])
    assert (ask(DOMAIN, server).outcome, ask(DOMAIN, server).answer.record) == ("no such record", Record())
    absent = ask("fabrikam.example", server)
    assert (absent.outcome, absent.answer.record) == ("no such name", Record())


def test_a_long_record_comes_in_several_strings_and_over_tcp(names, server):
    names.publish(f"_hetk.{DOMAIN}", [RECORD.encode() + b"; note=" + b"x" * 400, *(b"other" * 40 for _ in range(12))])
    heard = ask(DOMAIN, server)
    assert heard.answer.record is not None
    assert heard.answer.record.policy is Policy.PRIVATE


def test_an_answer_cut_short_is_asked_for_again_over_tcp(names, server):
    names.publish(f"_hetk.{DOMAIN}", [RECORD.encode()])
    names.troubles[DOMAIN] = Trouble.TRUNCATED
    heard = ask(DOMAIN, server)
    assert heard.answer.record is not None
    assert heard.answer.record.policy is Policy.PRIVATE
    assert [question.way for question in names.questions] == ["udp", "tcp"]


@pytest.mark.parametrize(
    "trouble", [Trouble.SERVFAIL, Trouble.REFUSED, Trouble.SILENCE, Trouble.WRONG_ID, Trouble.GARBAGE]
)
def test_a_failure_is_never_taken_for_an_answer(names, server, trouble):
    names.troubles[DOMAIN] = trouble
    assert ask(DOMAIN, server).answer.record is None


def test_nobody_at_the_address_is_a_failure(monkeypatch):
    monkeypatch.setattr(lookup, "PATIENCE", 0.3)
    assert ask(DOMAIN, Server("127.0.0.1", 9)).answer.record is None


def test_a_signature_counts_from_this_machine_alone(names, server, monkeypatch):
    names.publish(f"_hetk.{DOMAIN}", [RECORD.encode()])
    assert not ask(DOMAIN, server).answer.signed
    names.signed.add(DOMAIN)
    assert ask(DOMAIN, server).answer.signed
    monkeypatch.setattr(Server, "is_local", False)
    assert not ask(DOMAIN, server).answer.signed


def test_that_there_is_none_can_be_signed_too(names, server):
    names.signed.update({DOMAIN, "fabrikam.example"})
    assert ask(DOMAIN, server).answer.signed
    assert ask("fabrikam.example", server).answer.signed


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("192.0.2.1", Server("192.0.2.1", 53)),
        ("192.0.2.1:5300", Server("192.0.2.1", 5300)),
        ("::1", Server("::1", 53)),
        ("[2001:db8::1]:5300", Server("2001:db8::1", 5300)),
    ],
)
def test_a_resolver_is_an_address_and_perhaps_a_port(text, server):
    assert Server.parse(text) == server


@pytest.mark.parametrize("text", ["", "dns.example", "192.0.2.1:x", "192.0.2.1:99999", "192.0.2"])
def test_a_resolver_that_is_none_is_refused_with_a_word_on_what_to_write(text):
    with pytest.raises(ValueError, match="write 192"):
        Server.parse(text)
