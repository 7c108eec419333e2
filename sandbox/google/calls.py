"""One call of the API: which method it is, whether its parameters and the grant fit, and what is answered."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from sandbox.cast import Person
from sandbox.google.errors import Refusal, bad, changed_meanwhile, narrow, not_found, read_only
from sandbox.google.store import Calendar, Item
from sandbox.tokens import Grant

if TYPE_CHECKING:
    from sandbox.google.calendar import GoogleCloud

API = "https://www.googleapis.com/auth/"
STANDARD = {
    "alt": ("json",),
    "key": str,
    "oauth_token": str,
    "prettyPrint": bool,
    "quotaUser": str,
    "userIp": str,
}
SEND = {"sendUpdates": ("all", "externalOnly", "none"), "sendNotifications": bool}
READ = ("calendar", "calendar.readonly", "calendar.events", "calendar.events.readonly", "calendar.events.owned")
WRITE = ("calendar", "calendar.events", "calendar.events.owned")
OWNED = frozenset((f"{API}calendar.events.owned",))
WRITERS = ("owner", "writer", "writerWithoutPrivateAccess")


@dataclass
class Answer:
    """What goes back: a body of bytes or of JSON, None for an empty one."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else orjson.dumps(self.body)


@dataclass
class Call:
    """One request, alone or out of a batch. `path` begins after /calendar/v3; `headers` in lower case."""

    cloud: "GoogleCloud"
    grant: Grant
    method: str
    path: str
    query: dict[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def person(self) -> Person:
        return self.grant.person

    def json(self) -> Any:
        """The body as JSON. Raises Refusal."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            raise bad("Parse Error", "parseError") from None

    def one(self, name: str, usual: str = "") -> str:
        return self.query.get(name, [usual])[-1]

    def flag(self, name: str) -> bool:
        return self.one(name) == "true"

    def number(self, name: str, usual: int, most: int) -> int:
        return min(int(self.one(name) or usual), most)

    @property
    def send(self) -> str:
        """Whom to write to: sendUpdates, or its older form."""
        return self.one("sendUpdates") or ("all" if self.flag("sendNotifications") else "none")

    def calendar(self, id: str, *, write: bool = False) -> Calendar:
        """A calendar that this person may read, or write. Raises Refusal."""
        found = self.cloud.calendars.get(self.person.address if id == "primary" else id)
        role = self.cloud.role(found, self.person) if found else None
        if found is None or role is None:
            raise not_found()
        if not self.grant.scopes & self.wide and role != "owner":
            raise narrow()
        if write and role not in WRITERS:
            raise read_only()
        return found

    # Scopes that reach beyond calendars of one's own; set when the method is found.
    wide: frozenset[str] = frozenset()

    def sight(self, calendar: Calendar) -> str:
        """How much is told of events here: "all", "public" or "busy"."""
        role = self.cloud.role(calendar, self.person)
        return "busy" if role == "freeBusyReader" else "all" if role in ("owner", "writer") else "public"

    def match(self, item: Item) -> None:
        """If-Match: raises Refusal when the event is at another version."""
        wanted = self.headers.get("if-match")
        if wanted and wanted.strip() not in ("*", item.etag):
            raise changed_meanwhile()


Handler = Callable[..., Answer]


@dataclass(frozen=True)
class Method:
    """One method of the API: its address, what may be asked and who may ask."""

    verb: str
    pattern: re.Pattern[str]
    handler: Handler
    scopes: frozenset[str]
    parameters: dict[str, Any]


METHODS: list[Method] = []


def method(verb: str, path: str, scopes: tuple[str, ...], **parameters: Any) -> Callable[[Handler], Handler]:
    """Registers a method. Parameters: str, bool, int, a list for one that may be repeated, a tuple of choices."""
    pattern = re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path))

    def add(handler: Handler) -> Handler:
        METHODS.append(Method(verb, pattern, handler, frozenset(API + scope for scope in scopes), parameters))
        return handler

    return add


def carry_out(call: Call) -> Answer:
    """Finds the method, checks grant and parameters, answers. Raises Refusal."""
    for one in METHODS:
        fits = one.pattern.fullmatch(call.path)
        if fits and one.verb == call.method:
            return _carry_out(one, call, fits.groupdict())
    raise not_found()


def _carry_out(one: Method, call: Call, names: dict[str, str]) -> Answer:
    if not call.grant.scopes & one.scopes:
        raise narrow()
    call.wide = one.scopes - OWNED
    known = {**STANDARD, **one.parameters}
    for name, values in call.query.items():
        if name not in known:
            raise bad(
                f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter.', "badRequest"
            )
        for value in values:
            _check(name, value, known[name])
    return one.handler(call, **names)


def _check(name: str, value: str, kind: Any) -> None:
    if isinstance(kind, list):
        kind = kind[0]
    if kind is bool:
        kind = ("true", "false")
    if isinstance(kind, tuple) and value not in kind:
        raise bad(
            f"Invalid value '{value}'. Values must be one of: {', '.join(kind)}", "invalidParameter", location=name
        )
    if kind is int and (not value.isdecimal() or (name == "maxResults" and int(value) < 1)):
        raise bad(f"Invalid value '{value}'. A positive number is expected.", "invalidParameter", location=name)


def answered(call: Call) -> Answer:
    """The answer to a call, refusals included; counted against the quota."""
    try:
        call.cloud.spend(call.grant)
        return carry_out(call)
    except Refusal as refusal:
        return Answer(refusal.status, refusal.body(), dict(refusal.headers))
