"""HTML built from values, escaped unless it is markup already."""

from collections.abc import Iterable
from html import escape

from starlette.responses import HTMLResponse

VOID = {"input", "meta", "link", "br", "hr"}


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Piece = str | None | Iterable["Piece"]


def join(*pieces: Piece) -> Markup:
    """The pieces one after another; None is nothing."""
    parts: list[str] = []
    for piece in pieces:
        if piece is None:
            continue
        if isinstance(piece, Markup):
            parts.append(piece)
        elif isinstance(piece, str):
            parts.append(escape(piece))
        else:
            parts.append(join(*piece))
    return Markup("".join(parts))


def tag(name: str, /, *pieces: Piece, **attributes: str | bool | None) -> Markup:
    """An element. `class_` is class, `_` in names is `-`; None and False leave an attribute out."""
    given = "".join(_attribute(key, value) for key, value in attributes.items() if value not in (None, False))
    if name in VOID:
        return Markup(f"<{name}{given}>")
    return Markup(f"<{name}{given}>{join(*pieces)}</{name}>")


def _attribute(key: str, value: str | bool | None) -> str:
    key = key.rstrip("_").replace("_", "-")
    return f" {key}" if value is True else f' {key}="{escape(str(value))}"'


def document(title: str, *body: Piece, theme: str = "", live: int = 0, status: int = 200) -> HTMLResponse:
    """A whole page. `live` says every how many seconds it wants to be fresh; without JavaScript it is reloaded."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("noscript", tag("meta", http_equiv="refresh", content=str(live))) if live else None,
        tag("title", f"{title} · Sandbox"),
        tag("link", rel="icon", href="data:,"),
        tag("link", rel="stylesheet", href="/_sandbox/static/sandbox.css"),
    )
    page = join(
        Markup("<!doctype html>"),
        tag("html", head, tag("body", *body, class_=theme or None, data_every=str(live)), lang="en"),
    )
    return HTMLResponse(page, status, {"cache-control": "no-store"})
