"""What can go wrong with a grant, and with signing in.

OAuthError
├── GrantDead       the person must sign in again: `accounts.halts.halt`
├── OurFault        our secret or registration is refused: ours to mend, never the person's fault
├── TryLater        the provider is down, busy or out of reach: come back
├── NotLetIn        a password that was typed in opens no calendars; `refusal` picks the words
└── SignInFailed    a browser flow ended without an account; `problem` picks the page that explains it
"""

from enum import StrEnum


class OAuthError(Exception):
    """`str()` of it is a short sentence for logs and support: no token, no address."""


class GrantDead(OAuthError):
    """`cause` is a HaltCause value, `claims` a challenge (JSON) for the next sign-in, `code` the provider's own word."""

    def __init__(self, cause: str, claims: str = "", code: str = "") -> None:
        super().__init__(f"The grant is dead: {cause} ({code or 'no code'}).")
        self.cause = cause
        self.claims = claims
        self.code = code


class OurFault(OAuthError):
    """invalid_client, AADSTS7000215, AADSTS7000222, a wrong registration."""


class TryLater(OAuthError):
    """Nothing is wrong with the grant. `after`: seconds to wait, None when the provider named none."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class Refusal(StrEnum):
    """Why a password or an address that was typed in opens no calendars."""

    WRONG = "wrong"
    NOT_APP_SPECIFIC = "not-app-specific"
    APPLES = "apples"
    ADDRESS = "address"
    NO_CALENDARS = "no-calendars"
    ELSEWHERE = "elsewhere"
    GONE = "gone"
    PAGE = "page"


class NotLetIn(OAuthError):
    """`place`: the host that a server sends on to, where the password was not given for."""

    def __init__(self, refusal: Refusal, *, place: str = "") -> None:
        super().__init__(f"The account was not entered: {refusal}.")
        self.refusal = refusal
        self.place = place


class Problem(StrEnum):
    """Why a browser flow ended without an account; the value names the template in `templates/accounts/problems/`."""

    DENIED = "denied"
    APPROVAL = "approval"
    REQUESTED = "requested"
    CONDITIONAL = "conditional"
    MFA = "mfa"
    UNASSIGNED = "unassigned"
    APP_BLOCKED = "app-blocked"
    TENANT_RESTRICTED = "tenant-restricted"
    WRONG_ACCOUNT = "wrong-account"
    GUEST = "guest"
    PERSONAL = "personal"
    NO_MAILBOX = "no-mailbox"
    LOCKED = "locked"
    CREDENTIALS = "credentials"
    MISSING_SCOPES = "missing-scopes"
    EXPIRED = "expired"
    DOWN = "down"
    CLOUD = "cloud"
    TAKEN = "taken"
    REFUSED = "refused"
    OURS = "ours"


class SignInFailed(OAuthError):
    """`missing` names permissions in words, `cloud` the cloud an organization lives in; `code` and `trace` are the provider's, for IT."""

    def __init__(
        self, problem: Problem, *, missing: tuple[str, ...] = (), code: str = "", trace: str = "", cloud: str = ""
    ) -> None:
        super().__init__(f"The sign-in ended: {problem} ({code or 'no code'}).")
        self.problem = problem
        self.missing = missing
        self.code = code
        self.trace = trace
        self.cloud = cloud
