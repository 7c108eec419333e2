"""How people and their identities enter Hetk through allauth."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from accounts import vault


class AccountAdapter(DefaultAccountAdapter):
    def format_email_subject(self, subject: str) -> str:
        """Our own subjects, without the host name in front."""
        return str(subject).strip()


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of second factors rest in the vault, as grants do."""

    def encrypt(self, text: str) -> str:
        return vault.seal(text, bound_to="mfa")

    def decrypt(self, encrypted_text: str) -> str:
        return vault.open_sealed(encrypted_text, bound_to="mfa")


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
