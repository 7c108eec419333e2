"""Google's screens: choose an account, what an application wants, errors."""

from collections.abc import Iterable

from starlette.responses import Response

from sandbox.cast import PEOPLE, Person
from sandbox.clients import Client
from sandbox.google.identity_claims import WORDS
from sandbox.markup import Markup, Piece, document, tag


def people() -> list[Person]:
    """Everybody with a Google account."""
    return [person for person in PEOPLE.values() if person.kind == "google"]


def screen(title: str, *body: Piece, status: int = 200) -> Response:
    """A card under the ribbon that says what this is."""
    ribbon = tag(
        "header", tag("p", "Sandbox: a stand-in for Google’s sign-in. No real account is involved."), class_="ribbon"
    )
    mark = tag("p", tag("span", class_="ring", aria_hidden="true"), "Sign in with Google (sandbox)", class_="brand")
    return document(title, ribbon, tag("main", mark, *body, class_="card"), theme="google", status=status)


def hidden(person: Person) -> Markup:
    """The field that carries the chosen account on."""
    return tag("input", type="hidden", name="person", value=person.id)


def button(label: str, choice: str, kind: str = "primary") -> Markup:
    """A button that answers the form with a choice."""
    return tag("button", label, type="submit", name="choice", value=choice, class_=kind)


def refused(code: str, text: str, status: int = 400) -> Response:
    """Google's own error page."""
    return screen(
        "Access blocked",
        tag("h1", "Access blocked: authorization error"),
        tag("p", text),
        tag("p", f"Error {status}: {code}", class_="code"),
        status=status,
    )


def pick(client: Client, hint: str = "") -> Response:
    """A list of accounts; the hinted one first."""
    ordered = sorted(people(), key=lambda person: hint.lower() not in (person.address, person.subject))
    rows = [
        tag(
            "li",
            tag("button", tag("strong", person.name), tag("span", person.address), name="person", value=person.id),
        )
        for person in ordered
    ]
    return screen(
        "Choose an account",
        tag("h1", "Choose an account"),
        tag("p", f"to continue to {client.name}"),
        tag("form", tag("ul", *rows, class_="accounts"), method="post"),
    )


def consent(person: Person, client: Client, scopes: Iterable[str]) -> Response:
    """What the application wants; every calendar scope can be unticked."""
    boxes = [
        tag(
            "li",
            tag(
                "label",
                tag("input", type="checkbox", name="scope", value=scope, checked=True),
                tag("span", WORDS[scope]),
            ),
        )
        for scope in sorted(scopes)
        if scope in WORDS
    ]
    return screen(
        f"{client.name} wants access to your Google Account",
        tag("p", person.address, class_="who"),
        tag("h1", f"{client.name} wants access to your Google Account"),
        tag("p", "Select what it can access:"),
        tag(
            "form",
            hidden(person),
            tag("input", type="hidden", name="offered", value="yes"),
            tag("ul", *boxes, class_="ticks"),
            tag("p", "It will also see your email address and who you are.", class_="small"),
            tag("p", button("Cancel", "deny", "quiet"), button("Continue", "accept"), class_="answers"),
            method="post",
        ),
    )
