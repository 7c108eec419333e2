"""Speaking with a CalDAV server: who asks, how fast, and what its errors mean. Every write passes the door here.

The credential names the home of the account's calendars; all paths are on its host, which was found when the account was
connected. Credentials go nowhere else: no redirect is followed here. A server that moved an account says so with one, and a
renewal of the credential finds the new home.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from hetk import dav, outbound
from hetk.dav import Credential
from sync.providers.base import Token
from sync.providers.caldav.manners import Manners, manners_of
from sync.providers.caldav.pace import Pace, pace_of
from sync.providers.errors import ComeBack, NoAccess, ProviderError, Refused, SignInAgain, Unknown
from sync.providers.icalendar.ics import Component, serialise
from sync.providers.wire import Reply, keep_quiet_calendar, lowered, retry_after, trouble

ICALENDAR = {"Content-Type": "text/calendar; charset=utf-8"}
MOVED = frozenset((301, 302, 303, 307, 308, 421))
READING = frozenset(("GET", "PROPFIND", "REPORT"))


class TooMuch(Refused):
    """Asked for less at once, the same may pass."""


class Stale(Exception):
    """The credential is refused, and whoever asks is not the one to renew it: nothing was done."""


def _not_here(*, renew: bool = False) -> str:
    raise Stale


class Client:
    """`anywhere`: the server's address was given by a person."""

    def __init__(self, token: Token, *, anywhere: bool) -> None:
        self.token = token
        self.anywhere = anywhere
        self._known: Credential | None = None

    @property
    def credential(self) -> Credential:
        if self._known is None:
            self._known = Credential.decoded(self.token())
        return self._known

    def apart(self) -> "Client":
        """The same for another thread, with the credential as it is now: a refusal raises `Stale`."""
        made = Client(_not_here, anywhere=self.anywhere)
        made._known = self.credential
        return made

    @property
    def manners(self) -> Manners:
        return manners_of(urlsplit(self.credential.home).hostname or "")

    def ask(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: str = "") -> Reply:
        """One request, answered well. Raises what went wrong; 403, 404, 409, 410 and 412 as `Refused`, for the caller to read."""
        reply = self._once(method, path, headers or {}, body)
        if reply.status == 401 or reply.status in MOVED:
            # Another process may know a newer password, and a renewal finds an account that was moved to another host.
            self._known = Credential.decoded(self.token(renew=True))
            reply = self._once(method, path, headers or {}, body)
        if reply.status == 401:
            raise SignInAgain("the password is refused", status=401, code="password")
        pace = self._pace()
        if reply.ok:
            pace.served()
            return reply
        raise self._judged(reply, pace)

    def _pace(self) -> Pace:
        return pace_of(urlsplit(self.credential.home).hostname or "", self.credential.user)

    def put(
        self, path: str, calendar: Component, condition: Mapping[str, str], *, before: Iterable[tuple[str, str]]
    ) -> Reply:
        """Write one resource. `before`: what stands there, if it is somebody's own. Not quiet: `Refused`, and nothing is sent."""
        keep_quiet_calendar(calendar.blocks(), before=before, own={self.credential.user, *self.credential.addresses})
        return self.ask("PUT", path, headers={**ICALENDAR, **condition}, body=serialise(calendar))

    def many(self, method: str, path: str, body: str, *, depth: str) -> dav.Answer:
        """A PROPFIND or REPORT, whose answer tells of several resources."""
        reply = self.ask(method, path, headers={**dav.XML, "Depth": depth}, body=body)
        try:
            if reply.status != 207:
                raise dav.Unreadable
            return dav.read(reply.data)
        except dav.Unreadable:
            raise ComeBack("the answer cannot be read", status=reply.status) from None

    def _once(self, method: str, path: str, headers: Mapping[str, str], body: str) -> Reply:
        credential = self.credential
        home = urlsplit(credential.home)
        writing = method not in READING
        self._pace().take()
        try:
            answer = outbound.request(
                method,
                f"{home.scheme}://{home.netloc}{path}",
                headers={**headers, "Authorization": credential.basic},
                body=body.encode() if body else None,
                anywhere=self.anywhere,
            )
        except outbound.Unreachable:
            raise ComeBack("the server cannot be reached") from None
        except outbound.Lost:
            raise (Unknown if writing else ComeBack)("the answer was lost") from None
        except outbound.TooLarge:
            raise TooMuch("too long an answer") from None
        except outbound.Forbidden:
            raise NoAccess("the server's address may not be asked") from None
        return Reply(status=answer.status, headers=lowered(answer.headers), data=answer.body, writing=writing)

    def _judged(self, reply: Reply, pace: Pace) -> ProviderError:
        code, said = ",".join(sorted(dav.conditions(reply.data))), retry_after(reply.headers)
        facts: dict[str, Any] = {"status": reply.status, "code": code, "request_id": reply.request_id}
        match reply.status:
            # Apple throttles with 503, and now and then with a 403 that says how long.
            case 429 | 503:
                return trouble(reply, code, pause=pace.slowed(said))
            case 403 if said is not None:
                return trouble(reply, code, slow=True, pause=pace.slowed(said))
            case 501:
                return Refused("the server does not know how", **facts)
            case 413 | 507:
                return TooMuch("more than the server takes at once", **facts)
            case 423:
                return ComeBack("the event is locked", **facts)
        if "number-of-matches-within-limits" in code:
            return TooMuch("more than the server tells at once", **facts)
        return trouble(reply, code)
