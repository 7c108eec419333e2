"""What the HTTP providers share: asking with a token, reading answers, batches, and the door that keeps writes quiet.

Statuses that mean the same everywhere become errors here (401, 429, 5xx, lost connections); what 403, 404, 409, 410 and 412 mean
depends on the question and is decided by the provider.
"""

import base64
import binascii
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from hetk import outbound
from sync.providers.base import Token
from sync.providers.errors import ComeBack, OurFault, ProviderError, Refused, SignInAgain, Unknown

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request, its `path` relative to the provider's root; `body` is JSON."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None

    @property
    def writing(self) -> bool:
        return self.method != "GET"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer. `headers` have lower-case names; `data` is the JSON, the bytes as they came when they are none, or None."""

    status: int
    headers: Mapping[str, str]
    data: Any
    writing: bool

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def request_id(self) -> str:
        return self.headers.get("request-id", "") or self.headers.get("x-request-id", "")

    def record(self) -> dict[str, Any]:
        """The JSON object that was promised. Anything else is an accident on the way, never an empty answer."""
        if isinstance(self.data, dict):
            return self.data
        kind = Unknown if self.writing else ComeBack
        raise kind("the answer cannot be read", status=self.status, request_id=self.request_id)


Outcome = Reply | ProviderError
# What reading an answer raises when it is not built as it was promised.
ODD = (AttributeError, KeyError, OverflowError, TypeError, ValueError)


@contextmanager
def understood(*, writing: bool = False) -> Iterator[None]:
    """An answer of another build than promised is an accident on the way, never an empty answer and no error of ours."""
    try:
        yield
    except ODD:
        # The error itself may quote what stands in the event.
        raise (Unknown if writing else ComeBack)("the answer cannot be read", status=200) from None


def parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body) if body.strip() else None
    except orjson.JSONDecodeError:
        return None


def lowered(headers: Mapping[str, Any]) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in headers.items()}


class Wire:
    """Sends requests with the connection's token, which it renews once when it is refused."""

    def __init__(self, token: Token) -> None:
        self.token = token

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None, writing: bool
    ) -> Reply:
        """One request. Raises `ComeBack`, `Unknown`, `SignInAgain`, `OurFault`; other statuses are answers."""
        reply = self._once(method, url, headers, body, self.token(), writing)
        if reply.status == 401:
            reply = self._once(method, url, headers, body, self.token(renew=True), writing)
        if reply.status == 401:
            raise denied(reply)
        return reply

    def _once(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, token: str, writing: bool
    ) -> Reply:
        sent = {"Accept": "application/json", **headers, "Authorization": f"Bearer {token}"}
        try:
            answer = outbound.request(method, url, headers=sent, body=body)
        except outbound.Unreachable:
            raise ComeBack("the provider cannot be reached") from None
        except (outbound.Lost, outbound.TooLarge) as error:
            kind = Unknown if writing else ComeBack
            raise kind("the answer was lost" if isinstance(error, outbound.Lost) else "too long an answer") from None
        except outbound.Forbidden:
            raise OurFault("an address that may not be asked") from None
        data = parsed(answer.body)
        return Reply(
            status=answer.status,
            headers=lowered(answer.headers),
            data=answer.body if data is None else data,
            writing=writing,
        )


def denied(reply: Reply) -> SignInAgain:
    """A token that is refused although it is fresh; with the claims that a policy demands, if it says so."""
    challenge = reply.headers.get("www-authenticate", "")
    found = re.search(r'claims="([^"]+)"', challenge) if "insufficient_claims" in challenge else None
    claims = ""
    if found:
        try:
            claims = base64.b64decode(found[1] + "==").decode()
        except (binascii.Error, UnicodeDecodeError):
            claims = ""
    return SignInAgain("the token is refused", status=401, code="401", request_id=reply.request_id, claims=claims)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, fractional ones too. A date counts from the answer's own Date: nobody here has a clock."""
    said = headers.get("retry-after", "").strip()
    if not said:
        return None
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(said) - parsedate_to_datetime(headers["date"])).total_seconds())
    except (KeyError, TypeError, ValueError):
        return None


