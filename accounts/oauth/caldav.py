"""Accounts that are entered with a password: iCloud, and calendar servers that a person names.

What OAuth does with a consent, a first look does here: the password is tried, and the way is followed from the address to the
calendars (RFC 6764, RFC 5397, RFC 4791 6.2.1). It is followed again once a day and when the password was refused, so that an
account that moved to another machine is found. The password goes to the host that the person named, and to Apple's own.
"""

import json
import re
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from accounts.models import HaltCause, Kind
from accounts.oauth.errors import GrantDead, NotLetIn, Refusal, TryLater
from accounts.oauth.identity import Granted, Identity
from accounts.oauth.waiting import retry_after
from hetk import dav, outbound
from hetk.dav import CALDAV, DAV, Credential, Found

APPLE = "https://caldav.icloud.com/"
APPLES = re.compile(r"p[0-9]{1,4}-caldav\.icloud\.com")
APP_PASSWORD = re.compile(r"[a-z]{4}(-?[a-z]{4}){3}")
WELL_KNOWN = "/.well-known/caldav"
DAY = 24 * 3600
REDIRECTS = 5
TIMEOUT = 12.0
MOVED = frozenset((301, 302, 303, 307, 308))


@dataclass(frozen=True)
class Entry:
    """What a person typed, and what is kept sealed: it opens the account."""

    kind: str
    user: str
    password: str = field(repr=False)
    url: str = APPLE

    def encoded(self) -> str:
        return json.dumps({"user": self.user, "password": self.password, "url": self.url})


def apple(user: str, password: str) -> Entry:
    """An Apple Account and its app-specific password. Raises `NotLetIn` for any other: it is sent nowhere."""
    letters = re.sub(r"\s", "", password).casefold()
    if not APP_PASSWORD.fullmatch(letters):
        raise NotLetIn(Refusal.NOT_APP_SPECIFIC)
    bare = letters.replace("-", "")
    return Entry(Kind.ICLOUD, user.strip(), "-".join(bare[at : at + 4] for at in range(0, 16, 4)))


def server(url: str, user: str, password: str) -> Entry:
    """Any server. `url` may lack its https://. Raises `NotLetIn` for what is no web address, and for iCloud's: it has a guide of its own."""
    whole = url.strip() if "://" in url else f"https://{url.strip()}"
    parts = urlsplit(whole)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise NotLetIn(Refusal.ADDRESS)
    if f".{parts.hostname}".endswith(".icloud.com"):
        raise NotLetIn(Refusal.APPLES)
    return Entry(Kind.CALDAV, user.strip(), password, whole)


def enter(entry: Entry) -> Granted:
    """The account behind `entry`, tried and found. Raises `NotLetIn`, `TryLater`."""
    return _Way(entry).granted()


def refresh(grant: str, identity: Identity) -> Granted:
    """The same once more with what was kept. Raises `GrantDead` when the password no longer opens it, `TryLater`."""
    try:
        return enter(Entry(kind=identity.kind, **json.loads(grant)))
    except NotLetIn as refused:
        apples = identity.kind == Kind.ICLOUD
        raise GrantDead(HaltCause.APPLE_PASSWORD if apples else HaltCause.PASSWORD, code=refused.refusal) from None


def revoke(grant: str) -> None:
    """Nobody can take such a password back but its owner, at the provider; here it is forgotten."""


class _Way:
    """From the address that was given to the home of the calendars."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry
        self._anywhere = entry.kind == Kind.CALDAV
        self._host = _place(entry.url)

    def granted(self) -> Granted:
        principal = self._principal()
        found = self._ask(principal, "<C:calendar-home-set/><C:calendar-user-address-set/>")
        homes = found.hrefs(f"{CALDAV}calendar-home-set")
        if not homes:
            raise NotLetIn(Refusal.NO_CALENDARS)
        home = self._ours(urljoin(principal, homes[0]))
        entry = self._entry
        addresses = [
            href[7:] for href in found.hrefs(f"{CALDAV}calendar-user-address-set") if href[:7].lower() == "mailto:"
        ]
        credential = Credential(user=entry.user, password=entry.password, home=home, addresses=tuple(addresses))
        address = (
            entry.user if "@" in entry.user else next(iter(addresses), f"{entry.user}@{urlsplit(entry.url).hostname}")
        )
        return Granted(
            identity=Identity(
                kind=entry.kind,
                issuer=f"https://{self._host}",
                subject=dav.path_of(principal),
                address=address,
            ),
            access_token=credential.encoded(),
            refresh_token=entry.encoded(),
            expires_in=DAY,
        )

    def _principal(self) -> str:
        """Asked for at the address that was given, then where RFC 6764 says; a home may answer as well as an entrance."""
        refusal = NotLetIn(Refusal.ADDRESS)
        for url in dict.fromkeys(
            (self._entry.url, urljoin(self._entry.url, "/"), urljoin(self._entry.url, WELL_KNOWN))
        ):
            try:
                found = self._ask(url, "<D:current-user-principal/>")
            except NotLetIn as refused:
                if refused.refusal is not Refusal.ADDRESS:
                    raise
                continue
            for href in found.hrefs(f"{DAV}current-user-principal"):
                return self._ours(urljoin(url, href))
            refusal = NotLetIn(Refusal.NO_CALENDARS)
        raise refusal

    def _ask(self, url: str, names: str) -> Found:
        body = (
            f'<D:propfind xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop>{names}</D:prop></D:propfind>'
        ).encode()
        for _ in range(REDIRECTS):
            response = self._send(url, body)
            if response.status not in MOVED:
                return self._read(response)
            url = self._ours(urljoin(url, response.headers.get("location", "")))
        raise NotLetIn(Refusal.ADDRESS)

    def _send(self, url: str, body: bytes) -> outbound.Response:
        credential = Credential(user=self._entry.user, password=self._entry.password, home=url)
        headers = {**dav.XML, "Depth": "0", "Authorization": credential.basic}
        try:
            response = outbound.request(
                "PROPFIND", url, headers=headers, body=body, timeout=TIMEOUT, limit=1_000_000, anywhere=self._anywhere
            )
        except outbound.Forbidden:
            raise NotLetIn(Refusal.ADDRESS) from None
        except (outbound.Unreachable, outbound.Lost) as error:
            raise TryLater("The calendar server is out of reach.") from error
        except outbound.TooLarge:
            raise NotLetIn(Refusal.ADDRESS) from None
        if response.status == 429 or response.status >= 500:
            raise TryLater(f"The calendar server answered {response.status}.", retry_after(response.headers))
        return response

    def _read(self, response: outbound.Response) -> Found:
        if response.status == 401:
            raise NotLetIn(Refusal.WRONG)
        try:
            if response.status != 207:
                raise dav.Unreadable
            answer = dav.read(response.body)
        except dav.Unreadable:
            raise NotLetIn(Refusal.ADDRESS) from None
        return next(iter(answer.found), Found(path="", status=404))

    def _ours(self, url: str) -> str:
        """`url` without a port that goes without saying. Raises `NotLetIn` when it leads to where the password may not go."""
        place = _place(url)
        apples = self._entry.kind == Kind.ICLOUD and APPLES.fullmatch(place)
        if urlsplit(url).scheme != "https" or not (place == self._host or apples):
            raise NotLetIn(Refusal.ELSEWHERE, place=place)
        return f"https://{place}{urlsplit(url).path or '/'}"


def _place(url: str) -> str:
    """Host and port, as short as they can be said."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise NotLetIn(Refusal.ADDRESS) from None
    return f"{parts.hostname}:{port}" if port not in (None, 443) else parts.hostname or ""
