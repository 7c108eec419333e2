"""XML in and out, the way Apple writes it: a default namespace, data in CDATA, and what it has not as empty values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml.ElementTree import fromstring

DAV = "{DAV:}"
CALDAV = "{urn:ietf:params:xml:ns:caldav}"
SERVER = "{http://calendarserver.org/ns/}"
WORDS = {200: "OK", 403: "Forbidden", 404: "Not Found"}


class NotXml(Exception):
    """A body that cannot be read."""


@dataclass(frozen=True)
class Answered:
    """One resource of a multistatus. `known`: what it has, as inner XML; `status`: of one that is not there."""

    href: str
    known: Mapping[str, str] = field(default_factory=dict)
    status: int = 0


def asked(body: bytes) -> Element:
    try:
        found: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, ValueError):
        raise NotXml from None
    return found


def wanted(root: Element) -> list[str]:
    """The names of the properties that a request asks for."""
    holder = root.find(f"{DAV}prop")
    return [] if holder is None else [element.tag for element in holder]


def multistatus(answers: Iterable[Answered], names: Iterable[str], token: str = "") -> bytes:
    names = list(names)
    inner = "".join(_response(answer, names) for answer in answers)
    end = f"<sync-token>{escape(token)}</sync-token>" if token else ""
    return f'<?xml version="1.0" encoding="UTF-8"?><multistatus xmlns="DAV:">{inner}{end}</multistatus>'.encode()


def error(condition: str, space: str = "DAV:") -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><error xmlns="DAV:"><{condition} xmlns="{space}"/></error>'.encode()


def _response(answer: Answered, names: list[str]) -> str:
    head = f"<href>{escape(answer.href)}</href>"
    if answer.status:
        return f"<response>{head}<status>HTTP/1.1 {answer.status} {WORDS[answer.status]}</status></response>"
    have = "".join(_element(name, answer.known[name]) for name in names if name in answer.known)
    have_not = "".join(_element(name, "") for name in names if name not in answer.known)
    blocks = f"<propstat><prop>{have}</prop><status>HTTP/1.1 200 OK</status></propstat>" if have else ""
    if have_not:
        blocks += f"<propstat><prop>{have_not}</prop><status>HTTP/1.1 404 Not Found</status></propstat>"
    return f"<response>{head}{blocks}</response>"


def _element(name: str, inner: str) -> str:
    space, _, local = name[1:].rpartition("}")
    said = "" if space == "DAV:" else f' xmlns="{space}"'
    return f"<{local}{said}>{inner}</{local}>" if inner else f"<{local}{said}/>"


def data(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"
