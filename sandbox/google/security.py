"""Cross-Account Protection: signed security events about Google accounts, sent to whoever registered for them."""

from time import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sandbox import clients
from sandbox.keys import signed

if TYPE_CHECKING:
    from sandbox.cast import Person
    from sandbox.world import World

# With the slash, as Google's own document has it.
ISSUER = "https://accounts.google.com/"
RISC = "https://schemas.openid.net/secevent/risc/event-type/"
OAUTH = "https://schemas.openid.net/secevent/oauth/event-type/"
KINDS = {
    **{kind: RISC + kind for kind in ("sessions-revoked", "account-disabled", "account-enabled", "account-purged")},
    **{kind: RISC + kind for kind in ("account-credential-change-required", "verification")},
    **{kind: OAUTH + kind for kind in ("tokens-revoked", "token-revoked")},
}
CONFIGURATION = {
    "issuer": ISSUER,
    "jwks_uri": "https://www.googleapis.com/oauth2/v3/certs",
    "delivery_methods_supported": ["https://schemas.openid.net/secevent/risc/delivery-method/push"],
}
PLACE = "/hooks/google/security/"


def token(kind: str, person: "Person | None", **details: Any) -> str:
    """A security event token. Raises KeyError for an unknown kind. `subject` in `details` takes the place of the person's."""
    about = details.pop("subject", None)
    if about is None and person is not None:
        about = {"subject_type": "iss-sub", "iss": ISSUER, "sub": person.subject}
    body = {**({"subject": about} if about else {}), **details}
    claims = {
        "iss": ISSUER,
        "aud": clients.GOOGLE.id,
        "iat": int(time()),
        "jti": uuid4().hex,
        "events": {KINDS[kind]: body},
    }
    return signed(claims, typ="secevent+jwt")


def send(world: "World", kind: str, person: "Person | None", **details: Any) -> int:
    """Delivers the event to where it was asked for, or to every site that the sandbox knows while nobody has registered; how often."""
    body = token(kind, person, **details).encode()
    headers = {"content-type": "application/secevent+jwt", "user-agent": "Google-RISC"}
    stream = world.google.stream
    places = [origin + PLACE for origin in world.hooks.mapping] if stream is None else [stream.url] * stream.takes(kind)
    for place in places:
        world.hooks.later(place, headers=headers, body=body, mailbox_key="security")
    return len(places)
