"""Whoever of the staff opens or changes a person's page at the support desk is told of in that person's security history."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts import audit
from accounts.audit import Act
from accounts.models import User

# What the owner reads, by the kind of row that was opened.
PAGES = {
    "User": "your account",
    "Connection": "a connected account",
    "LostFactor": "a lost second factor",
    "Calendar": "what is known of a calendar",
    "Pair": "a sync",
    "Account": "your plan",
    "Link": "which events of a sync are copied, by time and reason",
}


def note(request: HttpRequest, owner: User, act: Act, kind: str) -> None:
    """`kind`: a key of PAGES."""
    if owner != request.user:
        audit.record(owner, act, facts={"what": PAGES[kind], "staff": request.user.pk})


class Noted:
    """For an admin of rows that are somebody's; `owner_of` says whose. Staff who look at their own account are not told of it.

    `opens_by_search`: a search that finds one person's rows alone has opened them, for the list tells as much as their pages.
    """

    opens_by_search = True

    def owner_of(self, row: Any) -> User | None:
        return row if isinstance(row, User) else row.user

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if row is not None and request.method == "GET":
            self.note(request, row, Act.STAFF_LOOKED)
        answer: HttpResponse = super().change_view(request, object_id, *args, **kwargs)  # type: ignore[misc]
        return answer

    def history_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.get_object(request, object_id)  # type: ignore[attr-defined]
        answer: HttpResponse = super().history_view(request, object_id, *args, **kwargs)  # type: ignore[misc]
        if row is not None:
            self.note(request, row, Act.STAFF_LOOKED)
        return answer

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer: HttpResponse = super().changelist_view(request, *args, **kwargs)  # type: ignore[misc]
        found = getattr(answer, "context_data", None) or {}
        if self.opens_by_search and request.GET.get("q") and "cl" in found:
            rows = {owner.pk: row for row in found["cl"].result_list if (owner := self.owner_of(row)) is not None}
            if len(rows) == 1:
                self.note(request, next(iter(rows.values())), Act.STAFF_LOOKED)
        return answer

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        if change:
            self.note(request, obj, Act.STAFF_CHANGED)

    def note(self, request: HttpRequest, row: Any, act: Act) -> None:
        owner = self.owner_of(row)
        if owner is not None:
            note(request, owner, act, type(row).__name__)
