"""Several domains and the names above them: the strictest decides."""

from datetime import UTC, datetime

import pytest

from policy.record import Policy, Record
from policy.standing import Answer, Standing, State, follow
from policy.verdict import Verdict, judge, strictest

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def known(policy: Policy | None, *, below: bool = False) -> Standing:
    return follow(Standing(), [Answer(Record(policy, subdomains=below))] * 2, NOW)


OPEN, PRIVATE, UNHEARD = known(None), known(Policy.PRIVATE), Standing()


@pytest.mark.parametrize(
    ("own", "above", "decides"),
    [
        (OPEN, OPEN, (False, "mail.example.com", State.NONE)),
        (PRIVATE, OPEN, (True, "mail.example.com", State.PRIVATE)),
        (OPEN, PRIVATE, (False, "mail.example.com", State.NONE)),
        (OPEN, known(Policy.PRIVATE, below=True), (True, "example.com", State.PRIVATE)),
        (OPEN, known(Policy.NONE, below=True), (True, "example.com", State.PRIVATE)),
        (UNHEARD, OPEN, (True, "mail.example.com", State.UNKNOWN)),
        (OPEN, UNHEARD, (True, "example.com", State.UNKNOWN)),
    ],
)
def test_a_name_above_counts_by_what_it_covers_alone(own, above, decides):
    found = judge("mail.example.com", ["example.com"], {"mail.example.com": own, "example.com": above}, NOW)
    assert (found.private, found.domain, found.state) == decides


def test_the_strictest_of_several_domains_decides_and_a_record_explains_more_than_silence():
    verdicts = [
        Verdict(False, "open.example"),
        Verdict(True, "silent.example", state=State.UNKNOWN),
        Verdict(True, "private.example", state=State.PRIVATE),
    ]
    assert strictest(verdicts).domain == "private.example"
    assert strictest(verdicts[:2]).domain == "silent.example"
    assert not strictest([]).private
