"""The providers as allauth sees them. It finds this module by its name; the flows themselves are ours (`accounts.flows`).

There is nothing in these classes that could start a flow, so no address of allauth can pass on scopes or parameters.
"""

from typing import Any

from allauth.socialaccount.providers.base import Provider, ProviderAccount
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import Kind


class OwnProvider(Provider):
    uses_apps = False
    account_class = ProviderAccount

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        return reverse("signin", args=(self.id,))


class MicrosoftProvider(OwnProvider):
    id = Kind.MICROSOFT.value
    name = "Microsoft"


class GoogleProvider(OwnProvider):
    id = Kind.GOOGLE.value
    name = "Google"


provider_classes = [MicrosoftProvider, GoogleProvider]
