"""Administrators' consent in both forms, the page where people take their own back, and sign-out."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox import clients
from sandbox.cast import PEOPLE, Person
from sandbox.forms import fields_of, send_back
from sandbox.markup import tag
from sandbox.microsoft import identity_answers as answers
from sandbox.microsoft import identity_screens as screens
from sandbox.microsoft.identity_claims import may_use, scopes_of, tenant_or_refuse
from sandbox.microsoft.identity_errors import Refusal
from sandbox.world import World

Endpoint = Callable[[Request], Awaitable[Response]]
# What the application's registration lists, which is what the short form asks for.
REGISTERED = frozenset({"Calendars.ReadWrite", "openid", "profile", "email", "offline_access"})


def admin_consent(world: World, *, modern: bool) -> Endpoint:
    """`/{tenant}/adminconsent` or, `modern`, `/{tenant}/v2.0/adminconsent` (needs scope, refuses common)."""

    async def endpoint(request: Request) -> Response:
        authority, query = request.path_params["tenant"].lower(), dict(request.query_params)
        try:
            scopes = _checked(authority, query, modern)
        except Refusal as refusal:
            return refusal.as_page()
        form = await fields_of(request) if request.method == "POST" else {}
        try:
            return _answered(world, authority, query, scopes, form, modern)
        except Refusal as refusal:
            if not query.get("redirect_uri"):
                return refusal.as_page()
            return refusal.as_redirect(query["redirect_uri"], query.get("state"), admin_consent="True")

    return endpoint


def _checked(authority: str, query: Mapping[str, str], modern: bool) -> frozenset[str]:
    if modern and authority == "common":
        raise Refusal("invalid_request", 900971, "The v2.0 admin consent endpoint does not take 'common'.")
    if authority not in ("common", "organizations"):
        tenant_or_refuse(authority)
    client = clients.MICROSOFT
    if query.get("client_id") != client.id:
        raise Refusal("unauthorized_client", 700016, "Application was not found in the directory.")
    if query.get("redirect_uri") and not client.may_return_to(query["redirect_uri"]):
        raise Refusal("invalid_request", 50011, f"The redirect URI '{query['redirect_uri']}' is not registered.")
    if not modern:
        return REGISTERED
    for name in ("scope", "redirect_uri"):
        if not query.get(name):
            raise Refusal("invalid_request", 900144, f"The request must contain the parameter '{name}'.")
    scopes = scopes_of(query["scope"])
    return REGISTERED if ".default" in scopes else scopes


def _answered(
    world: World,
    authority: str,
    query: Mapping[str, str],
    scopes: frozenset[str],
    form: Mapping[str, str],
    modern: bool,
) -> Response:
    client = clients.MICROSOFT
    choice, person = form.get("choice"), PEOPLE.get(form.get("person", ""))
    if choice == "deny":
        error = "consent_required" if modern else "access_denied"
        raise Refusal(error, 65004, "User declined to consent to access the app.")
    if choice == "error":
        raise answers.refusal(int(form["number"]))
    if person is None:
        return screens.pick("Sign in as an administrator", client)
    _admit(authority, person)
    if choice != "accept":
        return screens.admin_consent(person, client, scopes)
    world.consents.approve(person.home, client.id, scopes)
    if not query.get("redirect_uri"):
        return screens.screen("Done", tag("h1", "Done"), tag("p", f"{client.name} is approved. Close this page."))
    told = {"admin_consent": "True", "tenant": person.home.id, "state": query.get("state")}
    return send_back(query["redirect_uri"], told | ({"scope": query["scope"]} if modern else {}))


def _admit(authority: str, person: Person) -> None:
    if not may_use(authority, person):
        raise Refusal("access_denied", 50020, f"User account does not exist in tenant '{authority}'.")
    if not person.admin:
        raise Refusal("access_denied", 90093, "This operation can only be performed by an administrator.")


def my_apps(world: World) -> Endpoint:
    """`myapps.microsoft.com`: what people have agreed to, with a button that takes it back."""

    async def endpoint(request: Request) -> Response:
        if request.method == "POST":
            form = await fields_of(request)
            person = PEOPLE[form["person"]]
            world.consents.withdraw(person)
            world.tokens.revoke_person(person)
            if form.get("tenant") and person.tenant:
                world.consents.withdraw_tenant(person.tenant)
            return RedirectResponse(request.url.path, 303)
        rows = [_row(world, person) for person in screens.people()]
        return screens.screen("My apps", tag("h1", "My apps"), tag("ul", *rows, class_="accounts"))

    return endpoint


def _row(world: World, person: Person) -> str:
    has = bool(world.consents.of(person, clients.MICROSOFT.id))
    return tag(
        "li",
        tag(
            "form",
            screens.hidden(person),
            tag("p", tag("strong", person.name), " ", tag("span", person.address)),
            tag("p", clients.MICROSOFT.name if has else "No applications", class_="small"),
            screens.button("Revoke permissions", "revoke", "quiet") if has else None,
            method="post",
        ),
    )


async def logout(request: Request) -> Response:
    """`/{tenant}/oauth2/v2.0/logout`: back to a registered address, or a page that says so."""
    address = request.query_params.get("post_logout_redirect_uri", "")
    if address and clients.MICROSOFT.may_return_to(address):
        return RedirectResponse(address, 302)
    return screens.screen("Signed out", tag("h1", "You signed out of your account"))