def trouble(reply: Reply, code: str, *, slow: bool = False, pause: float | None = None) -> ProviderError:
    """The error for an answer that is not ok. `slow`: it is throttling whatever its status; `pause`: wait at least so long."""
    facts: dict[str, Any] = {"status": reply.status, "code": code, "request_id": reply.request_id}
    after = retry_after(reply.headers)
    if pause is not None:
        after = max(pause, after or 0.0)
    if slow or reply.status == 429:
        return ComeBack("too many requests", after=after, **facts)
    if reply.status >= 500 or reply.status == 408:
        kind = Unknown if reply.writing else ComeBack
        return kind("the provider is in trouble", after=after, **facts)
    return Refused(f"refused with status {reply.status}", **facts)


def in_batches(
    asks: Sequence[Ask],
    size: int,
    *,
    one: Callable[[Ask], Outcome],
    many: Callable[[Sequence[Ask]], list[Outcome]],
    renew: Callable[[], object],
) -> Iterator[Outcome]:
    """An outcome for each, in order. After a batch with a throttled item in it, nothing more is sent."""
    for at in range(0, len(asks), size):
        part = asks[at : at + size]
        try:
            outcomes = [one(part[0])] if len(part) == 1 else _renewing(part, many, renew)
        except ComeBack as error:
            outcomes = [error for _ in part]
        yield from outcomes
        slowed = next((outcome for outcome in outcomes if type(outcome) is ComeBack), None)
        if slowed is not None:
            yield from (slowed for _ in asks[at + size :])
            return


def _renewing(
    asks: Sequence[Ask], many: Callable[[Sequence[Ask]], list[Outcome]], renew: Callable[[], object]
) -> list[Outcome]:
    """A batch can be taken and its items be refused for their token: those, and only those, are sent again."""
    outcomes = many(asks)
    places = [n for n, outcome in enumerate(outcomes) if _refused_token(outcome)]
    if not places:
        return outcomes
    renew()
    for place, outcome in zip(places, many([asks[n] for n in places]), strict=True):
        outcomes[place] = outcome
    if all(_refused_token(outcome) for outcome in outcomes):
        raise SignInAgain("the token is refused", status=401, code="401")
    return [SignInAgain("the token is refused", status=401) if _refused_token(o) else o for o in outcomes]


def _refused_token(outcome: Outcome) -> bool:
    return isinstance(outcome, ProviderError) and outcome.status == 401


def keep_quiet(body: Mapping[str, Any] | None, *, allowed: frozenset[str], off: Mapping[str, Any]) -> None:
    """The door: raises `Refused` for a write that says more than a copy may, or that could reach another person.

    `allowed`: all the names a write may have, so that attendees, organizers, alarms and conferences have none; `off`: names
    that are allowed with exactly this value, to switch something off.
    """
    for name, value in (body or {}).items():
        if name not in allowed:
            raise Refused(f"a write may not hold {name}", code="door")
        if name in off and value != off[name]:
            raise Refused(f"a write may not switch on {name}", code="door")


QUIET_PARTS = frozenset(("VEVENT", "VTIMEZONE", "STANDARD", "DAYLIGHT"))
_LOUD = "ATTENDEE ORGANIZER CONFERENCE REQUEST-STATUS METHOD SCHEDULE-STATUS"
LOUD_LINES = frozenset(_LOUD.split())
LOUD_BEGINNINGS = ("X-GOOGLE-CONFERENCE", "X-MICROSOFT-ONLINEMEETING", "X-MICROSOFT-SKYPETEAMS", "X-ZOOM", "X-WEBEX")


def keep_quiet_calendar(
    blocks: Iterable[tuple[str, str]], *, before: Iterable[tuple[str, str]] = (), own: Collection[str] = ()
) -> None:
    """The same door for iCalendar: `blocks` are properties and components, each by its name and its whole text.

    What is loud may only stand there as it stood `before`, in a person's own event that is put back whole: an alarm of their
    own is theirs. A guest besides the owner (`own`: the owner's addresses) never may: the server would mail.
    """
    there = set(before)
    addresses = [
        re.compile(rf"(?:mailto:|email=\"?){re.escape(address)}(?![\w.@-])", re.IGNORECASE)
        for address in own
        if address
    ]
    for name, text in blocks:
        part = text.startswith("BEGIN:")
        loud = name not in QUIET_PARTS if part else name in LOUD_LINES or name.startswith(LOUD_BEGINNINGS)
        if loud and (name, text) not in there:
            raise Refused(f"a write may not hold {name}", code="door")
        if name in ("ATTENDEE", "ORGANIZER") and not any(address.search(text) for address in addresses):
            raise Refused("a write may not reach another person", code="door")
