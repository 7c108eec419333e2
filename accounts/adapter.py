"""How people and their identities enter Hetk through allauth."""

import ipaddress
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts import agents, audit, devices, entry, fresh, mails, notices, qr, sessions, terms, vault, way_back
from accounts.audit import Act
from accounts.models import User
from accounts.undelivered import MailIsDown

MFA_BINDING = "mfa"
# allauth's name of a mail -> the notice that takes its place (`accounts/notices.py`).
TOLD = {
    "mfa/email/webauthn_added": "passkey_added",
    "mfa/email/webauthn_removed": "passkey_removed",
    "mfa/email/totp_activated": "app_added",
    "mfa/email/totp_deactivated": "app_removed",
    "mfa/email/recovery_codes_generated": "codes_made",
    "account/email/password_changed": "password_changed",
    "account/email/password_reset": "password_changed",
    "account/email/password_set": "password_set",
    "account/email/email_deleted": "email_removed",
}


class AccountAdapter(DefaultAccountAdapter):
    def format_email_subject(self, subject: str) -> str:
        """Our own subjects, without the host name in front."""
        return str(subject).strip()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        name = template_prefix.rpartition("/")[2]
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as error:
            mails.note(name, email, taken=False)
            raise MailIsDown from error
        mails.note(name, email, taken=True)

    def get_client_ip(self, request: HttpRequest) -> str:
        """An address of the older kind as such, however a proxy writes it: counted as IPv6, all of them were one network."""
        address = str(super().get_client_ip(request))
        try:
            mapped = ipaddress.IPv6Address(address).ipv4_mapped
        except ValueError:
            return address
        return str(mapped or address)

    def pre_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse | None:
        """Nobody by a code that was mailed to an address which is the person's no more, such as a thief's that was thrown out."""
        address, own = how["email"], EmailAddress.objects.filter(user=user)
        if address and not how["signup"] and own.exists() and not own.filter(email__iexact=address).exists():
            clear_login(request)
            return redirect("account_login")
        response: HttpResponse | None = super().pre_login(request, user, **how)
        return response

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:
        audit.record(user, Act.SIGNED_IN, facts={"how": audit.how(request, user)}, personal=audit.whence(request))
        response: HttpResponse = super().post_login(request, user, **how)
        entry.signed_in(request, response, user, signup=how["signup"])
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        for user in User.objects.filter(email__iexact=credentials.get("email", "")):
            audit.record(user, Act.SIGN_IN_REFUSED, facts={"how": "password"}, personal=audit.whence(request))

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            audit.record(request.user, Act.SIGNED_OUT, personal=audit.whence(request))
        super().logout(request)

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Somebody new, who accepted the terms if the form showed them as they are now."""
        saved: User = super().save_user(request, user, form, commit)
        if commit and request.POST.get("terms") == settings.TERMS_VERSION:
            terms.accept(request, saved)
        return saved

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Every event that allauth would tell of becomes one of our notices."""
        words = context or {}
        if template_prefix == "account/email/email_changed":
            way_back.changed(self.request, user, old=words["from_email"], new=words["to_email"])
            return
        removed = words.get("deleted_email", "")
        notices.tell(self.request, user, TOLD[template_prefix], to=email or removed, address=removed)
        self.request.session[sessions.OFFER] = True

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Somebody without a password and without a second factor confirms by a mailed code."""
        known: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if known or not user.is_authenticated:
            return [{**method, "description": WORDS[method["id"]]} for method in known]
        return [{"id": "code", "description": "Use a mailed code", "url": reverse("confirm_by_code")}]

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Always; and allauth would let pass whoever has neither password nor second factor, so those are judged here."""
        if not fresh.is_fresh(context.request):
            raise ReauthenticationRequired
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Wrong passwords from elsewhere are counted apart from those of a device that the person signed in with before."""
        key: str = super()._get_login_attempts_cache_key(request, **credentials)
        for user in filter_users_by_email(credentials.get("email", ""), for_login=True):
            if device := devices.known(request, cast("User", user)):
                return f"{key}:device:{device.pk}"
        return key


WORDS = {
    "reauthenticate": "Use your password",
    "mfa_reauthenticate": "Use a code of your app, or a recovery code",
    "mfa_reauthenticate:webauthn": "Use a passkey",
}


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of second factors rest in the vault, as grants do."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Hetk"}

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """Where it was made: people look for "the one on my phone"."""
        return agents.label(context.request.META.get("HTTP_USER_AGENT", ""))

    def build_totp_svg(self, url: str) -> SafeString:
        return qr.svg(url)

    def encrypt(self, text: str) -> str:
        return vault.seal(text, bound_to=MFA_BINDING)

    def decrypt(self, encrypted_text: str) -> str:
        return vault.open_sealed(encrypted_text, bound_to=MFA_BINDING)


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Identities are matched by issuer and subject alone, whatever the settings say."""

    def authenticate_by_email(self, sociallogin: Any) -> None:
        """Nobody: an address in a token is a claim of the provider's tenant, not a proof."""

    def can_authenticate_by_email(self, login: Any, email: str) -> bool:
        return False

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Always: `accounts.signin` has looked at the address before it hands an identity over."""
        return True

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("connections")
