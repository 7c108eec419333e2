"""Staff's view of plans: how an account stands, and one thing to give: a plan until a day. Nothing of Stripe's can be typed over."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from billing import grants
from billing.models import Account
from billing.plans import BY_KEY


@admin.register(Account)
class AccountAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("user", "stands", "status", "lookup_key", "trial_ends_at", "granted_plan", "granted_until")
    list_filter = ("status", "granted_plan")
    list_select_related = ("user",)
    search_fields = ("user__email", "public_id", "customer")
    show_full_result_count = False
    fields = (
        "public_id", "user", "stands", "trial_ends_at", "granted_plan", "granted_until", "customer", "subscription", "status", "lookup_key",
        "period_end", "cancel_at", "ended_at", "unpaid_since", "look_at",
    )  # fmt: skip
    readonly_fields = tuple(name for name in fields if not name.startswith("granted_"))

    @admin.display(description="stands")
    def stands(self, account: Account) -> str:
        standing = account.standing(timezone.now())
        return f"{standing.level} by {standing.cause}"

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        plan, until = BY_KEY.get(obj.granted_plan), obj.granted_until
        grants.grant_plan(obj.user, plan, until=until, by=request.user, reason="given in the admin")  # type: ignore[arg-type]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
