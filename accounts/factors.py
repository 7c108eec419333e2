"""Second factors of a person: which there are, and whether one was shown in this session."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.urls import reverse

from accounts.access import person
from accounts.models import User

# How long a factor that was shown opens the support desk.
SHOWN_FOR = 8 * 3600
FACTORS = (Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP)


@dataclass(frozen=True)
class Standing:
    """What of a person is on. `codes_left`: recovery codes that were not used yet, None without any."""

    passkeys: tuple[Authenticator, ...]
    app: Authenticator | None
    codes_left: int | None

    @property
    def on(self) -> bool:
        return bool(self.passkeys or self.app)


def standing(user: User) -> Standing:
    rows = list(Authenticator.objects.filter(user=user).order_by("created_at"))
    by_kind = {row.type: row for row in rows}
    codes = by_kind.get(Authenticator.Type.RECOVERY_CODES)
    return Standing(
        passkeys=tuple(row for row in rows if row.type == Authenticator.Type.WEBAUTHN),
        app=by_kind.get(Authenticator.Type.TOTP),
        codes_left=len(codes.wrap().get_unused_codes()) if codes else None,
    )


def any_of(user: User) -> bool:
    """Whether the person has a second factor; recovery codes alone are none."""
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())


def shown_lately(
    request: HttpRequest, seconds: float = SHOWN_FOR, kinds: Collection[str] = Authenticator.Type.values
) -> bool:
    """Whether a factor of these kinds that still exists was shown in this session within the last `seconds`."""
    if not request.user.is_authenticated:
        return False
    records = cast("list[dict[str, Any]]", get_authentication_records(request, request.user))
    shown = [record.get("id") for record in records if record.get("method") == "mfa" and _young(record, seconds)]
    rows = Authenticator.objects.filter(user=person(request), pk__in=shown, type__in=kinds)
    return bool(shown and rows.exists())


def passkey_shown(request: HttpRequest) -> bool:
    """The factor that no false page can ask for: whoever acts for others shows this one."""
    return shown_lately(request, kinds=(Authenticator.Type.WEBAUTHN,))


def has_passkey(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists())


def way_to_show(request: HttpRequest) -> str:
    """The page on which the person shows a factor they have."""
    typed = Authenticator.objects.filter(user=person(request), type=Authenticator.Type.TOTP).exists()
    return reverse("mfa_reauthenticate" if typed else "mfa_reauthenticate_webauthn")


def _young(record: dict[str, Any], seconds: float) -> bool:
    return 0 <= time.time() - float(record.get("at", 0)) < seconds
