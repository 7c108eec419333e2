"""allauth's forms of second factors, as Hetk asks: every key is a passkey, and a secret rests in no session in the open."""

from typing import Any

from allauth.core import context
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, generate_totp_secret
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms

from accounts import vault
from accounts.vault import VaultError

BOUND_TO = "session:totp"


class AddPasskey(AddWebAuthnForm):
    """A key that signs in by itself; a mere second step is not offered beside it."""

    name = forms.CharField(
        required=False,
        max_length=60,
        help_text="So that you can tell it from others later on.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    # allauth declares it when its module is loaded with passkeys on; ours are never anything else.
    passwordless = None


class ActivateApp(ActivateTOTPForm):
    """The secret waits in the session, sealed, until the first code proves that an app has it."""

    code = forms.CharField(
        label="Code that the app shows",
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    secret: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # allauth has put a new secret into the session, or taken the one that waits there.
        waiting: str = self.secret
        try:
            self.secret = vault.open_sealed(waiting, bound_to=BOUND_TO)
        except VaultError:
            self.secret = generate_totp_secret()
            context.request.session[SECRET_SESSION_KEY] = vault.seal(self.secret, bound_to=BOUND_TO)
