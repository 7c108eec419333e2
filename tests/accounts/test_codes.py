"""What an error code of a provider means for a person: one line for each that is known."""

import pytest

from accounts.oauth import codes
from accounts.oauth.errors import Problem
from accounts.oauth.waiting import retry_after
from sandbox.microsoft.identity_answers import BY_NUMBER
from tests.providers import published

ROWS = [(int(row["code"][6:]), row["class"]) for row in published.codes()]
# Which pages fit a class of Microsoft's answers.
FITTING = {
    "interaction": {Problem.MFA, Problem.EXPIRED, Problem.GUEST},
    "account": {
        Problem.WRONG_ACCOUNT, Problem.GUEST, Problem.PERSONAL, Problem.LOCKED, Problem.CREDENTIALS,
    },
    "tenant policy": {Problem.TENANT_RESTRICTED},
    "reauth": {Problem.EXPIRED, Problem.CREDENTIALS},
    "conditional access": {Problem.CONDITIONAL, Problem.MFA},
    "assignment": {Problem.UNASSIGNED},
    "risk": {Problem.LOCKED},
    "consent": {Problem.APPROVAL, Problem.REQUESTED, Problem.DENIED},
    "subscription": {Problem.NO_MAILBOX},
    "tenant": {Problem.APP_BLOCKED, Problem.APPROVAL, Problem.CLOUD},
    "national cloud": {Problem.CLOUD},
    "transient": {Problem.DOWN},
    "config": {Problem.OURS, Problem.APPROVAL},
    "bug": {Problem.OURS, Problem.EXPIRED},
}  # fmt: skip


def test_the_published_table_is_there():
    assert len(ROWS) > 70


@pytest.mark.parametrize(("number", "group"), ROWS)
def test_every_published_code_has_a_page_that_fits_it(number, group):
    # Whatever the word beside it: the number alone is enough.
    for word in ("access_denied", "invalid_grant", "a word nobody knows"):
        assert codes.problem(word, number) in FITTING[group]


def test_no_number_stands_on_two_pages():
    numbers = [number for page in codes.PAGES.values() for number in page]

    assert len(numbers) == len(set(numbers))


def test_the_sandbox_can_give_every_published_answer():
    assert {number for number, _ in ROWS} <= BY_NUMBER.keys()


@pytest.mark.parametrize("number", [50011, 50194, 50196, 65005, 70002, 70011, 7000215, 7000218, 7000222, 9001023])
def test_our_own_secret_and_registration_are_ours_and_halt_nobody(number):
    assert codes.problem("access_denied", number) is Problem.OURS
    assert codes.is_ours("invalid_grant", number)


@pytest.mark.parametrize(("number", "group"), [row for row in ROWS if row[1] not in {"config", "bug"}])
def test_nobodys_account_is_taken_for_our_fault(number, group):
    assert not codes.is_ours("invalid_client", number)


@pytest.mark.parametrize(
    ("word", "problem"),
    [
        ("access_denied", Problem.DENIED),
        ("admin_policy_enforced", Problem.APPROVAL),
        ("interaction_required", Problem.CONDITIONAL),
        ("invalid_grant", Problem.EXPIRED),
        ("invalid_client", Problem.OURS),
        ("server_error", Problem.DOWN),
        ("temporarily_unavailable", Problem.DOWN),
        ("org_internal", Problem.WRONG_ACCOUNT),
        ("a word nobody knows", Problem.REFUSED),
    ],
)
def test_without_a_known_number_the_word_decides(word, problem):
    assert codes.problem(word, 0) == codes.problem(word, 123456) == problem


@pytest.mark.parametrize(
    ("number", "cause"),
    [
        (50173, "revoked"),
        (70000, "revoked"),
        (0, "revoked"),
        (700082, "expired"),
        (70008, "expired"),
        (50132, "expired"),
        (50076, "challenge"),
        (50079, "challenge"),
        (53003, "challenge"),
        (70043, "challenge"),
        (65001, "consent"),
        (90094, "consent"),
        (50057, "barred"),
        (50105, "barred"),
        (7000112, "barred"),
    ],
)
def test_why_a_grant_died(number, cause):
    assert codes.halt_cause(number) == cause


def test_number_and_correlation_are_found_in_the_description_and_nothing_else():
    told = codes.said(
        "AADSTS650056: Misconfigured application. Trace ID: 0b1d Correlation ID: 1F2E3D4C-0000-4000-8000-0123456789ab "
        "Timestamp: 2026-11-25 19:10:09Z"
    )

    assert told == codes.Said(650056, "1f2e3d4c-0000-4000-8000-0123456789ab")
    assert codes.said("Nothing of that kind.") == codes.Said(0, "")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("0.25", 0.25), ("-3", 0.0), ("soon", None), ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0)],
)
def test_how_long_to_wait(header, seconds):
    assert retry_after({"RETRY-AFTER": header}) == seconds


def test_without_a_header_nobody_named_a_time():
    assert retry_after({}) is None
