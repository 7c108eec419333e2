"""The support desk's view of people and their connections: ids, times and reasons; never a secret, not even sealed."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts import audit, factors, lost
from accounts.access import person
from accounts.models import Connection, LostFactor, User
from accounts.noted import Noted

RIGHTS = ("is_staff", "is_superuser", "groups", "reason")


class RightsForm(UserChangeForm):  # type: ignore[type-arg]
    reason = forms.CharField(min_length=8, max_length=200, help_text="They read this in their security history.")


@admin.register(User)
class PersonAdmin(Noted, UserAdmin):  # type: ignore[type-arg]
    # It shows the address that was searched for and when it was last used; the person's page is the next click.
    opens_by_search = False
    ordering = ("email",)
    list_display = ("email", "customer", "date_joined", "last_login", "connection_count", "is_staff")
    search_fields = ("email",)
    form = RightsForm
    fieldsets = (
        (None, {"fields": ("email", "time_zone", "is_active")}),
        ("Rights at the support desk", {"fields": RIGHTS}),
        ("Times", {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "password1", "password2")}),)
    readonly_fields = ("time_zone", "is_active", "date_joined", "last_login")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        people: QuerySet[User] = super().get_queryset(request)
        # Of the rows that are shown, one by one and by an index: joined, every row there is would be counted first.
        own = Connection.objects.filter(user=OuterRef("pk")).order_by().values("user")
        total = Subquery(own.annotate(total=Count("pk")).values("total"))
        return people.annotate(connection_total=Coalesce(total, 0))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The reason is asked of whoever changes something, and shown to nobody else."""
        found = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return found
        seen = tuple(name for name in RIGHTS if name != "reason")
        return [(title, {"fields": seen if parts["fields"] == RIGHTS else parts["fields"]}) for title, parts in found]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rights at the desk are given by superusers who have shown a passkey."""
        return super().has_change_permission(request, obj) and factors.passkey_shown(request)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """The rights, with the reason in the security history of whoever has them now, or no more."""
        admin.ModelAdmin.save_model(self, request, obj, form, change)
        if change and obj != request.user:
            facts = {"what": "rights at the support desk", "staff": person(request).pk}
            personal = {"by": person(request).email, "reason": form.cleaned_data["reason"]}
            audit.record(obj, audit.Act.STAFF_CHANGED, facts=facts, personal=personal)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Nobody at the desk gives an account another address."""
        return ("email", *self.readonly_fields) if obj else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An account ends by its deletion, which takes copies, access and subscription along (`sync/admin/acts.py` begins it)."""
        return False

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        raise PermissionDenied("People set their own passwords.")

    @admin.display(description="desk")
    def customer(self, person: User) -> SafeString:
        return format_html('<a href="{}">What is wrong?</a>', reverse("admin:customer", args=(person.pk,)))

    @admin.display(description="connections")
    def connection_count(self, person: Any) -> int:
        return int(person.connection_total)


@admin.register(Connection)
class ConnectionAdmin(Noted, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("public_id", "kind", "address", "user", "halt_cause", "halted_at", "created_at")
    list_filter = ("kind", "halt_cause", ("halted_at", admin.EmptyFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("public_id", "address", "user__email", "tenant")
    fields = (
        "public_id", "user", "kind", "address", "issuer", "subject", "tenant", "scopes", "access_expires_at", "throttled_until",
        "halted_at", "halt_cause", "halt_told_at", "created_at",
    )  # fmt: skip
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(LostFactor)
class LostFactorAdmin(Noted, admin.ModelAdmin):  # type: ignore[type-arg]
    """People who lost every factor; what is done about it is an act on the customer's page (`accounts/lost.py` says when)."""

    list_display = ("user", "asked_at", "due_at", "stands", "done_by")
    list_filter = (("done_at", admin.EmptyFieldListFilter), ("stopped_at", admin.EmptyFieldListFilter))
    list_select_related = ("user", "done_by")
    search_fields = ("user__email",)
    fields = readonly_fields = ("user", "asked_at", "due_at", "label", "stopped_at", "done_at", "done_by")

    @admin.display(description="state")
    def stands(self, row: LostFactor) -> str:
        return str(lost.state(row, timezone.now()))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
