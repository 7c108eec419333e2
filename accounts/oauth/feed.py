"""Calendar feeds: accounts that consist of an address alone, which is kept sealed like a password.

The address is tried when it is entered. From it and from the file come the domains whose policies count, and whether an account
publishes it: then nothing but Busy may be copied, or a feed would be a way around what an organization has not approved.
"""

from dataclasses import dataclass, field
from hashlib import sha256

from accounts.models import HaltCause, Kind
from accounts.oauth.errors import GrantDead, NotLetIn, Refusal, TryLater
from accounts.oauth.identity import Granted, Identity
from accounts.oauth.waiting import retry_after
from hetk import feed, outbound
from hetk.feed import Credential, Flaw, Flawed

# What stands in `Connection.scopes` of a feed of which only Busy may be copied.
BUSY_ONLY = "busy"
# The address does not wear out; it is read from the row anew each month.
MONTH = 30 * 24 * 3600
MOST_DOMAINS = 30
TIMEOUT = 15.0


@dataclass(frozen=True)
class Entry:
    """What a person typed. `zone`: theirs, for times in the feed that name none."""

    url: str = field(repr=False)
    zone: str = "UTC"


def entry(typed: str, zone: str) -> Entry:
    """Raises `NotLetIn` for what is no address of a file."""
    try:
        return Entry(feed.address(typed), zone)
    except Flawed:
        raise NotLetIn(Refusal.ADDRESS) from None


def enter(said: Entry, known: Identity | None = None) -> Granted:
    """The feed behind the address, read. Raises `NotLetIn`, `TryLater`.

    `known`: whose place it takes, where a publisher gave a calendar another address.
    """
    file = _read(said.url)
    addresses = [f"https://{host}/" for host in file.hosts[1:]]
    account = any(feed.is_account(url) for url in (said.url, *addresses)) or feed.is_written_by_account(file.text)
    domains = dict.fromkeys((*feed.domains_in(said.url), *file.hosts, *feed.organizers(file.text)))
    credential = Credential(url=said.url, zone=said.zone, steady=_is_steady(said.url, file.text))
    identity = Identity(
        kind=Kind.FEED,
        issuer=known.issuer if known else f"https://{feed.host_of(said.url)}",
        subject=known.subject if known else subject(said.url),
        address=feed.owner_of(said.url) or feed.domains_in(said.url)[-1],
        aliases=tuple(domains)[:MOST_DOMAINS],
    )
    return Granted(
        identity=identity,
        access_token=credential.encoded(),
        refresh_token=credential.encoded(),
        expires_in=MONTH,
        scopes=frozenset({BUSY_ONLY} if account else ()),
    )


def subject(url: str) -> str:
    """The feed's name in our rows: the address itself must not stand there."""
    return sha256(url.encode()).hexdigest()[:32]


def refresh(grant: str, identity: Identity) -> Granted:
    """The address once more. Whether a calendar is still there shows when it is read."""
    if not grant:
        raise GrantDead(HaltCause.FEED)
    return Granted(identity=identity, access_token=grant, refresh_token=grant, expires_in=MONTH)


def revoke(grant: str) -> None:
    """Only its publisher can take such an address back; here it is forgotten."""


def _read(url: str) -> feed.File:
    try:
        file = feed.fetch(url, timeout=TIMEOUT)
    except Flawed as error:
        if error.status == 429 or error.status >= 500:
            raise TryLater(f"The feed answered {error.status}.", retry_after(error.headers)) from None
        raise NotLetIn(REFUSALS.get(error.flaw, Refusal.NO_CALENDARS)) from None
    except (outbound.Unreachable, outbound.Lost) as error:
        raise TryLater("The feed is out of reach.") from error
    if file is None:
        raise NotLetIn(Refusal.NO_CALENDARS)
    return file


REFUSALS = {
    Flaw.ADDRESS: Refusal.ADDRESS,
    Flaw.GONE: Refusal.GONE,
    Flaw.CLOSED: Refusal.GONE,
    Flaw.PAGE: Refusal.PAGE,
}


def _is_steady(url: str, text: str) -> bool:
    """Whether the events are called the same when the file is fetched again: some servers make up new UIDs each time."""
    try:
        again = feed.fetch(url, timeout=TIMEOUT)
    except (Flawed, outbound.Unreachable, outbound.Lost):
        return True
    first, second = feed.uids(text), feed.uids(again.text) if again else frozenset()
    return again is None or not first or len(first & second) * 2 >= min(len(first), len(second))
