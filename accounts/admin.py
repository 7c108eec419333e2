"""The support desk's view of people and their connections: ids, times and reasons; never a secret, not even sealed."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts import lost
from accounts.access import person
from accounts.models import Connection, LostFactor, User
from accounts.noted import Noted
from sync.admin import groups
from sync.admin.rights import Act, may


@admin.register(User)
class PersonAdmin(Noted, UserAdmin):  # type: ignore[type-arg]
    ordering = ("email",)
    list_display = ("email", "customer", "date_joined", "last_login", "connection_count", "is_staff")
    show_full_result_count = False
    search_fields = ("email",)
    fieldsets = (
        (None, {"fields": ("email", "time_zone")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("Times", {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "password1", "password2")}),)
    readonly_fields = ("date_joined", "last_login")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        people: QuerySet[User] = super().get_queryset(request)
        return people.annotate(connection_total=Count("connections"))

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

    @admin.display(description="connections", ordering="connection_total")
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
    """Support acts here for people who lost every factor; `accounts/lost.py` says when it may."""

    list_display = ("user", "asked_at", "due_at", "stands", "done_by")
    list_filter = (("done_at", admin.EmptyFieldListFilter), ("stopped_at", admin.EmptyFieldListFilter))
    list_select_related = ("user", "done_by")
    search_fields = ("user__email",)
    fields = readonly_fields = ("user", "asked_at", "due_at", "label", "stopped_at", "done_at", "done_by")
    actions = ("remove_factors",)

    @admin.display(description="state")
    def stands(self, row: LostFactor) -> str:
        return str(lost.state(row, timezone.now()))

    @admin.action(description="Remove the second factors", permissions=("remove_factors",))
    def remove_factors(self, request: HttpRequest, rows: QuerySet[LostFactor]) -> None:
        for row in rows.select_related("user"):
            if lost.take_away(row, by=person(request)):
                self.log_change(request, row, "Removed the second factors after the wait.")
                messages.success(request, f"{row.user} signs in without a second factor now, and was told.")
            else:
                stands = lost.state(row, timezone.now())
                messages.error(request, f"Nothing was removed for {row.user}: the request is {stands}, or your own.")

    def has_remove_factors_permission(self, request: HttpRequest) -> bool:
        return may(Act.REMOVE_FACTORS, groups.of(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
