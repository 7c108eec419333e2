"""iCloud Calendar: whose calendars there are, who may ask, and how fast."""

from base64 import b64decode
from collections import defaultdict, deque
from typing import TYPE_CHECKING

from starlette.requests import Request

from sandbox.cast import PEOPLE
from sandbox.icloud.byhand import AppleHand
from sandbox.icloud.store import Account, Calendar

if TYPE_CHECKING:
    from sandbox.world import World

ENTRANCE = "caldav.icloud.com"
PARTITIONS = (42, 57)
MINUTE = 60.0


class AppleCloud:
    """`per_minute`: how many requests an account may make, None for no counting; `pause`: what Retry-After then says."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.per_minute: int | None = None
        self.pause = 1
        self._spent: defaultdict[str, deque[float]] = defaultdict(deque)
        self.accounts: dict[str, Account] = {}
        for number, person in enumerate(person for person in PEOPLE.values() if person.kind == "icloud"):
            self.accounts[person.id] = self._account(number, person.id)
        self.hand = AppleHand(self)

    def _account(self, number: int, id: str) -> Account:
        made = Account(PEOPLE[id], PARTITIONS[number % len(PARTITIONS)], password=f"Apple-{id}-1")
        for calendar in (
            Calendar("home", "Home"),
            Calendar("work", "Work"),
            # What is left of the tasks since Reminders moved elsewhere.
            Calendar("tasks", "Reminders", component="VTODO"),
            Calendar("club", "Club", can_write=False),
        ):
            made.calendars[calendar.name] = calendar
        return made

    def known(self, request: Request) -> Account | None:
        """Whose app-specific password the request brings. The account's own password opens nothing here."""
        scheme, _, said = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, _, password = b64decode(said).decode().partition(":")
        except ValueError:
            return None
        account = next((one for one in self.accounts.values() if one.person.address == user.casefold()), None)
        return account if account is not None and password in account.app_passwords else None

    def spends(self, account: Account) -> bool:
        """Counts one request against the account's minute; False when it has no more."""
        now, spent = self.world.clock.timestamp(), self._spent[account.dsid]
        while spent and spent[0] < now - MINUTE:
            spent.popleft()
        if self.per_minute is not None and len(spent) >= self.per_minute:
            return False
        spent.append(now)
        return True
