"""What Google says when it refuses, in its own words (developers.google.com/workspace/calendar/api/guides/errors)."""

from dataclasses import dataclass, field
from typing import Any

STATUSES = {401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED"}


@dataclass
class Refusal(Exception):
    """One refused request. `reason` is what tells apart the things that share a status."""

    status: int
    reason: str
    message: str
    domain: str = "global"
    location: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The error object as it is sent."""
        one = {"domain": self.domain, "reason": self.reason, "message": self.message}
        if self.location:
            one |= {"locationType": "header" if self.location[0].isupper() else "parameter", "location": self.location}
        error: dict[str, Any] = {"errors": [one], "code": self.status, "message": self.message}
        if self.reason in ("authError", "required", "insufficientPermissions") and self.status in STATUSES:
            error["status"] = STATUSES[self.status]
        return {"error": error}


def bad(message: str, reason: str = "invalid", domain: str = "global", location: str = "") -> Refusal:
    """400: nothing but another request will help."""
    return Refusal(400, reason, message, domain, location)


def not_found() -> Refusal:
    """It never existed, or it is not for this person to see."""
    return Refusal(404, "notFound", "Not Found")


def unauthorized(sent: bool) -> Refusal:
    """No token, or one that is not (any longer) good."""
    told = {"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", error="invalid_token"'}
    reason = "authError" if sent else "required"
    return Refusal(401, reason, "Invalid Credentials", location="Authorization", headers=told)


def narrow() -> Refusal:
    """The grant does not cover this method."""
    told = {"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", error="insufficient_scope"'}
    message = "Request had insufficient authentication scopes."
    return Refusal(403, "insufficientPermissions", message, headers=told)


def read_only() -> Refusal:
    """The person may look but not write."""
    return Refusal(403, "requiredAccessLevel", "You need to have writer access to this calendar.", "calendar")


def duplicate() -> Refusal:
    """The id is taken, be it by something deleted."""
    return Refusal(409, "duplicate", "The requested identifier already exists.")


def deleted() -> Refusal:
    """Deleting what is deleted."""
    return Refusal(410, "deleted", "Resource has been deleted")


def resync() -> Refusal:
    """The sync token is of no use any more."""
    message = "Sync token is no longer valid, a full sync is required."
    return Refusal(410, "fullSyncRequired", message, "calendar", "syncToken")


def changed_meanwhile() -> Refusal:
    """If-Match names another version."""
    return Refusal(412, "conditionNotMet", "Precondition Failed", location="If-Match")


def too_fast(count: int) -> Refusal:
    """The per-minute quota is used up; 403 and 429 mean the same and come by turns."""
    if count % 2:
        return Refusal(403, "userRateLimitExceeded", "User Rate Limit Exceeded", "usageLimits")
    return Refusal(429, "rateLimitExceeded", "Rate Limit Exceeded", "usageLimits")
