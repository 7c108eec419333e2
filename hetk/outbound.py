"""The one door for bytes: every request that Hetk makes goes through here.

Only hosts on the list, only https, only public addresses (judged while connecting, see `hetk.addresses`), no redirects, no
proxies from the environment, a limit on time and size, connections reused by all threads. An address that a person typed in
(`anywhere`) need not be on the list; everything else holds for it too. Retrying is the caller's business: `Unreachable` is
always safe to retry, `Lost` may have been carried out.

The demo and the tests have a sandbox in place of the internet: with `sandbox_url` set, `https://host/path` is sent to
`<sandbox_url>/host/path` and nothing goes anywhere else. The rest of the product knows the real addresses only.
"""

import json
import os
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from google.auth import transport
from requests import PreparedRequest
from requests import Response as RequestsResponse
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import BaseHTTPResponse, HTTPHeaderDict, PoolManager, Timeout
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Url, parse_url

from hetk.addresses import Forbidden, GuardedPool, PlainPool, progress

__all__ = ["Forbidden", "Lost", "Response", "TooLarge", "Unreachable", "browser_url", "configure", "request"]

USER_AGENT = "Hetk/1.0 (+https://hetk.io)"
CHUNK = 65536
PORTS = frozenset((None, 443))
# Where people run servers of their own when 443 is taken.
PORTS_ANYWHERE = PORTS | {8443}


class Unreachable(Exception):
    """Nothing of the request reached the other side: no such name, connection refused, no answer to the knock."""


class Lost(Exception):
    """The request was sent and its answer never came whole: it may have been carried out."""


class TooLarge(Exception):
    """The answer was longer than the caller's limit."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whatever its status. `headers` are looked up without regard to case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=HTTPHeaderDict)
    body: bytes = b""

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON; `ValueError` when it is none."""
        return json.loads(self.body)


class Door:
    """Where requests may go, and the connections that are open."""

    def __init__(self, *, hosts: Iterable[str], sandbox_url: str, user_agent: str) -> None:
        hosts = frozenset(hosts)
        self.hosts = frozenset(host for host in hosts if "*" not in host)
        # A star stands for the number in the name of one of many like machines: p42-caldav.icloud.com.
        self.families = [re.compile(re.escape(host).replace(r"\*", "[0-9]{1,4}")) for host in hosts - self.hosts]
        self.sandbox_url = sandbox_url.rstrip("/")
        self.user_agent = user_agent
        self.forget_connections()

    def forget_connections(self) -> None:
        self.pools = PoolManager(num_pools=32, maxsize=64, retries=False)
        # The map alone leads to http, and with a map nothing leads to https: the scheme decides who is guarded.
        self.pools.pool_classes_by_scheme = {"http": PlainPool, "https": GuardedPool}

    def address(self, url: str, *, anywhere: bool = False) -> str:
        """`url` as it is sent: itself, or its place in the sandbox. Raises `Forbidden`."""
        parsed = _parse(url)
        if parsed.scheme != "https" or parsed.auth or parsed.port not in (PORTS_ANYWHERE if anywhere else PORTS):
            raise Forbidden(f"only plain https addresses are allowed, not {parsed.scheme}://{parsed.host}")
        if not parsed.host or not (anywhere or self._listed(parsed.host)):
            raise Forbidden(f"{parsed.host} is not on the list of hosts")
        if self.sandbox_url:
            place = parsed.host if parsed.port in PORTS else parsed.netloc
            return f"{self.sandbox_url}/{place}{parsed.request_uri}"
        return parsed.url

    def _listed(self, host: str) -> bool:
        return host in self.hosts or any(family.fullmatch(host) for family in self.families)


_door: Door | None = None


def configure(*, hosts: Iterable[str], sandbox_url: str, user_agent: str = USER_AGENT) -> None:
    """Say where requests may go; called once when the process starts. `sandbox_url`: "" for the internet."""
    # A process has one door, as it has one network; passing it through every provider would only invite a second.
    global _door  # noqa: PLW0603
    _door = Door(hosts=hosts, sandbox_url=sandbox_url, user_agent=user_agent)


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    timeout: float = 30.0,
    limit: int = 20_000_000,
    anywhere: bool = False,
) -> Response:
    """Send one request and read its answer: within `timeout` seconds, up to `limit` bytes (after decompression).

    `anywhere`: the host was given by a person and need not be on the list. Raises `Unreachable`, `Lost`, `TooLarge`, `Forbidden`; any status is an answer.
    """
    door = _configured()
    address = door.address(url, anywhere=anywhere)
    deadline = time.monotonic() + timeout
    progress.sent, progress.deadline = False, deadline
    try:
        answer = door.pools.urlopen(
            method,
            address,
            body=body,
            headers={"User-Agent": door.user_agent, "Accept-Encoding": "gzip", **(headers or {})},
            timeout=Timeout(total=timeout),
            redirect=False,
            retries=False,
            preload_content=False,
        )
        return _read(answer, deadline, limit)
    except (HTTPError, OSError) as error:
        # The reason may quote the address with its query, which a log must not see: only its kind is told.
        reason = f"{method} {_parse(url).host}: {type(error).__name__}"
        raise (Lost if progress.sent else Unreachable)(reason) from error


