"""What Google says about a person in an id token, and how it names scopes."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from time import time
from typing import Any

from sandbox.cast import Person
from sandbox.keys import signed

ISSUER = "https://accounts.google.com"
API = "https://www.googleapis.com/auth/"
LONG = {"email": f"{API}userinfo.email", "profile": f"{API}userinfo.profile"}
SIGN_IN = frozenset({"openid", *LONG.values()})
WORDS = {
    f"{API}calendar": "See, edit, share and permanently delete all the calendars you can access",
    f"{API}calendar.readonly": "See and download any calendar you can access",
    f"{API}calendar.events": "View and edit events on all your calendars",
    f"{API}calendar.events.readonly": "View events on all your calendars",
    f"{API}calendar.events.owned": "See, create, change and delete events on calendars you own",
    f"{API}calendar.calendarlist": "See, add and remove calendars you are subscribed to",
    f"{API}calendar.calendarlist.readonly": "See the list of calendars you are subscribed to",
    f"{API}calendar.freebusy": "View your availability in your calendars",
}


def scopes_of(text: str) -> tuple[frozenset[str], list[str]]:
    """The scopes asked for in their long form, and those that do not exist."""
    asked = frozenset(LONG.get(scope, scope) for scope in text.split())
    return asked, sorted(asked - SIGN_IN - WORDS.keys())


def hosted_domain(person: Person) -> str | None:
    """The Workspace domain; personal accounts have none."""
    return None if person.domain == "gmail.example" else person.domain


def claims(
    person: Person, client_id: str, scopes: frozenset[str], access_token: str, nonce: str | None = None
) -> dict[str, Any]:
    """The claims of an id token."""
    # The machine's time, not the sandbox's: whoever checks the token has no other clock.
    now = int(time())
    half = sha256(access_token.encode()).digest()[:16]
    found: dict[str, Any] = {
        "iss": ISSUER,
        "azp": client_id,
        "aud": client_id,
        "sub": person.subject,
        "at_hash": urlsafe_b64encode(half).rstrip(b"=").decode(),
        "iat": now,
        "exp": now + 3600,
        **about(person, scopes),
    }
    return found | ({"nonce": nonce} if nonce else {})


def about(person: Person, scopes: frozenset[str]) -> dict[str, Any]:
    """Name and address, as far as the scopes reach."""
    found: dict[str, Any] = {}
    if domain := hosted_domain(person):
        found["hd"] = domain
    if LONG["email"] in scopes:
        found |= {"email": person.address, "email_verified": True}
    if LONG["profile"] in scopes:
        given, _, family = person.name.partition(" ")
        found |= {"name": person.name, "given_name": given, "family_name": family}
    return found


def id_token(
    person: Person, client_id: str, scopes: frozenset[str], access_token: str, nonce: str | None = None
) -> str:
    """The same, signed."""
    return signed(claims(person, client_id, scopes, access_token, nonce))
