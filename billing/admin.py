"""Staff's view of plans: how accounts stand. What is given is an act on the customer's page; what stands here of Stripe comes from Stripe."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from accounts.noted import Noted
from billing.models import Account


@admin.register(Account)
class AccountAdmin(Noted, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("user", "stands", "status", "lookup_key", "trial_ends_at", "granted_plan", "granted_until")
    list_filter = ("status", "granted_plan")
    list_select_related = ("user",)
    search_fields = ("user__email", "public_id", "customer")
    fields = (
        "public_id", "user", "stands", "trial_ends_at", "granted_plan", "granted_until", "customer", "subscription", "status", "lookup_key",
        "period_end", "cancel_at", "ended_at", "unpaid_since", "look_at",
    )  # fmt: skip
    readonly_fields = fields

    @admin.display(description="stands")
    def stands(self, account: Account) -> str:
        standing = account.standing(timezone.now())
        return f"{standing.level} by {standing.cause}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
