"""A calendar that is published at an address: which address that is, and its file, fetched whole or not at all.

The address is the key to the calendar, so it is handled like a password: it stands in no error and no log. What comes from it
is a calendar from its first line to its last, or an error; nothing else is ever taken for an empty calendar.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from email.message import Message
from enum import StrEnum
from urllib.parse import parse_qs, quote, unquote, urljoin, urlsplit, urlunsplit

from hetk import outbound

REDIRECTS = 5
MOVED = frozenset((301, 302, 303, 307, 308))
LIMIT = 20_000_000
ACCEPT = "text/calendar, text/plain;q=0.5, */*;q=0.1"
_SCHEMES = re.compile(r"^(?:webcals?|https?)://", re.IGNORECASE)
_MAIL = re.compile(r"[^\s/?&=:,;@%]+@((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})")
_DOMAIN = re.compile(r"@((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})")
_GOOGLE = re.compile(r"^/calendar/ical/([^/]+)/")
# Calendars that Google and Apple keep themselves: holidays, phases of the moon.
_NOBODYS = "@group.v.calendar.google.com"
_EXCHANGE = re.compile(r"/owa/+calendar/", re.IGNORECASE)
_OUTLOOK = re.compile(r"(?:^|\.)outlook\.(?:com|office\.com|office365\.com|office365\.us|live\.com|cn)$")
_WRITTEN_BY_ACCOUNTS = re.compile(r"^PRODID[^:\n]*:.*(?:Microsoft Exchange Server|Google Calendar)", re.MULTILINE)
_ORGANIZER = re.compile(
    r"^ORGANIZER(?:;[^\n]*?)?:(?:mailto:)?([^\s@:]+@[A-Za-z0-9.-]+)[ \t\r]*$", re.MULTILINE | re.IGNORECASE
)
_UID = re.compile(r"^UID[^:\n]*:(.*)$", re.MULTILINE | re.IGNORECASE)
_NAME = re.compile(r"^(?:X-WR-CALNAME|NAME)[^:\n]*:(.+)$", re.MULTILINE | re.IGNORECASE)


class Flaw(StrEnum):
    """Why no calendar came of it."""

    ADDRESS = "address"
    GONE = "gone"
    CLOSED = "closed"
    PAGE = "page"
    EMPTY = "empty"
    CUT = "cut"
    OTHER = "other"
    LONG = "long"
    STATUS = "status"


SENTENCES = {
    Flaw.ADDRESS: "the address leads to where no calendar may be fetched from",
    Flaw.GONE: "nothing is published at its address any more",
    Flaw.CLOSED: "its address is no longer open to us",
    Flaw.PAGE: "its address shows a web page instead of a calendar",
    Flaw.EMPTY: "its address gives an empty file",
    Flaw.CUT: "its file is cut off before its end",
    Flaw.OTHER: "its address gives something that is no calendar",
    Flaw.LONG: "its file is larger than Hetk reads",
    Flaw.STATUS: "its server answers with an error",
}


class Flawed(Exception):
    """No calendar came. `headers`: of the answer, for whoever wants to know when to come back."""

    def __init__(self, flaw: Flaw, status: int = 0, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(SENTENCES[flaw])
        self.flaw = flaw
        self.status = status
        self.headers = headers or {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What a feed is read with. `zone`: the clock of times that name none; `steady`: its events keep their UIDs."""

    url: str = field(repr=False)
    zone: str = "UTC"
    steady: bool = True

    def encoded(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def decoded(cls, text: str) -> "Credential":
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A whole calendar. `etag`, `modified`: what to ask with next time, "" when the server gave none; `hosts`: where it came from."""

    text: str = field(repr=False)
    etag: str = ""
    modified: str = ""
    hosts: tuple[str, ...] = ()


def address(typed: str) -> str:
    """The https address that a person means. Raises `Flawed`.

    Calendar programs write webcal: for it; the links that Google and Outlook show in a browser lead to the file as well.
    """
    bare = _SCHEMES.sub("", typed.strip())
    parts = urlsplit(f"https://{bare}")
    try:
        port = parts.port
    except ValueError:
        raise Flawed(Flaw.ADDRESS) from None
    host = (parts.hostname or "").rstrip(".")
    if "://" in bare.partition("?")[0] or "." not in host or parts.username is not None or re.search(r"\s", bare):
        raise Flawed(Flaw.ADDRESS)
    place = host if port in (None, 443) else f"{host}:{port}"
    path, query = _file_of(host, parts.path or "/", parts.query)
    return urlunsplit(("https", place, path, query, ""))


def _file_of(host: str, path: str, query: str) -> tuple[str, str]:
    asked = parse_qs(query)
    if host == "calendar.google.com" and path.endswith("/embed") and "src" in asked:
        return f"/calendar/ical/{quote(asked['src'][0], safe='')}/public/basic.ics", ""
    if _EXCHANGE.search(path) and path.endswith(".html"):
        return path.removesuffix(".html") + ".ics", query
    return path, query


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def owner_of(url: str) -> str:
    """The e-mail address that Google writes into the address of a calendar; "" where there is none."""
    found = _GOOGLE.match(urlsplit(url).path) if _is_google(host_of(url)) else None
    said = unquote(found[1]) if found else ""
    return said if _MAIL.fullmatch(said) and not said.endswith("calendar.google.com") else ""


def domains_in(url: str) -> tuple[str, ...]:
    """Every domain that the address speaks of: that of its host, and those of the people in it."""
    parts = urlsplit(url)
    named = _DOMAIN.findall(unquote(f"{parts.path}?{parts.query}"))
    own = [name.lower() for name in named if not name.lower().endswith("calendar.google.com")]
    return tuple(dict.fromkeys([host_of(url), *own]))


def is_account(url: str) -> bool:
    """Whether an account publishes its calendar there: Microsoft 365, Exchange, Google or iCloud."""
    host, path = host_of(url), urlsplit(url).path
    if _is_google(host):
        return _NOBODYS not in unquote(path)
    if host == "icloud.com" or host.endswith(".icloud.com"):
        return not path.startswith("/holidays/")
    return bool(_OUTLOOK.search(host) or _EXCHANGE.search(path))


def _is_google(host: str) -> bool:
    return host in ("calendar.google.com", "www.google.com")


def is_written_by_account(text: str) -> bool:
    """Whether such an account wrote the file, whoever passes it on."""
    return bool(_WRITTEN_BY_ACCOUNTS.search(text)) and _NOBODYS not in text[:5000]


def organizers(text: str) -> tuple[str, ...]:
    """The domains of those who invite to its events."""
    found = _ORGANIZER.findall(unfolded(text))
    return tuple(dict.fromkeys(address.rpartition("@")[2].lower() for address in found))


def uids(text: str) -> frozenset[str]:
    return frozenset(_UID.findall(unfolded(text)))


def name_in(text: str) -> str:
    """What the calendar calls itself; "" when it does not say."""
    found = _NAME.search(unfolded(text[:10_000]))
    return re.sub(r"\\(.)", r"\1", found[1]).strip() if found else ""


def unfolded(text: str) -> str:
    return re.sub(r"\r?\n[ \t]", "", text).replace("\r\n", "\n")


def fetch(url: str, *, etag: str = "", modified: str = "", timeout: float = 30.0) -> File | None:
    """The file; None when it is the one that `etag` and `modified` stand for.

    Follows redirects to other public https addresses. Raises `Flawed`, and `outbound.Unreachable` and `Lost`.
    """
    asked = {"If-None-Match": etag, "If-Modified-Since": modified}
    headers = {"Accept": ACCEPT, **{name: value for name, value in asked.items() if value}}
    hosts = []
    for _ in range(REDIRECTS + 1):
        hosts.append(host_of(url))
        try:
            answer = outbound.request("GET", url, headers=headers, timeout=timeout, limit=LIMIT, anywhere=True)
        except outbound.Forbidden:
            raise Flawed(Flaw.ADDRESS) from None
        except outbound.TooLarge:
            raise Flawed(Flaw.LONG) from None
        if answer.status not in MOVED:
            return _file(answer, tuple(hosts), conditional=bool(etag or modified))
        url = _next(url, answer)
    raise Flawed(Flaw.ADDRESS)


def _next(url: str, answer: outbound.Response) -> str:
    said = answer.headers.get("location", "")
    to = urljoin(url, re.sub(r"^webcals?:", "https:", said)) if said else ""
    if urlsplit(to).scheme != "https" or not urlsplit(to).hostname:
        raise Flawed(Flaw.ADDRESS, answer.status)
    return to


def _file(answer: outbound.Response, hosts: tuple[str, ...], *, conditional: bool) -> File | None:
    if answer.status == 304 and conditional:
        return None
    if answer.status != 200:
        raise Flawed(_flaw(answer.status), answer.status, answer.headers)
    text = _text(answer)
    if flaw := flaw_of(text):
        raise Flawed(flaw, answer.status)
    said = [answer.headers.get(name, "") for name in ("etag", "last-modified")]
    # A header may come folded over several lines, and so cannot be sent back.
    etag, modified = (value if value.isprintable() else "" for value in said)
    return File(text=text, etag=etag, modified=modified, hosts=hosts)


def _flaw(status: int) -> Flaw:
    match status:
        case 404 | 410:
            return Flaw.GONE
        case 401 | 403 | 407:
            return Flaw.CLOSED
        case 206:
            return Flaw.CUT
    return Flaw.STATUS


def flaw_of(text: str) -> Flaw | None:
    """What keeps a text from being a whole calendar: its first line must begin one, its last line end it."""
    lines = text.strip().upper()
    if not lines:
        return Flaw.EMPTY
    if not lines.startswith("BEGIN:VCALENDAR"):
        return Flaw.PAGE if re.match(r"<(?:!DOCTYPE|HTML|\?XML|HEAD|BODY)", lines) else Flaw.OTHER
    return None if re.search(r"[\r\n]END:VCALENDAR\s*$", lines[-60:]) else Flaw.CUT


def _text(answer: outbound.Response) -> str:
    said = Message()
    said["content-type"] = answer.headers.get("content-type", "")
    charset = said.get_content_charset() or "utf-8"
    try:
        text = answer.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = answer.body.decode(charset, "replace")
        except LookupError:
            text = answer.body.decode("utf-8", "replace")
    return text.lstrip("\ufeff")
