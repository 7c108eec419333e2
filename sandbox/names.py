"""A DNS server of the sandbox's own: TXT records that anybody may edit, over UDP and TCP, and the ways in which resolvers fail.

It answers like a validating resolver on this machine would: with the AD bit for the domains that are said to be signed.
"""

import asyncio
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.rrset

from sandbox.cast import PEOPLE

TTL = 60
STRING = 255
KEPT = 500


class Trouble(StrEnum):
    """What a resolver does instead of answering."""

    SERVFAIL = "servfail"
    REFUSED = "refused"
    SILENCE = "silence"
    TRUNCATED = "truncated"
    WRONG_ID = "wrong id"
    GARBAGE = "garbage"


@dataclass(frozen=True, slots=True)
class Question:
    """One question that arrived, and the code it was answered with ("" for none)."""

    name: str
    kind: str
    way: str
    outcome: str


@dataclass
class Names:
    """`records`: full name, lower case, without a dot at the end -> texts (bytes, or strings taken as UTF-8)."""

    records: dict[str, list[bytes]] = field(default_factory=dict)
    signed: set[str] = field(default_factory=set)
    troubles: dict[str, Trouble] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)

    def publish(self, name: str, texts: list[bytes]) -> None:
        """Replaces what stands at a name; nothing takes the name away."""
        name = plain(name)
        self.records.pop(name, None)
        if texts:
            self.records[name] = texts

    def respond(self, wire: bytes, way: str) -> bytes | None:
        """The answer to one message; None: silence. `way` is "udp" or "tcp"."""
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return None
        if not query.question:
            return None
        asked = query.question[0]
        name = plain(asked.name.to_text())
        trouble = self._trouble(name)
        response = self._answer(query, name) if trouble is None else self._fail(query, trouble, way)
        outcome = dns.rcode.to_text(response.rcode()) if response else ""
        self.questions = [*self.questions[-KEPT:], Question(name, dns.rdatatype.to_text(asked.rdtype), way, outcome)]
        if trouble is Trouble.GARBAGE:
            return wire[:2] + b"\x81\x80" + b"\xff" * 20
        return response.to_wire() if response else None

    def _answer(self, query: dns.message.Message, name: str) -> dns.message.Message:
        response = _response(query)
        asked = query.question[0]
        texts = self.records.get(name)
        if any(name == domain or name.endswith(f".{domain}") for domain in self.signed):
            response.flags |= dns.flags.AD
        if texts is None and not self._exists(name):
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif texts and asked.rdtype == dns.rdatatype.TXT:
            response.answer.append(dns.rrset.from_rdata_list(asked.name, TTL, [_txt(text) for text in texts]))
        return response

    def _fail(self, query: dns.message.Message, trouble: Trouble, way: str) -> dns.message.Message | None:
        response = _response(query)
        match trouble:
            case Trouble.SILENCE:
                return None
            case Trouble.SERVFAIL | Trouble.REFUSED:
                response.set_rcode(dns.rcode.from_text(trouble.value))
            case Trouble.TRUNCATED if way == "udp":
                response.flags |= dns.flags.TC
            case Trouble.TRUNCATED:
                return self._answer(query, plain(query.question[0].name.to_text()))
            case Trouble.WRONG_ID:
                response = self._answer(query, plain(query.question[0].name.to_text()))
                response.id = (query.id + 1) % 65536
        return response

    def _trouble(self, name: str) -> Trouble | None:
        found = (trouble for domain, trouble in self.troubles.items() if name == domain or name.endswith(f".{domain}"))
        return next(found, None)

    def _exists(self, name: str) -> bool:
        """Whether the name, or one below it, is known: such a name has no TXT, which is not the same as not to be."""
        known = {*self.records, *domains()}
        return any(other == name or other.endswith(f".{name}") for other in known)


class Udp(asyncio.DatagramProtocol):
    """`present` gives the names as they are now: a world that is reset has new ones."""

    def __init__(self, present: Callable[[], Names]) -> None:
        self._present = present

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if answer := self._present().respond(data, "udp"):
            self._transport.sendto(answer, addr)


async def over_tcp(present: Callable[[], Names], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection: messages with their length before them (RFC 1035 4.2.2)."""
    try:
        while head := await reader.readexactly(2):
            (length,) = struct.unpack("!H", head)
            if answer := present().respond(await reader.readexactly(length), "tcp"):
                writer.write(struct.pack("!H", len(answer)) + answer)
                await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def domains() -> set[str]:
    """Every domain in which somebody of the cast has an address."""
    addresses = {address for person in PEOPLE.values() for address in (person.address, person.mail) if address}
    return {address.partition("@")[2] for address in addresses}


def plain(name: str) -> str:
    return name.strip().rstrip(".").lower()


def _response(query: dns.message.Message) -> dns.message.Message:
    response = dns.message.make_response(query, recursion_available=True)
    # What a query carries is not copied: an unsigned answer that echoed the bit would look validated.
    response.flags &= ~dns.flags.AD
    return response


def _txt(text: bytes) -> dns.rdtypes.ANY.TXT.TXT:
    strings = [text[at : at + STRING] for at in range(0, len(text), STRING)] or [b""]
    return dns.rdtypes.ANY.TXT.TXT(dns.rdataclass.IN, dns.rdatatype.TXT, strings)
