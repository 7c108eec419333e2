"""REPORT on a calendar: what changed, what is there, and the objects by name."""

from collections.abc import Iterator
from urllib.parse import quote, unquote, urlsplit
from xml.etree.ElementTree import Element

from sandbox.icloud import xml
from sandbox.icloud.store import Calendar, Resource
from sandbox.icloud.xml import CALDAV, DAV, Answered


class Refused(Exception):
    def __init__(self, status: int, body: bytes = b"") -> None:
        super().__init__(str(status))
        self.status = status
        self.body = body


def answer(calendar: Calendar, path: str, asked: Element) -> bytes:
    wanted = xml.wanted(asked)
    if asked.tag == f"{DAV}sync-collection":
        return xml.multistatus(_changes(calendar, path, asked), wanted, calendar.token())
    if asked.tag == f"{CALDAV}calendar-multiget":
        return xml.multistatus(_named(calendar, path, asked), wanted)
    if asked.tag == f"{CALDAV}calendar-query":
        return xml.multistatus(_queried(calendar, path, asked), wanted)
    raise Refused(403, xml.error("supported-report"))


def _changes(calendar: Calendar, path: str, asked: Element) -> Iterator[Answered]:
    token = (asked.findtext(f"{DAV}sync-token") or "").strip()
    since = calendar.read_token(token) if token else 0
    if since is None:
        raise Refused(403, xml.error("valid-sync-token"))
    # The calendar is a member of itself here, and how many may be told is not listened to.
    yield Answered(path, {f"{DAV}getetag": f'"{calendar.ctag}"'})
    for name, resource in calendar.since(since):
        yield _told(path, name, resource)


def _named(calendar: Calendar, path: str, asked: Element) -> Iterator[Answered]:
    for href in asked.findall(f"{DAV}href"):
        folder, _, name = urlsplit((href.text or "").strip()).path.rpartition("/")
        found = calendar.resources.get(unquote(name)) if f"{folder}/" == path else None
        yield _told(path, unquote(name), found)


def _queried(calendar: Calendar, path: str, asked: Element) -> Iterator[Answered]:
    outer = asked.find(f"{CALDAV}filter/{CALDAV}comp-filter")
    inner = None if outer is None else outer.find(f"{CALDAV}comp-filter")
    if inner is None or inner.get("name") != calendar.component:
        raise Refused(400)
    for name, resource in calendar.resources.items():
        yield _told(path, name, resource)


def _told(path: str, name: str, resource: Resource | None) -> Answered:
    href = path + quote(name, safe="-._~!$&'()*+,;=:")
    if resource is None:
        return Answered(href, status=404)
    return Answered(href, {f"{DAV}getetag": resource.etag, f"{CALDAV}calendar-data": xml.data(resource.text)})