def browser_url(url: str) -> str:
    """Where a browser is sent in place of `url`: the same map as for requests."""
    return _configured().address(url)


def _configured() -> Door:
    if _door is None:
        raise RuntimeError("hetk.outbound is used before it is configured; hetk.apps does that when Django starts")
    return _door


def _parse(url: str) -> Url:
    try:
        return parse_url(url)
    except LocationParseError:
        raise Forbidden("the address cannot be read") from None


def _read(answer: BaseHTTPResponse, deadline: float, limit: int) -> Response:
    """The answer in full. A connection whose answer was not read to its end is closed, never reused."""
    body = bytearray()
    try:
        while chunk := answer.read1(CHUNK, decode_content=True):
            body += chunk
            if len(body) > limit:
                raise TooLarge(f"the answer is longer than {limit} bytes")
            if time.monotonic() > deadline:
                raise TimeoutError("the answer did not end in time")
    except BaseException:
        answer.close()
        raise
    answer.release_conn()
    return Response(answer.status, answer.headers, bytes(body))


def _reopen_after_fork() -> None:
    # Two processes that share a socket would read each other's answers.
    if _door is not None:
        _door.forget_connections()


os.register_at_fork(after_in_child=_reopen_after_fork)


# --- The shapes that libraries expect an HTTP client to have ----------------------------------------------------------


class MsalResponse:
    def __init__(self, response: Response) -> None:
        self.status_code = response.status
        self.headers = response.headers
        self.text = response.text

    def raise_for_status(self) -> None:
        if self.status_code >= 400:
            raise ValueError(f"the answer has status {self.status_code}")


class MsalClient:
    """What msal takes as `http_client`."""

    def get(self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_: Any) -> MsalResponse:
        return self._send("GET", url, params, data, headers)

    def post(self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_: Any) -> MsalResponse:
        return self._send("POST", url, params, data, headers)

    def close(self) -> None:
        """The connections belong to the door and stay open."""

    def _send(self, method: str, url: str, params: Any, data: Any, headers: Any) -> MsalResponse:
        if params:
            url += ("&" if "?" in url else "?") + urlencode(params)
        sent = {**({"Content-Type": "application/x-www-form-urlencoded"} if data else {}), **(headers or {})}
        body = urlencode(data) if isinstance(data, Mapping) else data
        return MsalResponse(request(method, url, headers=sent, body=_bytes(body)))


class GoogleResponse(transport.Response):
    def __init__(self, response: Response) -> None:
        self._response = response

    @property
    def status(self) -> int:
        return self._response.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._response.headers

    @property
    def data(self) -> bytes:
        return self._response.body


class GoogleRequest(transport.Request):
    """What google-auth takes as `request`."""

    def __call__(
        self, url: str, method: str = "GET", body: Any = None, headers: Any = None, timeout: Any = None, **_: Any
    ) -> GoogleResponse:
        return GoogleResponse(request(method, url, headers=headers, body=_bytes(body), timeout=timeout or 30.0))


class _UnfollowedResponse(RequestsResponse):
    """An answer that `requests` does not follow, whatever it says."""

    is_redirect = False


class RequestsAdapter(BaseAdapter):
    """What a `requests.Session` mounts; proxies and certificates it is handed are not used."""

    def send(self, prepared: PreparedRequest, *_: Any, **options: Any) -> RequestsResponse:  # type: ignore[override]
        timeout = options.get("timeout")
        answer = request(
            prepared.method or "GET",
            prepared.url or "",
            headers=prepared.headers,
            body=_bytes(prepared.body),
            timeout=timeout if isinstance(timeout, int | float) else 30.0,
        )
        response = _UnfollowedResponse()
        response.status_code = answer.status
        response.headers = CaseInsensitiveDict(answer.headers)
        response.url = prepared.url or ""
        response.encoding = "utf-8"
        response.request = prepared
        response.raw = BytesIO(answer.body)
        return response

    def close(self) -> None:
        """The connections belong to the door and stay open."""


def msal_client() -> MsalClient:
    return MsalClient()


def google_request() -> GoogleRequest:
    return GoogleRequest()


def requests_adapter() -> RequestsAdapter:
    return RequestsAdapter()


def _bytes(body: Any) -> bytes | None:
    return body.encode() if isinstance(body, str) else body
