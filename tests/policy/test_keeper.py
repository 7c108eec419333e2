"""What is asked, when, and what is remembered of the answers."""

from datetime import UTC, datetime, timedelta

import pytest

from policy import keeper
from policy.models import Domain
from policy.record import Policy, Record
from policy.standing import Answer, State

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOTHING_THERE = [Answer(Record())] * 2
PRIVATE = [Answer(Record(Policy.PRIVATE, text="v=hetk1; policy=private"))] * 2
FAILED = [Answer(None)] * 2


class Dns:
    """Answers by name, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.asked: list[str] = []

    def __call__(self, name: str) -> list[Answer]:
        self.asked.append(name)
        return self.answers.get(name, NOTHING_THERE)


@pytest.fixture
def dns() -> Dns:
    found = Dns()
    keeper.use(found)
    return found


def test_a_domain_is_asked_once_a_minute_however_often_it_is_needed(dns):
    for seconds in (0, 1, 59):
        assert not keeper.verdict({"example.com"}, NOW + timedelta(seconds=seconds)).private
    assert dns.asked == ["example.com"]
    dns.answers["example.com"] = PRIVATE
    found = keeper.verdict({"example.com"}, NOW + timedelta(seconds=60))
    assert (found.private, found.domain, found.standing.text) == (True, "example.com", "v=hetk1; policy=private")
    assert dns.asked == ["example.com"] * 2


def test_the_names_above_are_asked_too_and_no_public_suffix_ever(dns):
    keeper.verdict({"mail.example.co.uk", "example.com"}, NOW)
    assert sorted(dns.asked) == ["example.co.uk", "example.com", "mail.example.co.uk"]


def test_one_private_domain_among_several_makes_all_private(dns):
    dns.answers["contoso.example"] = PRIVATE
    assert keeper.verdict({"contoso.example", "example.com"}, NOW).domain == "contoso.example"


def test_a_domain_that_does_not_answer_is_private_and_remembered_as_unheard(dns):
    dns.answers["example.com"] = FAILED
    found = keeper.verdict({"example.com"}, NOW)
    assert (found.private, found.state) == (True, State.UNKNOWN)
    assert Domain.objects.get().failures == 1


def test_what_is_known_survives_in_its_row_whole(dns):
    dns.answers["example.com"] = [
        Answer(Record(Policy.PRIVATE, True, "v=hetk1; policy=privat; sp=private"), signed=True)
    ]
    known = keeper.up_to_date({"example.com"}, NOW)["example.com"]
    assert Domain.objects.get(name="example.com").standing == known
    assert (known.signed, known.subdomains, known.since) == (True, True, NOW)


def test_no_domain_at_all_asks_nobody(dns):
    assert not keeper.verdict(set(), NOW).private
    assert dns.asked == []
