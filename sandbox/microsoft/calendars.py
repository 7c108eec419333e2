"""The list of calendars, and who the caller is."""

from typing import Any

from sandbox.microsoft import render
from sandbox.microsoft.calls import Answer, Call, answers, mount_of
from sandbox.microsoft.errors import Refusal, bad_body, invalid, unknown_property
from sandbox.microsoft.render import ROOT
from sandbox.microsoft.store import Box


@answers("GET", "me")
def me(call: Call) -> Answer:
    """The person's own page, which a token for calendars does not open."""
    # The product asks for no profile; whoever calls this without it must notice.
    if not call.cloud.scopes(call.grant) & {"User.Read", "User.ReadWrite"}:
        raise Refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
    person = call.grant.person
    given, _, surname = person.name.partition(" ")
    body = {
        "@odata.context": f"{ROOT}/$metadata#users/$entity",
        "id": person.subject,
        "displayName": person.name,
        "givenName": given,
        "surname": surname,
        "mail": person.address,
        "userPrincipalName": person.address,
    }
    return Answer(200, body)


@answers("GET", "me/calendars")
def listed(call: Call) -> Answer:
    """Own and shared calendars, in pages."""
    mounts = list(call.mailbox.mounts.values())
    size, skip = call.page_size, call.skip
    body: dict[str, Any] = {
        "@odata.context": f"{ROOT}/$metadata#users('{call.grant.person.subject}')/calendars",
        "value": [_chosen(call, render.calendar(mount)) for mount in mounts[skip : skip + size]],
    }
    if skip + size < len(mounts):
        body["@odata.nextLink"] = call.link(**{"$skip": str(skip + size)})
    return Answer(200, body)


@answers("GET", "me/calendar")
@answers("GET", "me/calendars/{calendar}")
def get(call: Call, calendar: str | None = None) -> Answer:
    """One calendar; the default one without an id."""
    made = _chosen(call, render.calendar(mount_of(call, calendar)))
    context = f"{ROOT}/$metadata#users('{call.grant.person.subject}')/calendars/$entity"
    return Answer(200, {"@odata.context": context, **made})


def _chosen(call: Call, made: dict[str, Any]) -> dict[str, Any]:
    chosen = call.query.get("$select")
    if not chosen:
        return made
    names = [name.strip() for name in chosen.split(",")]
    for name in names:
        if name not in made:
            message = f"Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.calendar'."
            raise invalid("BadRequest", message)
    return {name: made[name] for name in {"id": 0} | dict.fromkeys(names)}


@answers("POST", "me/calendars")
def create(call: Call) -> Answer:
    """A further calendar of one's own, by name."""
    body = call.json()
    call.checked("calendar", body)
    for name in body:
        if name not in ("name", "color", "hexColor"):
            raise unknown_property(name, "microsoft.graph.calendar")
    if not isinstance(body.get("name"), str) or not body["name"].strip():
        raise bad_body("The calendar needs a name.")
    # Folders of a mailbox have names of their own; shared ones live in another mailbox.
    if any(mount.own and mount.name == body["name"] for mount in call.mailbox.mounts.values()):
        raise Refusal(409, "ErrorFolderExists", "A folder with the specified name already exists.")
    mount = call.mailbox.mount(Box(body["name"], call.mailbox), hex_color=body.get("hexColor") or "")
    context = f"{ROOT}/$metadata#users('{call.grant.person.subject}')/calendars/$entity"
    return Answer(201, {"@odata.context": context, **render.calendar(mount)})
