"""One call to Graph, whether it came alone or inside a batch: its options and preferences, and the answer to it."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import orjson

from sandbox.microsoft.errors import Refusal, bad_body, invalid, unreadable
from sandbox.microsoft.render import ROOT, Lens
from sandbox.microsoft.store import Mailbox, Mount
from sandbox.microsoft.zones import zone
from sandbox.tokens import Grant

if TYPE_CHECKING:
    from sandbox.microsoft.graph import GraphCloud

DEFAULT_PAGE = 10
LARGEST_PAGE = 1000
PREFERENCE = re.compile(r'([A-Za-z.\-]+)\s*=\s*(?:"([^"]*)"|([^\s",;]+))')


@dataclass
class Call:
    """A request. `path` begins after /v1.0; `headers` have lower-case names; `query` is decoded."""

    cloud: "GraphCloud"
    grant: Grant
    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes | None = None
    applied: list[str] = field(default_factory=list)

    @cached_property
    def mailbox(self) -> Mailbox:
        """The caller's own mailbox."""
        return self.cloud.mailbox(self.grant.person)

    @cached_property
    def prefer(self) -> dict[str, str]:
        """The Prefer header by name, names in lower case."""
        found = PREFERENCE.findall(self.headers.get("prefer", ""))
        return {name.lower(): quoted or plain for name, quoted, plain in found}

    @cached_property
    def lens(self) -> Lens:
        """How the caller wants to see events, noting which preferences were honoured."""
        known, text = self.prefer.get("outlook.timezone", ""), self.prefer.get("outlook.body-content-type", "").lower()
        immutable = self.prefer.get("idtype") == "ImmutableId"
        if known and zone(known) is None:
            message = (
                f"A valid TimeZone value must be specified. The following TimeZone value is not supported: '{known}'."
            )
            raise invalid("TimeZoneNotSupportedException", message)
        self.applied += [f'outlook.timezone="{known}"'] if known else []
        self.applied += [f'outlook.body-content-type="{text}"'] if text in ("text", "html") else []
        self.applied += ['IdType="ImmutableId"'] if immutable else []
        return Lens(self.mailbox, immutable, known or "UTC", text == "text")

    @property
    def page_preference(self) -> int | None:
        """odata.maxpagesize when it was sent, at most what the service gives."""
        value = self.prefer.get("odata.maxpagesize", "")
        if not value.isdigit() or int(value) < 1:
            return None
        # No largest size is published; this one is the sandbox's own choice.
        size = min(int(value), LARGEST_PAGE)
        self.applied.append(f"odata.maxpagesize={size}")
        return size

    @cached_property
    def page_size(self) -> int:
        """$top, else odata.maxpagesize, else ten."""
        top = self.query.get("$top")
        if top is None:
            return self.page_preference or DEFAULT_PAGE
        if not top.isdigit() or not 1 <= int(top) <= LARGEST_PAGE:
            message = f"The query specified in the URI is not valid. The limit of '{LARGEST_PAGE}' for Top query has been exceeded."
            raise invalid("ErrorInvalidUrlQuery", message)
        return int(top)

    @cached_property
    def skip(self) -> int:
        """How many rows came before."""
        value = self.query.get("$skip", "0")
        if not value.isdigit():
            raise invalid("BadRequest", f"Invalid value '{value}' for $skip query option found.")
        return int(value)

    def json(self) -> Any:
        """The body as JSON; refuses one without the right Content-Type."""
        # The service does not guess: without the header the body was never there.
        if "application/json" not in self.headers.get("content-type", ""):
            raise unreadable()
        try:
            return orjson.loads(self.body or b"")
        except orjson.JSONDecodeError:
            raise unreadable() from None

    def link(self, **changes: str) -> str:
        """This call's own address at the real service, with other options."""
        # Links name the real service; whoever follows them maps the host.
        path = quote(self.path, safe="/='()")
        return f"{ROOT}{path}?{urlencode(self.query | changes, safe='$:,', quote_via=quote)}"

    def checked(self, type_name: str, value: object) -> None:
        """Refuses what the published definitions do not know."""
        if wrong := self.cloud.world.published.graph_error(type_name, value):
            raise bad_body(wrong)


@dataclass
class Answer:
    """What came of a call. `body` is JSON-able, or None for an empty answer."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[..., Answer | Awaitable[Answer]]
_TABLE: list[tuple[str, re.Pattern[str], Handler]] = []


def answers(method: str, pattern: str) -> Callable[[Handler], Handler]:
    """Registers a handler: `{name}` in the pattern is one segment, handed over by that name."""
    # Segments are matched whatever their case, ids inside them are not touched.
    shape = re.compile("/" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern) + "/?", re.IGNORECASE)

    def register(handler: Handler) -> Handler:
        _TABLE.append((method, shape, handler))
        return handler

    return register


def find(method: str, path: str) -> tuple[Handler, dict[str, str]]:
    """The handler for a path and the names in it. Raises Refusal as the service words it."""
    known = False
    for verb, shape, handler in _TABLE:
        if match := shape.fullmatch(path):
            if verb == method:
                return handler, match.groupdict()
            known = True
    if known:
        raise Refusal(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
    # The service names the segment it stumbled over; only the last is looked at here.
    last = path.rstrip("/").rpartition("/")[2]
    raise invalid("BadRequest", f"Resource not found for the segment '{last}'.")


def mount_of(call: Call, calendar: str | None) -> Mount:
    """The calendar with that id in the caller's list; None is the default one."""
    if calendar is None:
        return call.mailbox.default
    found = call.mailbox.mounts.get(calendar)
    if found is None:
        raise Refusal(404, "ErrorItemNotFound", "The specified object was not found in the store.")
    return found
