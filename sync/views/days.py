"""Days in addresses: which one a page is about, or begins with."""

from datetime import date

from django.http import HttpRequest


def day_in(request: HttpRequest, name: str) -> date | None:
    """The date of that name in the query; None where there is none, or nonsense."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None


def first_day(request: HttpRequest) -> date | None:
    """Where a list by day begins."""
    return day_in(request, "from")
