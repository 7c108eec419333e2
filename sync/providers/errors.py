"""What can go wrong with a provider. The type answers the question "retry?".

    ProviderError
    ├── ComeBack        later, not before `after` seconds: throttled, overloaded, unreachable, timed out
    │   ├── Unknown     the same, and nobody knows whether the write was carried out: look before writing again
    │   └── Unusable    what came is not what was promised, and may stay so: should it, the person is asked to look
    ├── CursorLost      read the calendar completely
    ├── Changed         somebody else changed or removed the event: read it, plan again
    ├── Exists          the idempotency key is taken: find the copy and adopt it
    ├── SignInAgain     the grant is dead: halt the connection's flows, ask the person
    ├── NoAccess        this calendar is gone or closed to us; nothing is deleted for it
    ├── OurFault        our client secret or registration is refused: alert us, never blame the person
    └── Refused         this one request will never pass: park the event with the reason

`message` is a short sentence for logs and support: it never holds event content, addresses or tokens. `request_id` is the
provider's own, for their support.
"""

from http import HTTPStatus


class ProviderError(Exception):
    def __init__(self, message: str, *, status: int = 0, code: str = "", request_id: str = "") -> None:
        super().__init__(message)
        # Some of the words may be the provider's own, and no database keeps this character.
        self.message = message.replace("\x00", "")
        self.status = status
        self.code = code
        self.request_id = request_id


class ComeBack(ProviderError):
    """Try again, not before `after` seconds from now (fractional; None: the caller backs off by itself)."""

    def __init__(
        self, message: str, *, after: float | None = None, status: int = 0, code: str = "", request_id: str = ""
    ) -> None:
        super().__init__(message, status=status, code=code, request_id=request_id)
        self.after = after

    @property
    def whole_mailbox(self) -> bool:
        """Whether the mailbox asked for a pause, not only this one event."""
        return self.status == HTTPStatus.TOO_MANY_REQUESTS or self.after is not None


class Unknown(ComeBack):
    """The answer to a write was lost (timeout, dropped connection, 5xx): it may have been carried out."""


class Unusable(ComeBack):
    """An answer that is no calendar. `code`: the cause to halt for (a `HaltCause`) when it stays so."""


class CursorLost(ProviderError):
    """The change token is no longer good: HTTP 410, Graph SyncStateNotFound, Google fullSyncRequired."""


class Changed(ProviderError):
    """HTTP 412 on a conditional write, or 404/410 on an event that was there a moment ago."""


class Exists(ProviderError):
    """HTTP 409 on a create: an event with this idempotency key was made before (it may since be deleted)."""


class SignInAgain(ProviderError):
    """`invalid_grant` and its relatives. `code` is the provider's, `claims` a challenge to carry to the next sign-in."""

    def __init__(
        self, message: str, *, status: int = 0, code: str = "", request_id: str = "", claims: str = ""
    ) -> None:
        super().__init__(message, status=status, code=code, request_id=request_id)
        self.claims = claims


class NoAccess(ProviderError):
    """403 or 404 on the calendar itself. Losing access never deletes a copy."""


class OurFault(ProviderError):
    """invalid_client, AADSTS7000215, a wrong registration: ours to mend."""


class Refused(ProviderError):
    """400, 403 or 413 on one event: writing the same again would fail the same way."""
