"""Lists at the support desk that count no table and are narrowed by nothing that they do not show.

They read the page that was asked for and one row more, which says that there are more.
"""

from functools import cached_property
from typing import Any

from django.contrib.admin import ShowFacets
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

# Nobody turns so many pages; what stands there is found by searching.
LAST = 10_000


class Uncounted(Paginator):  # type: ignore[type-arg]
    """`count` is how many rows there are at least; `more`: that there is a page after this one."""

    number = 1

    @cached_property
    def count(self) -> int:
        begin = (self.number - 1) * self.per_page
        return begin + len(self.object_list.values_list("pk", flat=True)[begin : begin + self.per_page + 1])  # type: ignore[attr-defined]

    @property
    def more(self) -> bool:
        return self.count > self.number * self.per_page


class List(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        # Beside the search stands no number that is none.
        self.full_result_count = self.result_count


def _paginator(
    model_admin: Any, request: HttpRequest, queryset: QuerySet[Any], per_page: int, *args: Any, **more: Any
) -> Uncounted:
    found = Uncounted(queryset, per_page)
    said = request.GET.get(PAGE_VAR) or request.GET.get("page") or ""
    found.number = min(int(said), LAST) if said.isdecimal() and len(said) < 9 and int(said) else 1
    return found


def _lookup_allowed(model_admin: Any, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
    """Only what the list offers beside itself. By any other column a list would tell, letter by letter, what it does not show."""
    offered = {item if isinstance(item, str) else item[0] for item in model_admin.list_filter} | {
        model_admin.date_hierarchy
    }
    return any(lookup == name or lookup.startswith(f"{name}__") for name in offered)


# For every list of rows at the desk, whoever registers it.
OPTIONS: dict[str, Any] = {
    "get_paginator": _paginator,
    "lookup_allowed": _lookup_allowed,
    "get_changelist": lambda model_admin, request, **more: List,
    "show_full_result_count": False,
    "show_facets": ShowFacets.NEVER,
    # "Show all" would be a whole table.
    "list_max_show_all": 0,
}
