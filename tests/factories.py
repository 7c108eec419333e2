"""People and connections for tests. Alice owns, Bob is somebody else, Charlie is a stranger."""

import json
from datetime import timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from accounts import sessions, vault
from accounts.models import Acceptance, Connection, User
from sandbox.cast import PEOPLE
from sync.admin import groups

if TYPE_CHECKING:
    from tests.outside import Outside

PASSWORD = "a long enough pass phrase"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
BACKEND = "django.contrib.auth.backends.ModelBackend"
_numbers = count(1)


def make_user(name: str = "alice", **fields: object) -> User:
    """A person with a confirmed address, <name>@hetk.example unless `email` says otherwise, who signs in with PASSWORD."""
    email = str(fields.pop("email", f"{name}@hetk.example"))
    kept = _hashed(settings.PASSWORD_HASHERS[0])
    user = User.objects.create(email=email, password=kept, first_name=name.title(), **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    Acceptance.objects.create(user=user, version=settings.TERMS_VERSION)
    return user


@cache
def _hashed(hasher: str) -> str:
    """PASSWORD as this hasher keeps it, for all tests of a process: a good hash is slow, and nearly nobody types it here."""
    return make_password(PASSWORD)


def authenticator_app(user: User) -> Authenticator:
    """A second factor whose secret is TOTP_SECRET."""
    return TOTP.activate(user, TOTP_SECRET).instance


def passkey(user: User, name: str = "Alice's phone") -> Authenticator:
    """A second factor as a browser registered it; nobody here has its private key."""
    credential = json.loads((Path(__file__).parent / "accounts" / "passkey.json").read_text())
    return Authenticator.objects.create(user=user, type="webauthn", data={"name": name, "credential": credential})


def sign_in(client: Client, user: User, *, factor: Authenticator | None = None) -> None:
    """As after a sign-in a moment ago, with the second factor if there is one."""
    client.force_login(user, backend=BACKEND)
    request = HttpRequest()
    request.session, request.user = client.session, user
    record_authentication(request, user, method="password", reauthenticated=True)
    if factor:
        record_authentication(request, user, method="mfa", id=factor.pk, type=factor.type)
    sessions.begin(request)
    request.session["terms"] = settings.TERMS_VERSION
    request.session.save()


def desk(email: str = "support@hetk.example", *, group: str | None = None) -> Client:
    """Somebody who works at the support desk, past its door by a passkey: a superuser, or in one group ("": in none)."""
    user = make_user("support", email=email, is_staff=True, is_superuser=group is None)
    if group is not None:
        groups.keep()
        user.groups.set(Group.objects.filter(name=group))
    client = Client()
    sign_in(client, user, factor=passkey(user, "The desk's"))
    return client


def identity(person_id: str) -> dict[str, str]:
    """The columns that say which account of the cast a connection is."""
    person = PEOPLE[person_id]
    if person.kind == "google":
        return {"kind": "google", "issuer": "https://accounts.google.com", "subject": person.subject, "tenant": ""}
    if person.kind == "icloud":
        principal = f"/{person.subject}/principal/"
        return {"kind": "icloud", "issuer": "https://caldav.icloud.com", "subject": principal, "tenant": ""}
    assert person.tenant
    issuer = f"https://login.microsoftonline.com/{person.tenant.id}/v2.0"
    return {"kind": "microsoft", "issuer": issuer, "subject": person.subject, "tenant": person.tenant.id}


def connect(sandbox: "Outside", user: User, person_id: str, *, fresh: bool = True) -> Connection:
    """A live connection of `user` to an account of the cast. `fresh`: with an access token that lasts an hour."""
    if PEOPLE[person_id].kind == "icloud":
        return _enter(sandbox, user, person_id)
    tokens = sandbox.grant(person_id)
    connection = make_connection(user, person_id, refresh_token=tokens["refresh_token"])
    if fresh:
        put_access(connection, tokens["access_token"], seconds=tokens["expires_in"])
    return connection


def _enter(sandbox: "Outside", user: User, person_id: str) -> Connection:
    """With an app-specific password that was made just now."""
    return make_connection(user, person_id, refresh_token=grant_of(sandbox, person_id))


def grant_of(sandbox: "Outside", person_id: str) -> str:
    """What a new consent, or a new app-specific password, leaves to be kept."""
    if PEOPLE[person_id].kind != "icloud":
        return str(sandbox.grant(person_id)["refresh_token"])
    said = sandbox.call("POST", "icloud/password", {"person": person_id})
    return json.dumps({"user": said["user"], "password": said["password"], "url": "https://caldav.icloud.com/"})


def make_connection(user: User, person_id: str, *, refresh_token: str = "") -> Connection:
    """A row for an account of the cast, without asking the sandbox."""
    connection = Connection(user=user, address=PEOPLE[person_id].address, scopes="as granted", **identity(person_id))
    secret = refresh_token or f"refresh-token-{next(_numbers)}"
    connection.grant = vault.seal(secret, bound_to=f"connection:{connection.public_id}:grant")
    connection.save()
    return connection


def put_access(connection: Connection, token: str, *, seconds: float) -> None:
    """Stores an access token that ends in `seconds`."""
    connection.access = vault.seal(token, bound_to=f"connection:{connection.public_id}:access")
    connection.access_expires_at = timezone.now() + timedelta(seconds=seconds)
    connection.save(update_fields=("access", "access_expires_at"))
