"""What an error code of a provider means for a person: one line for each that is known."""

import pytest

from accounts.oauth import codes
from accounts.oauth.errors import Problem
from accounts.oauth.waiting import retry_after


@pytest.mark.parametrize(
    ("word", "number", "problem"),
    [
        ("access_denied", 65004, Problem.DENIED),
        ("access_denied", 0, Problem.DENIED),
        ("access_denied", 90094, Problem.APPROVAL),
        ("consent_required", 65001, Problem.APPROVAL),
        ("access_denied", 90095, Problem.APPROVAL),
        ("unauthorized_client", 700016, Problem.APPROVAL),
        ("admin_policy_enforced", 0, Problem.APPROVAL),
        ("invalid_request", 50020, Problem.WRONG_ACCOUNT),
        ("access_denied", 50105, Problem.BLOCKED),
        ("interaction_required", 53003, Problem.BLOCKED),
        ("access_denied", 500021, Problem.BLOCKED),
        ("invalid_request", 900382, Problem.CLOUD),
        ("invalid_grant", 54005, Problem.EXPIRED),
        ("invalid_grant", 0, Problem.EXPIRED),
        ("server_error", 0, Problem.DOWN),
        ("temporarily_unavailable", 0, Problem.DOWN),
        ("invalid_request", 90055, Problem.DOWN),
        ("a word nobody knows", 1, Problem.REFUSED),
    ],
)
def test_the_page_that_explains_a_failed_sign_in(word, number, problem):
    assert codes.problem(word, number) == problem


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
    ],
)
def test_why_a_grant_died(number, cause):
    assert codes.halt_cause(number) == cause


def test_a_number_is_found_in_the_description():
    assert codes.number("AADSTS650056: Misconfigured application. Trace ID: 1") == 650056
    assert codes.number("Nothing of that kind.") == 0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("0.25", 0.25), ("-3", 0.0), ("soon", None), ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0)],
)
def test_how_long_to_wait(header, seconds):
    assert retry_after({"RETRY-AFTER": header}) == seconds


def test_without_a_header_nobody_named_a_time():
    assert retry_after({}) is None
