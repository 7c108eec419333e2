"""Every answer of Entra that a person can meet, to be picked on the sign-in page: the word in `error`, the number, its sentence."""

from collections.abc import Iterator

from sandbox.cast import PEOPLE
from sandbox.markup import Markup, tag
from sandbox.microsoft.identity_errors import Refusal

_DENIED, _INTERACTION, _CONSENT = "access_denied", "interaction_required", "consent_required"
_REQUEST, _CLIENT, _GRANT = "invalid_request", "unauthorized_client", "invalid_grant"
ANSWERS: dict[str, dict[int, tuple[str, str]]] = {
    "Consent": {
        65001: (_CONSENT, "The user or administrator has not consented to use the application."),
        65004: (_DENIED, "User declined to consent to access the app."),
        90093: (_DENIED, "This operation can only be performed by an administrator."),
        90094: (_CONSENT, "The grant requires administrator permission."),
        90095: (_CONSENT, "Admin consent is required; a request for it can be sent."),
        90099: (_DENIED, "The application has not been authorized in the tenant."),
        650056: (_CLIENT, "Misconfigured application, or an administrator has not consented."),
        700016: (_CLIENT, "Application was not found in the directory."),
    },
    "The application in the organization": {
        50105: (_DENIED, "The signed in user is not assigned to a role for the application."),
        70001: (_CLIENT, "The application is disabled."),
        7000112: (_CLIENT, "The application is disabled in this directory."),
        1000031: (_DENIED, "The application cannot be accessed at this time."),
    },
    "Conditional Access": {
        50097: (_INTERACTION, "Device authentication is required."),
        50131: (_INTERACTION, "Conditional Access failed: device state or suspicious activity."),
        50158: (_INTERACTION, "External security challenge was not satisfied."),
        53000: (_INTERACTION, "Device is not in required device state: compliant."),
        53001: (_INTERACTION, "Device is not in required device state: domain joined."),
        53002: (_INTERACTION, "The app used is not an approved app for Conditional Access."),
        53003: (_DENIED, "Access has been blocked by Conditional Access policies."),
        70043: (_GRANT, "The refresh token has expired due to sign-in frequency checks by Conditional Access."),
        530032: (_DENIED, "Blocked by a security policy of the tenant."),
        530035: (_DENIED, "Access has been blocked by security defaults."),
    },
    "Second factor": {
        50072: (_INTERACTION, "The user must enroll for multi-factor authentication."),
        50074: (_INTERACTION, "Strong authentication is required."),
        50076: (_INTERACTION, "You must use multi-factor authentication to access the resource."),
        50078: (_INTERACTION, "Presented multi-factor authentication has expired."),
        50079: (_INTERACTION, "The user must register for multi-factor authentication."),
        53004: (_INTERACTION, "Registration for multi-factor authentication is blocked due to risk."),
    },
    "Account": {
        16000: (_INTERACTION, "The account of another identity provider does not exist in the tenant."),
        50020: (_DENIED, "User account from identity provider does not exist in the tenant."),
        50034: (_DENIED, "The user account does not exist in the directory."),
        50053: (_DENIED, "The account is locked."),
        50055: (_INTERACTION, "The password is expired."),
        50057: (_DENIED, "The user account is disabled."),
        50126: (_GRANT, "Invalid username or password."),
        50128: (_REQUEST, "Invalid domain name."),
        50132: (_GRANT, "The session is not valid due to a password expiration or change."),
        50133: (_GRANT, "Session is invalid due to expiration or recent password change."),
        50135: (_INTERACTION, "Password change is required due to account risk."),
        53011: (_DENIED, "User blocked due to risk on home tenant."),
        90072: (_DENIED, "The external user account does not exist in the tenant."),
        500208: (_REQUEST, "The domain is not a valid login domain for the account type."),
        650052: (_DENIED, "The organization lacks a service principal for the service."),
        9002332: (_REQUEST, "The application is configured for use by Entra users only."),
    },
    "Tenant restrictions": {
        500021: (_DENIED, "Access to the tenant is denied."),
        500022: (_DENIED, "Access to the tenant is denied by its restrictions."),
        500212: (_DENIED, "The user's administrator has set an outbound access policy."),
        500213: (_DENIED, "The resource tenant's cross-tenant access policy does not allow the user."),
    },
    "Another cloud": {
        90002: (_REQUEST, "The tenant was not found; check that you are signing into the correct cloud."),
        90038: (_REQUEST, "The tenant lives in another national cloud."),
        90043: (_REQUEST, "National cloud redirection is disabled."),
        900382: (_REQUEST, "Confidential Client is not supported in Cross Cloud request."),
        900432: (_REQUEST, "Confidential Client is not supported in Cross Cloud request."),
        1000104: (_DENIED, "Cross-cloud access is not allowed on the identity tenant."),
    },
    "Session": {
        50058: ("login_required", "No user is signed in."),
        50089: (_GRANT, "The flow token has expired."),
        50140: (_INTERACTION, "Interrupted by “Keep me signed in”."),
        50173: (_GRANT, "The provided grant has expired due to it being revoked."),
        54005: (_GRANT, "The authorization code was already redeemed."),
        70000: (_GRANT, "The provided grant is not valid."),
        70008: (_GRANT, "The grant has expired due to inactivity."),
        700082: (_GRANT, "The refresh token has expired due to inactivity."),
        700084: (_GRANT, "The refresh token was issued to a single page app."),
    },
    "Microsoft’s own trouble": {
        90006: ("temporarily_unavailable", "The service is temporarily unavailable."),
        90012: ("temporarily_unavailable", "The request has timed out."),
        90024: ("temporarily_unavailable", "The request budget is exceeded."),
        90033: ("server_error", "A transient error has occurred."),
        90055: ("temporarily_unavailable", "There are too many requests."),
    },
    "The application’s own fault": {
        50011: (_REQUEST, "The redirect URI does not match those of the application."),
        50194: (_REQUEST, "The application is not configured as a multi-tenant application."),
        50196: (_REQUEST, "A request loop was detected."),
        65005: (_REQUEST, "The application requires access that it does not list."),
        70002: ("invalid_client", "The credentials of the client are not valid."),
        70011: ("invalid_scope", "The scope is not valid."),
        700005: (_GRANT, "The code was issued for another tenant."),
        7000215: ("invalid_client", "Invalid client secret provided."),
        7000218: ("invalid_client", "The request must contain client_secret."),
        7000222: ("invalid_client", "The provided client secret keys are expired."),
        9001023: (_REQUEST, "The grant type is not supported over the common endpoints."),
    },
}
BY_NUMBER = {number: answer for answers in ANSWERS.values() for number, answer in answers.items()}


