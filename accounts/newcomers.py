"""People who came with an account whose address nobody verified: they confirm it by a code, within their own session.

What the consent brought waits there, sealed. Three wrong codes or ten minutes end it.
"""

import json
import time
from dataclasses import asdict

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import emails, vault
from accounts.oauth.identity import Granted, Identity

SESSION_KEY = "newcomer"
BOUND_TO = "session:newcomer"
MINUTES = 10
TRIES = 3


def invite(request: HttpRequest, granted: Granted, *, next_url: str) -> None:
    """Keeps the grant in the session and mails the code."""
    code = get_adapter().generate_email_verification_code()
    note = {**asdict(granted), "scopes": sorted(granted.scopes), "next_url": next_url}
    request.session[SESSION_KEY] = {
        "note": vault.seal(json.dumps(note), bound_to=BOUND_TO),
        "code": _digest(code),
        "began": time.time(),
        "tries": 0,
    }
    emails.confirm_newcomer(granted.identity.address, code, MINUTES)


def waiting(request: HttpRequest) -> tuple[Granted, str] | None:
    """(what the consent brought, where to go afterwards) of the newcomer in this session, None without one."""
    held = request.session.get(SESSION_KEY)
    if held is None or time.time() - held["began"] > MINUTES * 60 or held["tries"] >= TRIES:
        request.session.pop(SESSION_KEY, None)
        return None
    note = json.loads(vault.open_sealed(held["note"], bound_to=BOUND_TO))
    next_url = note.pop("next_url")
    note["identity"] = Identity(**note["identity"])
    note["scopes"] = frozenset(note["scopes"])
    # The access token has aged while the mail was on its way.
    note["expires_in"] -= int(time.time() - held["began"])
    return Granted(**note), next_url


def confirm(request: HttpRequest, code: str) -> bool:
    """Whether the code is right. Each wrong one counts."""
    held = request.session[SESSION_KEY]
    if constant_time_compare(held["code"], _digest(code)):
        request.session.pop(SESSION_KEY)
        return True
    request.session[SESSION_KEY] = {**held, "tries": held["tries"] + 1}
    return False


def _digest(code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return salted_hmac("accounts.newcomers", plain, algorithm="sha256").hexdigest()
