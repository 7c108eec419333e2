"""Questions to the DNS (dnspython). Each resolver is asked by itself, and what it says is one `Answer`; a failure is none.

The AD bit (RFC 4035 3.2.3) is worth what the way to the resolver is worth: it counts from a resolver on this machine alone.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.resolver

from policy.names import record_name
from policy.record import Record, read
from policy.standing import Answer

PORT = 53
# Seconds for one question to one resolver, retries and TCP included.
PATIENCE = 3.0
UDP_PAYLOAD = 1232


@dataclass(frozen=True, slots=True)
class Server:
    """A resolver: an IP address and a port."""

    address: str
    port: int = PORT

    @classmethod
    def parse(cls, text: str) -> "Server":
        """From "192.0.2.1", "192.0.2.1:5300" or "[2001:db8::1]:5300". Raises ValueError, with a sentence."""
        try:
            bare = text if text.startswith("[") or text.count(":") < 2 else f"[{text}]"
            parts = urlsplit(f"//{bare}")
            return cls(str(ipaddress.ip_address(parts.hostname or "")), parts.port or PORT)
        except ValueError:
            raise ValueError(f"{text!r} is not the address of a resolver; write 192.0.2.1 or 192.0.2.1:5300.") from None

    @property
    def is_local(self) -> bool:
        return ipaddress.ip_address(self.address).is_loopback

    def __str__(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Heard:
    """One question and what came of it. `outcome` is for people: "answered", "no such name", "time-out" and the like."""

    name: str
    server: Server
    outcome: str
    answer: Answer


def ask_all(domain: str, servers: Sequence[Server]) -> list[Heard]:
    return [ask(domain, server) for server in servers]


def ask(domain: str, server: Server) -> Heard:
    """What this resolver says of the record of `domain` (a name as `policy.names.domain_of` gives it)."""
    name = record_name(domain)
    try:
        answer = _resolver(server).resolve(name, "TXT", raise_on_no_answer=False, search=False)
    except dns.resolver.NXDOMAIN as error:
        answered: dns.message.Message = error.response(dns.name.from_text(name))
        return Heard(name, server, "no such name", Answer(Record(), _signed(answered, server)))
    except dns.resolver.LifetimeTimeout:
        return Heard(name, server, "no answer in time", Answer(None))
    except dns.resolver.NoNameservers:
        return Heard(name, server, "the resolver failed or refused", Answer(None))
    except (dns.exception.DNSException, OSError) as error:
        return Heard(name, server, f"no usable answer ({type(error).__name__})", Answer(None))
    records = [rdata.strings for rdata in answer.rrset or ()]
    outcome = "answered" if records else "no such record"
    return Heard(name, server, outcome, Answer(read(records), _signed(answer.response, server)))


def _resolver(server: Server) -> dns.resolver.Resolver:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [server.address]
    resolver.port = server.port
    resolver.lifetime = resolver.timeout = PATIENCE
    resolver.use_edns(0, dns.flags.DO, UDP_PAYLOAD)
    resolver.flags = dns.flags.RD | dns.flags.AD
    return resolver


def _signed(response: dns.message.Message, server: Server) -> bool:
    return server.is_local and bool(response.flags & dns.flags.AD)
