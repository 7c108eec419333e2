"""What Microsoft's and Google's error codes mean for a person: a table, and nothing but a table.

The word in `error` decides what Hetk does; the numbers only choose the sentence, as Microsoft asks (its reference of error codes). A
number that stands in no row here falls back on its word, and a word that nobody knows on a page that says so.
"""

import re
from dataclasses import dataclass

from accounts.models import HaltCause
from accounts.oauth.errors import Problem

# By page. Where a number stands, https://learn.microsoft.com/entra/identity-platform/reference-error-codes says what happened.
PAGES: dict[Problem, tuple[int, ...]] = {
    Problem.APPROVAL: (65001, 90093, 90094, 90099, 650056, 700016),
    # The organization has a workflow of its own: the person may have filed a request on Microsoft's page.
    Problem.REQUESTED: (90095,),
    Problem.DENIED: (65004,),
    Problem.CONDITIONAL: (50097, 50131, 53000, 53001, 53002, 53003, 70043, 530032, 530035),
    Problem.MFA: (50072, 50074, 50076, 50078, 50079, 50158, 53004),
    Problem.UNASSIGNED: (50105,),
    Problem.APP_BLOCKED: (70001, 1000031, 7000112),
    Problem.TENANT_RESTRICTED: (500021, 500022, 500212, 500213),
    Problem.WRONG_ACCOUNT: (50034, 50128),
    Problem.GUEST: (16000, 50020, 90072),
    Problem.PERSONAL: (500208, 9002332),
    Problem.NO_MAILBOX: (650052,),
    Problem.LOCKED: (50053, 50057, 53011),
    Problem.CREDENTIALS: (50055, 50126, 50132, 50133, 50135),
    Problem.CLOUD: (90002, 90038, 90043, 900382, 900432, 1000104),
    Problem.EXPIRED: (50058, 50089, 50140, 50173, 54005, 70000, 70008, 700082, 700084),
    Problem.DOWN: (90006, 90012, 90024, 90033, 90055),
    # Our registration, our secret, our haste: never the person's fault.
    Problem.OURS: (
        50011, 50194, 50196, 65005, 70002, 70011, 700005, 7000215, 7000218, 7000222, 9001023,
    ),
}  # fmt: skip
BY_NUMBER: dict[int, Problem] = {number: page for page, numbers in PAGES.items() for number in numbers}
BY_WORD: dict[str, Problem] = {
    "access_denied": Problem.DENIED,
    "consent_required": Problem.APPROVAL,
    "admin_policy_enforced": Problem.APPROVAL,
    "interaction_required": Problem.CONDITIONAL,
    "login_required": Problem.EXPIRED,
    "invalid_grant": Problem.EXPIRED,
    "invalid_client": Problem.OURS,
    "invalid_scope": Problem.OURS,
    "unauthorized_client": Problem.OURS,
    "server_error": Problem.DOWN,
    "temporarily_unavailable": Problem.DOWN,
    "org_internal": Problem.WRONG_ACCOUNT,
}

# What a refresh is answered with, by what the person must do about it.
CHALLENGES = frozenset((16000, 50058, 50158)) | {
    number for page in (Problem.CONDITIONAL, Problem.MFA) for number in PAGES[page]
}
LAPSED = frozenset((50055, 50089, 50132, 50133, 50135, 70008, 700082, 700084))
BARRED = frozenset((*PAGES[Problem.LOCKED], *PAGES[Problem.UNASSIGNED], *PAGES[Problem.APP_BLOCKED]))
UNAPPROVED = frozenset((*PAGES[Problem.APPROVAL], *PAGES[Problem.REQUESTED], *PAGES[Problem.DENIED]))

_TRACE = re.compile(r"Correlation ID: ([0-9a-fA-F-]{36})")


@dataclass(frozen=True)
class Said:
    """What an error description holds: the number (0 without one) and the id that Microsoft's logs know the sign-in by."""

    number: int
    trace: str


def said(description: str) -> Said:
    """Read from `error_description`. The sentence itself is theirs, in their language, and is not shown."""
    found, trace = re.search(r"AADSTS(\d{1,9})", description), _TRACE.search(description)
    return Said(int(found[1]) if found else 0, trace[1].lower() if trace else "")


def problem(error: str, code: int) -> Problem:
    """The page that explains an error a browser came back with."""
    return BY_NUMBER.get(code) or BY_WORD.get(error, Problem.REFUSED)


def is_ours(error: str, code: int) -> bool:
    """Our registration or secret is refused: everybody fails at once, and nobody has to do anything."""
    if code in BY_NUMBER:
        return BY_NUMBER[code] is Problem.OURS
    return error in {"invalid_client", "invalid_scope", "unsupported_grant_type"}


def is_busy(error: str, code: int) -> bool:
    return BY_NUMBER.get(code) is Problem.DOWN or error in {"temporarily_unavailable", "server_error"}


def halt_cause(code: int) -> HaltCause:
    """Why a Microsoft grant died, from the number beside `invalid_grant` or `interaction_required`."""
    for numbers, cause in (
        (UNAPPROVED, HaltCause.CONSENT),
        (BARRED, HaltCause.BARRED),
        (CHALLENGES, HaltCause.CHALLENGE),
        (LAPSED, HaltCause.EXPIRED),
    ):
        if code in numbers:
            return cause
    return HaltCause.REVOKED
