"""Microsoft's screens: pick an account, permissions requested, need admin approval."""

from collections.abc import Iterable

from starlette.responses import Response

from sandbox.cast import PEOPLE, Person
from sandbox.clients import Client
from sandbox.markup import Markup, Piece, document, join, tag
from sandbox.microsoft.identity_answers import picker
from sandbox.microsoft.identity_claims import WORDS

_ORDER = list(WORDS)


def people() -> list[Person]:
    """Everybody with a Microsoft account."""
    return [person for person in PEOPLE.values() if person.kind == "microsoft"]


def screen(title: str, *body: Piece, status: int = 200) -> Response:
    """A card under the ribbon that says what this is."""
    ribbon = tag(
        "header", tag("p", "Sandbox: a stand-in for Microsoft’s sign-in. No real account is involved."), class_="ribbon"
    )
    mark = tag("p", tag("span", class_="squares", aria_hidden="true"), "Microsoft (sandbox)", class_="brand")
    return document(title, ribbon, tag("main", mark, *body, class_="card"), theme="microsoft", status=status)


def hidden(person: Person) -> Markup:
    """The field that carries the chosen account on."""
    return tag("input", type="hidden", name="person", value=person.id)


def button(label: str, choice: str, kind: str = "primary") -> Markup:
    """A button that answers the form with a choice."""
    return tag("button", label, type="submit", name="choice", value=choice, class_=kind)


def pick(title: str, client: Client, hint: str = "") -> Response:
    """A list of accounts; the hinted one first."""
    ordered = sorted(people(), key=lambda person: person.address != hint.lower())
    rows = [
        tag(
            "li",
            tag(
                "button",
                tag("strong", person.name),
                tag("span", person.address),
                tag("small", person.tenant.name if person.tenant else ""),
                name="person",
                value=person.id,
            ),
        )
        for person in ordered
    ]
    leave = tag("p", button("Cancel", "deny", "quiet"))
    return screen(
        title,
        tag("h1", title),
        tag("p", f"to continue to {client.name}"),
        tag("form", tag("ul", *rows, class_="accounts"), leave, method="post"),
        picker(),
    )


def permissions(scopes: Iterable[str]) -> Markup:
    """The scopes in words, each to be opened for its meaning."""
    shown = sorted((scope for scope in scopes if scope in WORDS and scope != "openid"), key=_ORDER.index)
    rows = [tag("li", tag("details", tag("summary", WORDS[s][0]), tag("p", WORDS[s][1]))) for s in shown]
    return tag("ul", *rows, class_="permissions")


def consent(person: Person, client: Client, scopes: Iterable[str]) -> Response:
    """Permissions requested, for oneself; an administrator may accept for everybody."""
    whole = tag(
        "label",
        tag("input", type="checkbox", name="everybody", value="yes"),
        " Consent on behalf of your organization",
    )
    return screen(
        "Permissions requested",
        tag("p", person.address, class_="who"),
        tag("h1", "Permissions requested"),
        _publisher(client),
        tag("p", "This application would like to:"),
        permissions(scopes),
        tag(
            "form",
            hidden(person),
            whole if person.admin else None,
            tag("p", button("Cancel", "deny", "quiet"), button("Accept", "accept"), class_="answers"),
            method="post",
        ),
        tag("p", "You can change these permissions at myapps.microsoft.com.", class_="small"),
    )


def need_approval(person: Person, client: Client) -> Response:
    """What people meet whose tenant leaves consent to its administrators."""
    return screen(
        "Need admin approval",
        tag("p", person.address, class_="who"),
        tag("h1", "Need admin approval"),
        _publisher(client),
        tag(
            "p",
            f"{client.name} needs permission to access resources in your organization that only an admin can grant. "
            "Please ask an admin to grant permission to this app before you can use it.",
        ),
        tag(
            "form",
            hidden(person),
            tag("p", button("Have an admin account? Sign in with that account", "other", "link")),
            tag("p", button("Return to the application without granting consent", "return", "link")),
            method="post",
        ),
    )


def admin_consent(person: Person, client: Client, scopes: Iterable[str]) -> Response:
    """Permissions requested, for the whole organization."""
    return screen(
        "Permissions requested",
        tag("p", person.address, class_="who"),
        tag("h1", "Permissions requested"),
        tag("p", f"Review for your organization, {person.home.name}"),
        _publisher(client),
        tag("p", "This application would like to:"),
        permissions(scopes),
        tag("p", "If you accept, this app will get access for all users in your organization. "),
        tag(
            "form",
            hidden(person),
            tag("p", button("Cancel", "deny", "quiet"), button("Accept", "accept"), class_="answers"),
            method="post",
        ),
    )


def _publisher(client: Client) -> Markup:
    return tag("p", tag("strong", client.name), " ", join(tag("span", "Verified publisher", class_="badge")))
