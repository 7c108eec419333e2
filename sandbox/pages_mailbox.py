"""Everybody's mail on one page: newest first, links to click, codes to copy."""

import re
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from sandbox.mailbox import Mail
from sandbox.markup import Markup, join, tag
from sandbox.pages_frame import local, shell
from sandbox.world import World

SHOWN = 50
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
# A code stands alone on its line: ABC-DEF, 4F7K2P or 123456.
_CODE = re.compile(r"[ \t]*([A-Z0-9]{3,4}-[A-Z0-9]{3,4}|(?=[A-Z]*\d)[A-Z0-9]{6,8}|[A-Z]{6})[ \t]*")


async def page(world: World, request: Request) -> Response:
    """All mails, kept fresh."""
    newest = list(reversed(world.mailbox.mails))[:SHOWN]
    shown = [_mail(mail) for mail in newest] or [tag("p", "No mail yet. Whatever the site sends arrives here.")]
    return shell(
        "Mailbox",
        "/_sandbox/mailbox",
        tag("h1", "Mailbox"),
        tag("p", "Mail to anybody, sent by the site to the sandbox’s SMTP server."),
        tag("div", *shown, id="mails", class_="plain", data_live=True),
        site=world.site,
        live=3,
    )


def _mail(mail: Mail) -> Markup:
    at = local(datetime.fromtimestamp(mail.at, UTC))
    to = ", ".join(mail.recipients)
    html = tag(
        "details",
        tag("summary", "As HTML"),
        tag(
            "iframe",
            title=f"HTML of {mail.subject}",
            srcdoc=f'<base target="_blank">{mail.html}',
            sandbox="allow-popups allow-popups-to-escape-sandbox",
            loading="lazy",
        ),
    )
    return tag(
        "article",
        tag("h2", mail.subject or "(no subject)"),
        tag("p", f"To {to} · from {mail.sender} · {at:%-d %b %H:%M:%S}", class_="small"),
        tag("pre", linked(mail.text)),
        html if mail.html else None,
        class_="panel",
        id=f"mail-{mail.id}",
    )


def linked(text: str) -> Markup:
    """The text with links to click and codes set apart."""
    return join(*[piece for line in text.splitlines(keepends=True) for piece in _line(line)])


def _line(line: str) -> list[str]:
    if code := _CODE.fullmatch(line.rstrip("\r\n")):
        return [tag("code", code.group(1), class_="copyable"), "\n"]
    pieces: list[str] = []
    end = 0
    for match in _LINK.finditer(line):
        pieces += [line[end : match.start()], tag("a", match.group(), href=match.group())]
        end = match.end()
    return [*pieces, line[end:]]
