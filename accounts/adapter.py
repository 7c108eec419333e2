"""How people and their identities enter Hetk through allauth."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts import audit, vault
from accounts.audit import Act
from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    def format_email_subject(self, subject: str) -> str:
        """Our own subjects, without the host name in front."""
        return str(subject).strip()

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:
        audit.record(user, Act.SIGNED_IN, facts={"how": audit.how(request, user)}, personal=audit.whence(request))
        response: HttpResponse = super().post_login(request, user, **how)
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        for user in User.objects.filter(email__iexact=credentials.get("email", "")):
            audit.record(user, Act.SIGN_IN_REFUSED, facts={"how": "password"}, personal=audit.whence(request))

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            audit.record(request.user, Act.SIGNED_OUT, personal=audit.whence(request))
        super().logout(request)


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
