"""What Microsoft's and Google's error codes mean for a person.

The word in `error` decides; the numbers only choose the sentence, as Microsoft asks (its reference of error codes).
"""

import re

from accounts.models import HaltCause
from accounts.oauth.errors import Problem

ADMIN_APPROVAL = {65001, 90093, 90094, 90095, 90099, 650056, 700016}
DECLINED = {65004}
WRONG_ACCOUNT = {16000, 50020, 50034, 50128, 90072, 500208, 9002332}
BLOCKED_BY_ORGANIZATION = {
    50105, 50131, 50158, 53000, 53001, 53002, 53003, 53011, 530032, 530035, 500021, 500022, 500212, 500213, 70001, 7000112,
    1000031,
}  # fmt: skip
NATIONAL_CLOUD = {90002, 90038, 900382, 900432, 1000104}
FLOW_OVER = {50089, 54005, 70000, 70008}
OURS = {50011, 50194, 65005, 70002, 70011, 700005, 7000215, 7000218, 7000222, 9001023}
BUSY = {90055}

CHALLENGES = {
    16000, 50058, 50072, 50074, 50076, 50078, 50079, 50097, 50131, 50158, 53000, 53001, 53002, 53003, 53004, 53011, 70043,
    530032, 530035,
}  # fmt: skip
LAPSED = {50055, 50089, 50132, 50133, 50135, 70008, 700082, 700084}

PROBLEMS: tuple[tuple[set[int], Problem], ...] = (
    (ADMIN_APPROVAL, Problem.APPROVAL),
    (DECLINED, Problem.DENIED),
    (WRONG_ACCOUNT, Problem.WRONG_ACCOUNT),
    (NATIONAL_CLOUD, Problem.CLOUD),
    (BLOCKED_BY_ORGANIZATION, Problem.BLOCKED),
    (FLOW_OVER, Problem.EXPIRED),
    (BUSY, Problem.DOWN),
)
WORDS = {
    "access_denied": Problem.DENIED,
    "consent_required": Problem.APPROVAL,
    "admin_policy_enforced": Problem.APPROVAL,
    "invalid_grant": Problem.EXPIRED,
    "server_error": Problem.DOWN,
    "temporarily_unavailable": Problem.DOWN,
    "org_internal": Problem.WRONG_ACCOUNT,
}


def number(description: str) -> int:
    """The AADSTS number in an error description, 0 without one."""
    found = re.search(r"AADSTS(\d+)", description)
    return int(found[1]) if found else 0


def problem(error: str, code: int) -> Problem:
    """The page that explains an error a browser came back with."""
    for codes, answer in PROBLEMS:
        if code in codes:
            return answer
    return WORDS.get(error, Problem.REFUSED)


def halt_cause(code: int) -> HaltCause:
    """Why a Microsoft grant died, from the number beside `invalid_grant`."""
    if code in ADMIN_APPROVAL | {65004}:
        return HaltCause.CONSENT
    if code in CHALLENGES:
        return HaltCause.CHALLENGE
    return HaltCause.EXPIRED if code in LAPSED else HaltCause.REVOKED
