"""The support desk's view of people and their connections: ids, times and reasons; never a secret, not even sealed."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from accounts.models import Connection, User


@admin.register(User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    ordering = ("email",)
    list_display = ("email", "date_joined", "last_login", "connection_count", "is_staff")
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

    @admin.display(description="connections", ordering="connection_total")
    def connection_count(self, person: Any) -> int:
        return int(person.connection_total)


@admin.register(Connection)
class ConnectionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
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
