"""A pair that is being made or changed: kept in the session between the steps, ids and choices only."""

from dataclasses import asdict, dataclass
from datetime import time
from typing import Any

from django.http import HttpRequest

from sync.access import calendars_of, person
from sync.models import Calendar, FlowSettings, Pair

KEY = "pair_draft"
CHANGE = "pair_change"


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


@dataclass(frozen=True)
class Change:
    """What a pair is to become. `back` is kept while the direction is one-way."""

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
    out, back = (_settings(saved.get(side, {})) for side in ("out", "back"))
    return Draft(found[wanted[0]], found[wanted[1]], bool(saved.get("two_way")), out, back)


def keep(request: HttpRequest, draft: Draft) -> None:
    request.session[KEY] = {
        "first": str(draft.first.public_id),
        "second": str(draft.second.public_id),
        "two_way": draft.two_way,
        "out": _plain(draft.out),
        "back": _plain(draft.back),
    }


def _plain(settings: FlowSettings) -> dict[str, Any]:
    """A session holds JSON, which has no times."""
    return {name: value.isoformat() if isinstance(value, time) else value for name, value in asdict(settings).items()}


def _settings(saved: dict[str, Any]) -> FlowSettings:
    times = {name: time.fromisoformat(saved[name]) for name in ("hours_from", "hours_to") if saved.get(name)}
    return FlowSettings(**{**saved, **times})


def drop(request: HttpRequest) -> None:
    request.session.pop(KEY, None)


def load_change(request: HttpRequest, pair: Pair) -> Change | None:
    """The change of this pair that waits for its last step; None when there is none, or it is about another pair."""
    saved: dict[str, Any] = request.session.get(CHANGE, {})
    if saved.get("pair") != str(pair.public_id):
        return None
    return Change(bool(saved["two_way"]), _settings(saved["out"]), _settings(saved["back"]))


def keep_change(request: HttpRequest, pair: Pair, change: Change) -> None:
    sides = {"out": _plain(change.out), "back": _plain(change.back)}
    request.session[CHANGE] = {"pair": str(pair.public_id), "two_way": change.two_way, **sides}


def drop_change(request: HttpRequest) -> None:
    request.session.pop(CHANGE, None)
