"""What Microsoft says about a person in an id token, and how it names tenants and scopes."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from json import dumps
from time import time
from typing import Any

from sandbox.cast import CONSUMERS, TENANTS, Person, Tenant, tenant_named
from sandbox.keys import signed
from sandbox.microsoft.identity_errors import Refusal

GRAPH = "https://graph.microsoft.com/"
SHARED_AUTHORITIES = ("common", "organizations", "consumers")
# What a new policy of a tenant wants to see at the next sign-in.
POLICY = '{"access_token":{"polids":{"essential":true,"Values":["5ce770ea-8690-4747-aa73-c5b3cd509cd4"]}}}'
OPENID = frozenset({"openid", "profile", "email", "offline_access"})
# In the words of the consent screen: title and what it means.
WORDS = {
    "Calendars.ReadWrite": ("Have full access to your calendars", "Create, read, update and delete your events."),
    "Calendars.Read": ("Read your calendars", "Read the events in your calendars."),
    "Calendars.ReadBasic": ("Read basic details of your calendars", "Read events without their text and attachments."),
    "Calendars.ReadWrite.Shared": ("Read and write your and shared calendars", "Also those shared with you."),
    "Calendars.Read.Shared": ("Read your and shared calendars", "Also those shared with you."),
    "User.Read": ("Sign you in and read your profile", "Read your profile and basic company information."),
    "openid": ("Sign you in", "Know who you are."),
    "profile": ("View your basic profile", "See your name and user name."),
    "email": ("View your email address", "See your primary email address."),
    "offline_access": ("Maintain access to data you have given it access to", "Also while you are not using it."),
}


def tenant_or_refuse(name: str) -> Tenant:
    """The tenant with that id or domain. Raises Refusal (AADSTS90002)."""
    if name == "consumers":
        name = CONSUMERS
    tenant = tenant_named(name)
    if tenant is None:
        raise Refusal(
            "invalid_tenant",
            90002,
            f"Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are signing into the "
            "correct cloud.",
        )
    return tenant


def may_use(authority: str, person: Person) -> bool:
    """Whether an account of that tenant may sign in at that authority."""
    tenant = person.home
    personal = tenant.id == CONSUMERS
    if authority == "common":
        return True
    if authority == "organizations":
        return not personal
    return tenant_named(CONSUMERS if authority == "consumers" else authority) == tenant


def scopes_of(text: str) -> frozenset[str]:
    """The scopes asked for, Graph's without their prefix. Raises Refusal for one that does not exist."""
    asked = frozenset(scope.removeprefix(GRAPH) for scope in text.split())
    unknown = sorted(scope for scope in asked if scope not in WORDS and scope != ".default")
    if unknown or not asked:
        raise Refusal(
            "invalid_scope",
            70011,
            f"The provided value for the input parameter 'scope' is not valid. The scope '{' '.join(unknown)}' is "
            "not valid.",
        )
    return asked


def granted(scopes: frozenset[str]) -> str:
    """The `scope` of a token answer: what can be used, so without offline_access."""
    own = sorted(scope for scope in scopes if scope not in OPENID)
    return " ".join([*own, *(scope for scope in ("openid", "profile", "email") if scope in scopes)])


def pairwise(person: Person, client_id: str) -> str:
    """Microsoft's sub differs from application to application."""
    digest = sha256(f"{person.subject}/{client_id}".encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def claims(person: Person, client_id: str, scopes: frozenset[str], nonce: str | None = None) -> dict[str, Any]:
    """The claims of an id token."""
    tenant = person.home
    # The machine's time, not the sandbox's: whoever checks the token has no other clock.
    now = int(time())
    found: dict[str, Any] = {
        "aud": client_id,
        "iss": f"https://{tenant.login_host}/{tenant.id}/v2.0",
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
        "sub": pairwise(person, client_id),
        "oid": person.subject,
        "tid": tenant.id,
        "ver": "2.0",
    }
    if nonce:
        found["nonce"] = nonce
    if "profile" in scopes:
        found |= {"name": person.name, "preferred_username": person.address}
    if "email" in scopes:
        found["email"] = person.mail or person.address
    return found


def id_token(person: Person, client_id: str, scopes: frozenset[str], nonce: str | None = None) -> str:
    """The same, signed."""
    return signed(claims(person, client_id, scopes, nonce))


def client_info(person: Person) -> str:
    """What msal builds its account id from."""
    told = dumps({"uid": person.subject, "utid": person.home.id}).encode()
    return urlsafe_b64encode(told).rstrip(b"=").decode()


def login_hosts() -> list[str]:
    """Every host that answers for some cloud."""
    return sorted({tenant.login_host for tenant in TENANTS} | {"login.chinacloudapi.cn"})
