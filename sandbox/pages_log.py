"""The newest requests that the clouds served."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from sandbox.log import Entry
from sandbox.markup import Markup, tag
from sandbox.pages_frame import local, shell
from sandbox.world import World

SHOWN = 150


async def page(world: World, request: Request) -> Response:
    """A table, newest first, kept fresh."""
    rows = [_row(entry) for entry in world.log.newest(SHOWN)]
    names = ("Time", "Who", "Request", "Status", "ms")
    head = tag("thead", tag("tr", *[tag("th", name, scope="col") for name in names]))
    return shell(
        "Requests",
        "/_sandbox/log",
        tag("h1", "Requests"),
        tag("p", f"The newest {SHOWN} of {len(world.log)}. All of them: /_sandbox/requests (JSON)."),
        tag(
            "div", tag("table", head, tag("tbody", *rows)), class_="scroll", id="requests", data_live=True, tabindex="0"
        ),
        site=world.site,
        live=3,
        full=True,
    )


def _row(entry: Entry) -> Markup:
    at = local(datetime.fromtimestamp(entry.time, UTC))
    batch = f" ({entry.operation_count} operations)" if entry.operation_count > 1 else ""
    asked = f"{'↳ ' if entry.inner else ''}{entry.method} {entry.host}{entry.path}{batch}"
    bad = entry.status == 0 or entry.status >= 400
    return tag(
        "tr",
        tag("td", f"{at:%H:%M:%S}"),
        tag("td", entry.person or ""),
        tag("td", asked),
        tag("td", str(entry.status) if entry.status else "cut off", class_="bad" if bad else None),
        tag("td", f"{entry.milliseconds:.0f}"),
    )
