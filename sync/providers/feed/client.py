"""Fetching a feed, and what its errors mean."""

from typing import NoReturn

from hetk import feed, outbound
from hetk.feed import Credential, File, Flawed
from sync.providers.base import Token
from sync.providers.errors import ComeBack, Unusable
from sync.providers.wire import lowered, retry_after

# What a connection is halted for whose address gives no calendar: `HaltCause.FEED`.
CAUSE = "feed"
SLOW = frozenset((429, 503))


class Client:
    def __init__(self, token: Token) -> None:
        self.token = token
        self._known: Credential | None = None

    @property
    def credential(self) -> Credential:
        if self._known is None:
            self._known = Credential.decoded(self.token())
        return self._known

    def fetch(self, etag: str = "", modified: str = "") -> File | None:
        """The file, None when it did not change. Raises `ComeBack`, and `Unusable` for whatever else is no calendar."""
        try:
            return feed.fetch(self.credential.url, etag=etag, modified=modified)
        except Flawed as error:
            _raise(error)
        except outbound.Unreachable:
            raise ComeBack("the server cannot be reached") from None
        except outbound.Lost:
            raise ComeBack("the answer was lost") from None


def _raise(error: Flawed) -> NoReturn:
    if error.status in SLOW:
        raise ComeBack("too many requests", after=retry_after(lowered(error.headers)), status=error.status) from None
    raise Unusable(str(error), status=error.status, code=CAUSE) from None