def refusal(number: int) -> Refusal:
    """That answer. Raises KeyError."""
    error, text = BY_NUMBER[number]
    return Refusal(error, number, text)


def refused_refresh(number: int, **more: object) -> Refusal:
    """That answer as the token endpoint words it: nobody is there to deny anything. Raises KeyError."""
    interactive = number in ANSWERS["Conditional Access"] or number in ANSWERS["Second factor"]
    return Refusal(_INTERACTION if interactive else _GRANT, number, BY_NUMBER[number][1], more=dict(more))


def picker() -> Markup:
    """The control below the accounts: what Microsoft shall answer instead."""
    pick = tag("select", *_groups(), name="number", id="number")
    go = tag("button", "Answer with this", name="choice", value="error", class_="quiet")
    label = tag("label", "Entra’s answer", for_="number")
    told = tag("summary", "Let the sign-in end otherwise")
    form = tag("form", tag("p", label), tag("p", pick), tag("p", go), method="post")
    return tag("details", told, form, _without_mailbox())


def _without_mailbox() -> Markup:
    people = [person for person in PEOPLE.values() if person.kind == "microsoft"]
    pick = tag("select", *[tag("option", p.address, value=p.id) for p in people], name="person", id="closed")
    go = tag("button", "Sign in", name="choice", value="closed", class_="quiet")
    label = tag("label", "Or an account whose mailbox is on a server of its own", for_="closed")
    return tag("form", tag("p", label), tag("p", pick), tag("p", go), method="post")


def _groups() -> Iterator[Markup]:
    for group, answers in ANSWERS.items():
        shown = [tag("option", f"{number}: {text}", value=str(number)) for number, (_, text) in answers.items()]
        yield tag("optgroup", *shown, label=group)
