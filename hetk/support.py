"""The support desk: Django's admin behind the people's door and a second factor that was used within eight hours.

Django's own door knows no limit on tries and no second factor, so nobody enters by it. What would let support take over an
account (sessions, factors, addresses, identities) is not shown here at all.
"""

from collections.abc import Iterable
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin, messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts import factors
from accounts.access import person
from hetk import uncounted

# Whose rows open accounts, and a queue whose rows are pickles.
CLOSED = ("allauth.", "django_q.")


class SupportSite(admin.AdminSite):
    site_header = site_title = "Hetk support"
    index_title = "Support desk"
    index_template = "desk/index.html"

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        # Nothing at the desk ends a hundred rows at once.
        self.disable_action("delete_selected")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        models: Iterable[type[Model]] = (
            [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable
        )
        shown = [model for model in models if not model.__module__.startswith(CLOSED)]
        super().register(shown, admin_class, **{**uncounted.OPTIONS, **options})

    def get_urls(self) -> list[Any]:
        from sync.admin import pages

        # Before Django's own, whose last one catches everything.
        return [*pages.urls(self), *super().get_urls()]

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and factors.shown_lately(request)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """By the people's own page, which asks who it is and tells of the change."""
        return redirect("account_change_password")

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Where whoever may not enter yet has to go first."""
        answer: HttpResponse = secure_admin_login(_door)(request)
        return answer


def _door(request: HttpRequest) -> HttpResponse:
    """Anonymous visitors and people who are not staff do not get this far."""
    back = urlencode({REDIRECT_FIELD_NAME: request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")})
    if factors.shown_lately(request):
        return redirect("admin:index")
    if not factors.any_of(person(request)):
        messages.warning(
            request, "The support desk asks for a second factor. Add a passkey or an authenticator app first."
        )
        return redirect("security")
    return redirect(f"{factors.way_to_show(request)}?{back}")
