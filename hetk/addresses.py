"""Which network addresses the server may talk to, and connections that keep to it. Part of `hetk.outbound`.

Checking a name first and connecting later would resolve it twice, and a hostile resolver answers twice differently
("rebinding"). So the check sits inside the connection: resolve once, judge every answer, connect to a judged one.
"""

import http.client
import io
import ipaddress
import socket
import threading
import time
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

# Of IPv6 only global unicast is the internet (RFC 4291); inside it, 6to4 and Teredo lead to whatever they carry
# (RFC 3056, RFC 4380). The first block of protocol assignments is told apart only by newer Pythons (RFC 6890).
_UNICAST = ipaddress.ip_network("2000::/3")
_ELSEWHERE = [ipaddress.ip_network(text) for text in ("2002::/16", "2001::/32", "192.0.0.0/24")]


class Forbidden(Exception):
    """The request would go where Hetk never goes: a host not on the list, a private address, anything but https."""


class Progress(threading.local):
    """What is known of the request that this thread is making.

    `sent`: its first byte was handed to a connection. `deadline`: when it must be over, by the monotonic clock.
    """

    sent = False
    deadline = float("inf")

    def left(self, most: float | None) -> float | None:
        """Seconds that a next step may take, `most` at most. Raises `TimeoutError` when there are none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time is over")
        return most if self.deadline == float("inf") else min(left, most if most is not None else left)


progress = Progress()


def is_public(address: str) -> bool:
    """Whether `address` (text, an IPv6 zone allowed) belongs to the public internet, and only there."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if isinstance(ip, ipaddress.IPv6Address) and ip not in _UNICAST:
        return False
    elsewhere = any(ip in network for network in _ELSEWHERE if network.version == ip.version)
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not elsewhere


def resolve(host: str, port: int) -> list[Any]:
    """What the resolver says about `host`, as `getaddrinfo` tells it; `Forbidden` when any answer is not public."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if any(not is_public(str(answer[4][0])) for answer in answers):
        raise Forbidden(f"{host} resolves to an address that is not public")
    return answers


class _Bytes(io.RawIOBase):
    """What comes from a socket, each piece within what is left of the request's time: a server that trickles gets no more."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._raw = connection.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._connection.settimeout(progress.left(self._connection.gettimeout()))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    """An answer whose headers and body are read in time, too."""

    def __init__(self, sock: socket.socket, *args: Any, **named: Any) -> None:
        super().__init__(sock, *args, **named)
        self.fp.close()
        self.fp = io.BufferedReader(_Bytes(sock))


class _PlainConnection(HTTPConnection):
    """To the sandbox alone: no guard, since the only destination is the one in the settings."""

    response_class = _Answer

    def send(self, data: Any) -> None:
        _connect_first(self)
        super().send(data)


class _GuardedConnection(HTTPSConnection):
    response_class = _Answer

    def _new_conn(self) -> socket.socket:
        try:
            return self._connect(resolve(self.host, self.port))
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"Connection to {self.host} timed out") from error
        except OSError as error:
            raise NewConnectionError(self, f"Connection to {self.host} failed: {error}") from error

    def _connect(self, answers: list[Any]) -> socket.socket:
        """A socket to the first judged address that accepts; the error of the last when none does."""
        failure: OSError = OSError("the name has no address")
        for family, kind, protocol, _, address in answers:
            connection = socket.socket(family, kind, protocol)
            try:
                for option in self.socket_options or ():
                    connection.setsockopt(*option)
                connection.settimeout(progress.left(_seconds(self.timeout)))
                connection.connect(address)
            except OSError as error:
                connection.close()
                failure = error
            else:
                return connection
        raise failure

    def send(self, data: Any) -> None:
        _connect_first(self)
        super().send(data)


class PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class GuardedPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedConnection


def _connect_first(connection: HTTPConnection) -> None:
    """Connect before anything counts as sent: what fails in here never reached the other side."""
    if connection.sock is None:
        connection.connect()
    progress.sent = True


def _seconds(timeout: Any) -> float | None:
    return timeout if isinstance(timeout, (int, float)) else None
