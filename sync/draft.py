"""A pair that is being made: kept in the session between the steps of the wizard, ids and choices only."""

from dataclasses import asdict, dataclass
from typing import Any

from django.http import HttpRequest

from sync.access import calendars_of, person
from sync.models import Calendar
from sync.pairs import FlowSettings

KEY = "pair_draft"


@dataclass
class Draft:
    """`back` is kept while the direction is one-way, so that changing one's mind loses nothing."""

    first: Calendar
    second: Calendar
    two_way: bool
    out: FlowSettings
    back: FlowSettings

    @property
    def returning(self) -> FlowSettings | None:
        return self.back if self.two_way else None


def load(request: HttpRequest) -> Draft | None:
    """The draft, or None when there is none or one of its calendars is no longer there."""
    saved: dict[str, Any] = request.session.get(KEY, {})
    wanted = [str(saved.get(side, "")) for side in ("first", "second")]
    found = {str(c.public_id): c for c in calendars_of(person(request)).filter(public_id__in=filter(None, wanted))}
    if len(found) < 2:
        return None
    out, back = (FlowSettings(**saved.get(side, {})) for side in ("out", "back"))
    return Draft(found[wanted[0]], found[wanted[1]], bool(saved.get("two_way")), out, back)


def keep(request: HttpRequest, draft: Draft) -> None:
    request.session[KEY] = {
        "first": str(draft.first.public_id),
        "second": str(draft.second.public_id),
        "two_way": draft.two_way,
        "out": asdict(draft.out),
        "back": asdict(draft.back),
    }


def drop(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
