"""What an account's audit tells of its syncs: ids and choices; words that the person typed are sealed."""

from collections.abc import Mapping
from typing import Any

from accounts import audit
from accounts.audit import Act
from sync.models import Calendar, FlowSettings, Pair
from sync.models.flow import ASKED

TYPED = ("template", "word", "only_words", "not_words", "keep_out")
# By the calendar that a direction leaves from.
Directions = Mapping[int, FlowSettings | None]


def directions(pair: Pair) -> dict[int, FlowSettings | None]:
    """What is asked of each direction now; one that is being ended asks for nothing."""
    return {flow.source_id: None if flow.ending_at else FlowSettings.of(flow) for flow in pair.flows.all()}


def made(pair: Pair) -> None:
    """A sync was started, with these settings."""
    sides = directions(Pair.objects.get(pk=pair.pk))
    personal = {
        f"{side} {name}": text for side, words in _sides(pair, sides, _typed).items() for name, text in words.items()
    }
    _note(pair, Act.PAIR_MADE, {"directions": _sides(pair, sides, _chosen)}, personal)


def changed(pair: Pair, before: Directions) -> None:
    """A sync was changed: what is different now, each with what it was and what it is."""
    after = directions(Pair.objects.get(pk=pair.pk))
    old, new = _sides(pair, before, _chosen), _sides(pair, after, _chosen)
    differing = {side: _different(old.get(side, {}), new.get(side, {})) for side in ("out", "back")}
    words = {side: _sides(pair, after, _typed).get(side, {}) for side in ("out", "back")}
    was = _sides(pair, before, _typed)
    personal = {
        f"{side} {name}": text
        for side in words
        for name, text in words[side].items()
        if was.get(side, {}).get(name) != text
    }
    _note(pair, Act.PAIR_CHANGED, {"changes": {side: found for side, found in differing.items() if found}}, personal)


def happened(pair: Pair, act: Act, **facts: Any) -> None:
    _note(pair, act, facts, {})


def _note(pair: Pair, act: Act, facts: Mapping[str, Any], personal: Mapping[str, str]) -> None:
    where = {"pair": str(pair.public_id), "first": _id(pair.first), "second": _id(pair.second)}
    audit.record(pair.user_id, act, facts={**where, **facts}, personal=personal)


def _id(calendar: Calendar) -> str:
    return str(calendar.public_id)


def _sides(pair: Pair, found: Directions, what: Any) -> dict[str, dict[str, Any]]:
    sides = {"out": found.get(pair.first_id), "back": found.get(pair.second_id)}
    return {side: what(settings) for side, settings in sides.items() if settings is not None}


def _chosen(settings: FlowSettings) -> dict[str, Any]:
    values = {name: getattr(settings, name) for name in ASKED if name not in TYPED}
    return {name: value if isinstance(value, bool | str) else str(value or "") for name, value in values.items()}


def _typed(settings: FlowSettings) -> dict[str, str]:
    return {name: str(getattr(settings, name)) for name in TYPED if getattr(settings, name)}


def _different(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[Any]]:
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return {name: [old.get(name, ""), new.get(name, "")] for name in names}
