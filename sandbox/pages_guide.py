"""The first words to a newcomer on the index: what to try, and what each account is good for."""

from sandbox.markup import Markup, tag
from sandbox.pages_calendar import address
from sandbox.world import World

SIDES = "/_sandbox/side-by-side"
MAIL = "/_sandbox/mailbox"
SHOP = "/dashboard.stripe.com/"
# By person; those who are not named are there for tests.
NOTES = {
    "alice-northwind": "Start here: the consultant’s account at her first client.",
    "alice-gmail": "Start here: the consultant’s own calendar, with Family and Club beside it.",
    "alice-fabrikam": "Her second client, where nobody may connect before an administrator has approved.",
    "admin-fabrikam": "Approves applications for everybody at Fabrikam.",
    "alice-contoso": "Her third client, on Google Workspace.",
    "alice-outlook": "Her personal Microsoft account.",
    "bob-northwind": "A colleague who shares calendars with her.",
    "charlie-northwind": "A colleague who is invited to her meetings.",
    "bob-gmail": "Owns the club’s calendar, which she may write to.",
    "alice-icloud": "Her iCloud account, for the family; programs get a password of their own there.",
    "bob-icloud": "A friend on iCloud, on another of Apple’s machines.",
    "charlie-gmail": "May only read the club’s calendar.",
    "dave-agency": "In a government cloud at the usual addresses.",
    "erin-base": "In a government cloud with addresses of its own.",
}


def guide(world: World) -> Markup:
    """Six steps from an empty site to an event that travels."""
    alice, home = world.people["alice-northwind"], world.people["alice-gmail"]
    steps = (
        (
            tag("a", "Sign up at Hetk", href=world.site),
            " with “Continue with Microsoft” and pick ",
            _bold(alice.address),
            "; the code that Hetk asks for is in the ",
            tag("a", "mailbox", href=MAIL),
            ".",
        ),
        ("There, connect the other account with Google: ", _bold(home.address)),
        ("Press “New sync”, choose the two calendars, and start.",),
        (
            tag("a", "Open both side by side", href=SIDES),
            ". Press an address there to make, move or delete events, and watch them arrive on the other side.",
        ),
        (
            "Buy a plan at Hetk under “Plan and billing”: Stripe’s pages here take ",
            tag("code", "4242 4242 4242 4242"),
            ", decline ",
            tag("code", "4000 0000 0000 0002"),
            ", and with ",
            tag("code", "4000 0000 0000 0341"),
            " a renewal fails. ",
            tag("a", "Stripe’s dashboard", href=SHOP),
            " shows what was sold, and has a clock that brings renewals about.",
        ),
        ("Then try what usually goes wrong: move one day of a series, delete a copy, or take access back.",),
    )
    told = tag(
        "p",
        "Alice Tamm is a consultant. She has an account at each of her clients and two of her own; Bob and Charlie are "
        "people she works and sails with. The two calendars to begin with are ",
        tag("a", alice.address, href=address(alice)),
        " and ",
        tag("a", home.address, href=address(home)),
        ".",
    )
    return tag(
        "section",
        tag("h2", "What to try first"),
        told,
        tag("ol", *(tag("li", *step) for step in steps)),
        class_="panel",
    )


def _bold(text: str) -> Markup:
    return tag("strong", text)
