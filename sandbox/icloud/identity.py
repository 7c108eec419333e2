"""account.apple.com: where a person makes app-specific passwords, and changes the one that they all hang on."""

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.forms import fields_of
from sandbox.icloud.store import Account
from sandbox.markup import Markup, tag
from sandbox.pages_frame import shell

if TYPE_CHECKING:
    from sandbox.world import World

HOST = "account.apple.com"


def _page(world: "World", made: dict[str, str] | None = None, problem: str = "") -> Response:
    panels = [_panel(account, (made or {}).get(id, "")) for id, account in world.icloud.accounts.items()]
    return shell(
        "Apple Account",
        "",
        tag("h1", "Apple Account: sign-in and security"),
        tag(
            "p",
            "Programs that are not Apple’s sign in to iCloud with a password of their own. Changing the password of the "
            "account takes all of them away at once.",
        ),
        tag("p", problem, class_="notice", role="alert") if problem else None,
        tag("div", *panels, class_="grid"),
        site=world.site,
    )


def _panel(account: Account, made: str) -> Markup:
    kept = [tag("li", label) for label in account.app_passwords.values()]
    return tag(
        "article",
        tag("h2", account.person.name),
        tag("p", account.person.address),
        tag("p", "Your app-specific password is ", tag("strong", made), class_="notice", role="status")
        if made
        else None,
        tag("p", "App-specific passwords: " if kept else "No app-specific passwords.", class_="small"),
        tag("ul", *kept) if kept else None,
        tag(
            "form",
            tag("input", type="hidden", name="person", value=account.person.id),
            tag("button", "New app-specific password", name="do", value="new"),
            tag("button", "Change the account’s password", name="do", value="change", class_="danger"),
            method="post",
            class_="row",
        ),
        class_="panel",
    )


def routes(world: "World") -> list[BaseRoute]:
    """One page and its two buttons."""

    async def page(request: Request) -> Response:
        return _page(world)

    async def act(request: Request) -> Response:
        form = await fields_of(request)
        account = world.icloud.accounts[form["person"]]
        if form.get("do") == "change":
            account.change_password()
            return _page(world)
        try:
            return _page(world, {account.person.id: account.new_app_password("Hetk")})
        except ValueError as problem:
            return _page(world, problem=str(problem))

    return [
        Route(f"/{HOST}/", page, methods=["GET"]),
        Route(f"/{HOST}/", act, methods=["POST"]),
    ]
