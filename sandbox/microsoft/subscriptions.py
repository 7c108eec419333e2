"""/subscriptions: made with a handshake, renewed, ended."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

import h11

from sandbox.microsoft.calls import Answer, Call, answers
from sandbox.microsoft.errors import Refusal, invalid, unknown_property, unreadable
from sandbox.microsoft.notices import Subscription
from sandbox.microsoft.render import ROOT
from sandbox.microsoft.store import Box
from sandbox.microsoft.zones import stamp

LONGEST = timedelta(minutes=10_080)
SHORTEST = timedelta(minutes=45)
LONGEST_STATE = 128
MOST = 1000
HANDSHAKE_SECONDS = 10.0
CHANGES = frozenset({"created", "updated", "deleted"})
REQUIRED = ("changeType", "notificationUrl", "resource", "expirationDateTime")
KNOWN = frozenset(
    (*REQUIRED, "clientState", "lifecycleNotificationUrl", "latestSupportedTlsVersion", "includeResourceData", "id")
)
RESOURCE = re.compile(r"/?(?:me|users/([^/]+))(?:/calendars/([^/]+)|/calendar)?/events/?\Z", re.IGNORECASE)
CONTEXT = f"{ROOT}/$metadata#subscriptions"


def _refused(message: str) -> Refusal:
    return invalid("InvalidRequest", message)


@answers("POST", "subscriptions")
async def create(call: Call) -> Answer:
    """201 once both addresses have answered the handshake."""
    body = call.json()
    call.checked("subscription", body)
    _check_names(body)
    made = Subscription(
        id=str(uuid4()),
        person=call.grant.person,
        client_id=call.grant.client_id,
        box=_box(call, body["resource"]),
        resource=body["resource"],
        changes=_changes(body["changeType"]),
        url=_address("notificationUrl", body["notificationUrl"]),
        expires=_expiry(call, body["expirationDateTime"]),
        lifecycle_url=_address("lifecycleNotificationUrl", body.get("lifecycleNotificationUrl")) or None,
        client_state=_state(body.get("clientState")),
        immutable=call.prefer.get("idtype") == "ImmutableId",
        tls=body.get("latestSupportedTlsVersion") or "v1_2",
    )
    _check_rivals(call, made)
    # One address for both purposes is asked once.
    for address in dict.fromkeys(filter(None, (made.url, made.lifecycle_url))):
        await _handshake(call, address)
    # The handshake took its time: somebody may have been faster.
    _check_rivals(call, made)
    call.cloud.notices.add(made)
    return Answer(201, {"@odata.context": f"{CONTEXT}/$entity", **_shown(made), "clientState": made.client_state})


def _check_names(body: Any) -> None:
    if not isinstance(body, dict):
        raise unreadable()
    for name in body:
        if name not in KNOWN and not name.startswith("@odata."):
            raise unknown_property(name, "microsoft.graph.subscription")
    for name in REQUIRED:
        if not isinstance(body.get(name), str) or not body[name]:
            raise _refused(f"The required property '{name}' is missing.")
    if body.get("includeResourceData"):
        raise _refused(
            "encryptionCertificate and encryptionCertificateId are required when includeResourceData is true."
        )


def _changes(text: str) -> frozenset[str]:
    found = frozenset(part.strip() for part in text.split(","))
    if not found <= CHANGES:
        raise _refused(f"The changeType '{text}' is not valid.")
    return found


def _address(name: str, url: Any) -> str:
    if url is None:
        return ""
    if not isinstance(url, str) or urlsplit(url).scheme != "https" or not urlsplit(url).netloc:
        raise _refused(f"The {name} must be an https address.")
    return url


def _state(text: Any) -> str | None:
    if text is not None and (not isinstance(text, str) or len(text) > LONGEST_STATE):
        raise _refused(f"The clientState may have at most {LONGEST_STATE} characters.")
    return text


def _expiry(call: Call, text: Any) -> datetime:
    """When it ends: raised to 45 minutes from now, refused beyond seven days."""
    now = call.cloud.world.clock.now()
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise _refused("The expirationDateTime is not a valid date and time.") from None
    found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    if found <= now:
        raise _refused("Subscription expiration must be in the future.")
    if found > now + LONGEST:
        minutes = int(LONGEST.total_seconds() // 60)
        raise invalid("ExtensionError", f"Subscription expiration can only be {minutes} minutes in the future.")
    return max(found, now + SHORTEST)


def _box(call: Call, resource: str) -> Box:
    # A single event, or a folder of mail, cannot be followed here.
    match = RESOURCE.match(resource.partition("?")[0])
    if not match:
        raise invalid("ExtensionError", f"Resource '{resource}' cannot be subscribed to.")
    user, calendar = match.groups()
    person = call.grant.person
    mount = call.mailbox.mounts.get(calendar) if calendar else call.mailbox.default
    if user and user not in (person.subject, person.address):
        raise _forbidden()
    if mount is None:
        raise Refusal(404, "ExtensionError", "Operation: Create; Exception: [Status Code: NotFound; Reason: Not Found]")
    if not mount.own:
        # A delegated token may only follow its own mailbox.
        raise _forbidden()
    return mount.box


def _forbidden() -> Refusal:
    return Refusal(403, "ExtensionError", "Operation: Create; Exception: [Status Code: Forbidden; Reason: Forbidden]")


def _check_rivals(call: Call, made: Subscription) -> None:
    mine = [one for one in call.cloud.notices.living() if one.person == made.person]
    # By calendar, not by the words: /me/events is the same as the default calendar's own address.
    if any(one.box is made.box and one.changes == made.changes and one.client_id == made.client_id for one in mine):
        raise Refusal(409, "Conflict", "A subscription with the same resource and changeType already exists.")
    if len(mine) >= MOST:
        raise Refusal(403, "Forbidden", f"The mailbox has reached its limit of {MOST} subscriptions.")


async def _handshake(call: Call, address: str) -> None:
    """Post a token that must come back decoded, as plain text, within ten seconds. Raises Refusal."""
    token = f"Validation: Testing client application reachability for subscription Request-Id: {uuid4()}"
    url = f"{address}{'&' if urlsplit(address).query else '?'}validationToken={quote(token, safe='')}"
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    try:
        async with asyncio.timeout(HANDSHAKE_SECONDS):
            status, answered, body = await call.cloud.world.hooks.call(url, headers=headers, body=b"")
    except TimeoutError:
        raise _refused("Subscription validation request timed out.") from None
    except (OSError, asyncio.IncompleteReadError, h11.ProtocolError):
        raise _refused(
            "Subscription validation request failed. The notification endpoint could not be reached."
        ) from None
    if status != 200:
        raise _refused(
            "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request."
        )
    if not answered.get("content-type", "").startswith("text/plain") or body.decode("utf-8", "replace") != token:
        raise _refused(
            "Subscription validation request failed. Response must exactly match validationToken query parameter."
        )


def _shown(one: Subscription) -> dict[str, Any]:
    return {
        "id": one.id,
        "resource": one.resource,
        "applicationId": one.client_id,
        "changeType": ",".join(sorted(one.changes)),
        # A secret is never given back.
        "clientState": None,
        "notificationUrl": one.url,
        "lifecycleNotificationUrl": one.lifecycle_url,
        "expirationDateTime": stamp(one.expires),
        "creatorId": one.person.subject,
        "includeResourceData": None,
        "latestSupportedTlsVersion": one.tls,
        "encryptionCertificate": None,
        "encryptionCertificateId": None,
        "notificationUrlAppId": None,
        "notificationQueryOptions": None,
    }


def _mine(call: Call, id: str) -> Subscription:
    found = call.cloud.notices.find(id, call.grant.person, call.grant.client_id)
    if found is None:
        raise Refusal(404, "ResourceNotFound", "The object was not found.")
    return found


@answers("GET", "subscriptions")
def listed(call: Call) -> Answer:
    """The application's own subscriptions for this person."""
    living = call.cloud.notices.living()
    mine = [one for one in living if (one.person, one.client_id) == (call.grant.person, call.grant.client_id)]
    return Answer(200, {"@odata.context": CONTEXT, "value": [_shown(one) for one in mine]})


@answers("GET", "subscriptions/{id}")
def get(call: Call, id: str) -> Answer:
    """One of the caller's own."""
    return Answer(200, {"@odata.context": f"{CONTEXT}/$entity", **_shown(_mine(call, id))})


@answers("PATCH", "subscriptions/{id}")
def renew(call: Call, id: str) -> Answer:
    """A new end; nothing else of a subscription can be changed."""
    one, body = _mine(call, id), call.json()
    if not isinstance(body, dict) or set(body) != {"expirationDateTime"}:
        raise _refused("Only the expirationDateTime of a subscription can be updated.")
    one.expires = _expiry(call, body["expirationDateTime"])
    return Answer(200, {"@odata.context": f"{CONTEXT}/$entity", **_shown(one)})


@answers("POST", "subscriptions/{id}/reauthorize")
def reauthorize(call: Call, id: str) -> Answer:
    """Says that the token is still good; changes nothing to be seen."""
    _mine(call, id)
    return Answer(204)


@answers("DELETE", "subscriptions/{id}")
def remove(call: Call, id: str) -> Answer:
    """204; 404 when it is gone already."""
    call.cloud.notices.drop(_mine(call, id))
    return Answer(204)
