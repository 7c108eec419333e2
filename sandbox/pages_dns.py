"""The DNS by hand: what each domain publishes for Hetk, a field to change it, and the questions that arrived."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox.forms import fields_of
from sandbox.markup import Markup, tag
from sandbox.names import Question, domains
from sandbox.pages_frame import shell
from sandbox.world import World

ADDRESS = "/_sandbox/names"
LABEL = "_hetk"
EXAMPLE = "v=hetk1; policy=private"
SHOWN = 30


async def page(world: World, request: Request) -> Response:
    """Every domain of the cast, and the newest questions."""
    questions = [_row(question) for question in reversed(world.names.questions[-SHOWN:])]
    head = tag("thead", tag("tr", *[tag("th", name, scope="col") for name in ("Name", "Type", "Over", "Answered")]))
    return shell(
        "DNS",
        ADDRESS,
        tag("h1", "DNS"),
        tag("p", "Publish a policy for a domain and watch copies that exist already lose their details. ", _hint()),
        tag("div", *[_card(world, domain) for domain in sorted(domains())], class_="grid"),
        tag("h2", "Questions"),
        tag(
            "div",
            tag("table", head, tag("tbody", *questions)),
            class_="scroll",
            id="questions",
            data_live=True,
            tabindex="0",
        ),
        site=world.site,
        live=3,
    )


async def change(world: World, request: Request) -> Response:
    """Publishes what stands in the field; an empty field takes the record away."""
    form = await fields_of(request)
    if form.get("domain") in domains():
        texts = [line.strip().encode() for line in form.get("text", "").splitlines() if line.strip()]
        world.names.publish(f"{LABEL}.{form['domain']}", texts)
    return RedirectResponse(ADDRESS, 303)


def _hint() -> Markup:
    return tag("span", "One record a line; an empty field publishes nothing. Hetk’s own is ", tag("code", EXAMPLE), ".")


def _card(world: World, domain: str) -> Markup:
    name = f"{LABEL}.{domain}"
    texts = world.names.records.get(name, [])
    shown = "\n".join(text.decode("utf-8", errors="replace") for text in texts)
    form = tag(
        "form",
        tag("input", type="hidden", name="domain", value=domain),
        tag("label", f"TXT at {name}", for_=f"text-{domain}", class_="small"),
        tag("textarea", shown, name="text", id=f"text-{domain}", rows="2", spellcheck="false", placeholder=EXAMPLE),
        tag("div", tag("button", "Publish"), class_="row"),
        method="post",
        action=ADDRESS,
    )
    return tag("article", tag("h3", domain), form, class_="panel")


def _row(question: Question) -> Markup:
    answered = question.outcome or "nothing"
    bad = answered not in {"NOERROR", "NXDOMAIN"}
    return tag(
        "tr",
        tag("td", question.name),
        tag("td", question.kind),
        tag("td", question.way.upper()),
        tag("td", answered, class_="bad" if bad else None),
    )
