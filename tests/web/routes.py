"""Every address of the site, walked, and the rows behind it, so that a test can say "nothing changed"."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

# Sessions and their kind live beside the rows that people made; so does what was heard of domains, whoever asked, and that a code was mailed.
BESIDE = {
    "Session",
    "UserSession",
    "Device",
    "LogEntry",
    "ContentType",
    "Permission",
    "Schedule",
    "Seat",
    "Domain",
    "SentMail",
}
# Renewed by reading; nobody's choice.
BY_ITSELF = {"last_login", "access", "access_expires_at", "refresh_lease_until"}


def routes(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """(name with its namespace, pattern) of everything that can be asked for."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern
        else:
            yield from routes(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)


def ours() -> dict[str, URLPattern]:
    """All but Django's support desk, which is asked about as a whole, and the API, where no session counts (`tests/api`)."""
    return {name: pattern for name, pattern in routes() if not name.startswith(("admin:", "api:"))}


def takes_arguments(pattern: URLPattern) -> bool:
    """Whether its address holds an id, be it in a part that it shares with others."""
    return _holds(pattern) or any(pattern in resolver.url_patterns for resolver in _resolvers() if _holds(resolver))


def _holds(place: URLPattern | URLResolver) -> bool:
    return bool(getattr(place.pattern, "converters", None) or place.pattern.regex.groups)


@cache
def _resolvers() -> list[URLResolver]:
    found = [place for place in get_resolver().url_patterns if isinstance(place, URLResolver)]
    for resolver in found:
        found += [place for place in resolver.url_patterns if isinstance(place, URLResolver)]
    return found


def rows() -> dict[str, Any]:
    """Everything in the database that people made or the engine keeps."""
    found: dict[str, Any] = {}
    for model in apps.get_models():
        if model.__name__ in BESIDE or not model._meta.managed:
            continue
        for row in model._default_manager.order_by("pk").values():
            kept = {name: value for name, value in row.items() if name not in BY_ITSELF}
            found[f"{model._meta.label}:{row[model._meta.pk.attname]}"] = kept
    return found
