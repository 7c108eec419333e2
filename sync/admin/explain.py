"""Why an event is copied or not, for support: a pair, a direction or a calendar, then a date; by time and reason only."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.audit import Act
from accounts.models import User
from accounts.noted import Noted
from sync.explaining import known, waits
from sync.models import Calendar, Flow, Link, Pair

OTHER = "the other calendar"


def links_to(word: str) -> SafeString:
    """The explanation of everything that goes by this id."""
    return format_html('<a href="{}?q={}">Explain events</a>', reverse("admin:sync_link_changelist"), word)


class ReadOnly:
    """Support looks; what changes a sync is its owner's own pages, or an act of `sync/admin/acts.py`, which calls the same."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class FlowInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = Flow
    fields = ("from_calendar", "to_calendar", "private", "settled_at", "ending_at", "explain")
    readonly_fields = fields
    extra = 0
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Flow]:
        return super().get_queryset(request).select_related("source", "target")

    @admin.display(description="from")
    def from_calendar(self, flow: Flow) -> str:
        return str(flow.source)

    @admin.display(description="to")
    def to_calendar(self, flow: Flow) -> str:
        return str(flow.target)

    @admin.display(description="events")
    def explain(self, flow: Flow) -> SafeString:
        return links_to(f"flow {flow.pk}")


@admin.register(Pair)
class PairAdmin(Noted, ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("public_id", "user", "created_at", "paused_at", "ending_at", "explain")
    list_filter = (("paused_at", admin.EmptyFieldListFilter), ("ending_at", admin.EmptyFieldListFilter))
    search_fields = ("public_id", "user__email")
    fields = (
        "public_id",
        "user",
        "first_calendar",
        "second_calendar",
        "created_at",
        "paused_at",
        "ending_at",
        "explain",
    )
    readonly_fields = fields
    inlines = (FlowInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pair]:
        pairs: QuerySet[Pair] = super().get_queryset(request).select_related("user", "first", "second")
        return pairs

    @admin.display(description="first")
    def first_calendar(self, pair: Pair) -> str:
        return str(pair.first)

    @admin.display(description="second")
    def second_calendar(self, pair: Pair) -> str:
        return str(pair.second)

    @admin.display(description="events")
    def explain(self, pair: Pair) -> SafeString:
        return links_to(str(pair.public_id))


@admin.register(Calendar)
class CalendarAdmin(Noted, ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = (
        "public_id",
        "connection",
        "primary",
        "checked_at",
        "full_read_at",
        "due_at",
        "failures",
        "trouble",
        "lost_at",
        "explain",
    )
    list_filter = (("lost_at", admin.EmptyFieldListFilter), ("due_at", admin.EmptyFieldListFilter))
    list_select_related = ("connection__user",)
    search_fields = ("public_id", "connection__public_id", "connection__user__email")
    fields = (
        "public_id", "connection", "primary", "can_write", "can_watch", "read_start", "read_end", "full_read_at", "checked_at",
        "due_at", "lease_until", "failures", "trouble", "lost_at", "explain",
    )  # fmt: skip
    readonly_fields = fields

    def owner_of(self, row: Calendar) -> User:
        return row.connection.user

    @admin.display(description="events")
    def explain(self, calendar: Calendar) -> SafeString:
        return links_to(str(calendar.public_id))


@admin.register(Link)
class LinkAdmin(Noted, ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """One event in one direction. The table is the largest there is, so nothing is listed before it is asked for by id."""

    list_display = (
        "starts_at",
        "ends_at",
        "direction",
        "what",
        "why",
        "agreed",
        "looked_at",
        "due_at",
        "attempts",
        "in_the_way",
    )
    list_filter = ("state", "all_day")
    # The search is told of before anything is listed.
    opens_by_search = False
    list_select_related = ("flow__pair", "flow__source__connection", "flow__target__connection")
    list_per_page = 100
    date_hierarchy = "starts_at"
    ordering = ("starts_at", "pk")
    search_fields = ("flow__pair__public_id",)
    search_help_text = "The public id of a sync or of a calendar, or “flow” and its number; then choose a date."
    fields = (
        "direction", "starts_at", "ends_at", "all_day", "what", "why", "in_the_way", "agreed", "looked_at", "written_at", "due_at",
        "attempts", "generation",
    )  # fmt: skip
    readonly_fields = fields

    def owner_of(self, row: Link) -> User:
        return row.flow.pair.user

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Events that were asked for by an id are somebody's, and that they were looked at is told to them."""
        if link := Link.objects.filter(_named(request.GET.get("q", ""))).select_related("flow__pair__user").first():
            self.note(request, link, Act.STAFF_LOOKED)
        return super().changelist_view(request, extra_context)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Model], search_term: str
    ) -> tuple[QuerySet[Model], bool]:
        return queryset.filter(_named(search_term)), False

    @admin.display(description="direction")
    def direction(self, link: Link) -> str:
        return f"{link.flow.source} → {link.flow.target}"

    @admin.display(description="copied")
    def what(self, link: Link) -> str:
        return known(link, OTHER).what

    @admin.display(description="reason")
    def why(self, link: Link) -> str:
        return known(link, OTHER).why or "–"

    @admin.display(description="versions agreed", boolean=True)
    def agreed(self, link: Link) -> bool:
        return link.agreed

    @admin.display(description="looked at")
    def looked_at(self, link: Link) -> Any:
        return link.flow.source.checked_at

    @admin.display(description="in the way")
    def in_the_way(self, link: Link) -> str:
        return waits(link.flow, timezone.now(), name=str) or "–"


def _named(word: str) -> Q:
    """The links of a sync or a calendar by public id, or of a flow by number; none for anything else."""
    name, _, number = word.strip().partition(" ")
    if name == "flow" and number.isdecimal() and len(number) < 19:
        return Q(flow=int(number))
    try:
        id = UUID(word.strip())
    except ValueError:
        return Q(pk=None)
    return Q(flow__pair__public_id=id) | Q(flow__source__public_id=id)
