"""WebDAV over the door for bytes (RFC 4918): what is asked for, and what a server answers about several resources at once.

Answers are XML from outside: no document types, no entities, no external anything (defusedxml). Only what a server says with
a status of success is a value: some add blocks of status 404 with empty properties, which are none.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from urllib.parse import quote, unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring

DAV = "{DAV:}"
CALDAV = "{urn:ietf:params:xml:ns:caldav}"
CALSERVER = "{http://calendarserver.org/ns/}"
XML = {"Content-Type": "application/xml; charset=utf-8"}
# Kept in paths as they are: what RFC 3986 allows there and servers list unquoted.
_SAFE = "-._~!$&'()*+,;=:@"


class Unreadable(Exception):
    """An answer that is not what was promised: never taken for an empty one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What a CalDAV account is asked with. `home`: the https address of its calendars; `addresses`: the owner's own."""

    user: str
    password: str = field(repr=False)
    home: str
    addresses: tuple[str, ...] = ()

    @property
    def basic(self) -> str:
        """The Authorization header (RFC 7617)."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()

    def encoded(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def decoded(cls, text: str) -> "Credential":
        said = json.loads(text)
        return cls(**{**said, "addresses": tuple(said["addresses"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One resource of an answer. `path`: quoted one way, without its host; `status`: of the resource, 200 when it has properties."""

    path: str
    status: int
    properties: Mapping[str, Element] = field(default_factory=dict)

    def text(self, name: str) -> str:
        found = self.properties.get(name)
        return "" if found is None else (found.text or "").strip()

    def line(self, name: str) -> str:
        """The same in one line, as what is said again in a header must be."""
        return " ".join(self.text(name).split())

    def hrefs(self, name: str) -> list[str]:
        """The addresses inside a property, as they were written."""
        found = self.properties.get(name)
        return [] if found is None else [href.text.strip() for href in found.iter(f"{DAV}href") if href.text]

    def names(self, name: str) -> frozenset[str]:
        """The names of the elements anywhere inside a property."""
        found = self.properties.get(name)
        return frozenset() if found is None else frozenset(element.tag for element in found.iter())


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A multistatus. `token`: the sync token of a sync-collection, "" elsewhere."""

    found: tuple[Found, ...]
    token: str = ""


def read(body: bytes) -> Answer:
    """A 207 answer. Raises `Unreadable`."""
    root = _root(body)
    if root.tag != f"{DAV}multistatus":
        raise Unreadable("the answer is no multistatus")
    found = tuple(_found(response) for response in root.findall(f"{DAV}response"))
    return Answer(found=found, token=(root.findtext(f"{DAV}sync-token") or "").strip())


def conditions(body: bytes) -> frozenset[str]:
    """The preconditions that an error names, without their namespaces: "valid-sync-token" and the like."""
    try:
        root = _root(body)
    except Unreadable:
        return frozenset()
    return frozenset(element.tag.rpartition("}")[2] for element in root) if root.tag == f"{DAV}error" else frozenset()


def path_of(href: str) -> str:
    """The path of an href, quoted one way, so that two spellings of one address are one."""
    path = urlsplit(href).path if "//" in href[:10] else href.partition("?")[0]
    return "/".join(quote(unquote(part), safe=_SAFE) for part in path.split("/"))


def _root(body: bytes) -> Element:
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    # Among them every refusal of defusedxml.
    except (ParseError, ValueError):
        raise Unreadable("the answer is not XML") from None
    return root


def _found(response: Element) -> Found:
    href = (response.findtext(f"{DAV}href") or "").strip()
    if not href:
        raise Unreadable("a response without an address")
    good = [block for block in response.findall(f"{DAV}propstat") if _status(block) // 100 == 2]
    properties = {element.tag: element for element in _properties(good)}
    own = _status(response) if response.find(f"{DAV}status") is not None else 200
    return Found(path=path_of(href), status=own, properties=properties)


def _properties(blocks: list[Element]) -> Iterator[Element]:
    for block in blocks:
        for holder in block.findall(f"{DAV}prop"):
            yield from holder


def _status(element: Element) -> int:
    """HTTP/1.1 207 Something -> 207."""
    words = (element.findtext(f"{DAV}status") or "").split()
    if len(words) < 2 or not words[1].isdigit():
        raise Unreadable("a response without a status")
    return int(words[1])
