"""What iCloud keeps: accounts with app-specific passwords, and calendars of iCalendar resources with a history of changes."""

import secrets
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from sandbox.cast import Person

# Apple lets an account have so many at once.
MOST_PASSWORDS = 25


@dataclass
class Resource:
    """One object under its name. `seq`: the number of its last change in the calendar."""

    name: str
    text: str
    uid: str
    seq: int
    etag: str


class Calendar:
    """One collection. `epoch` invalidates sync tokens when it rises."""

    def __init__(self, name: str, title: str, *, component: str = "VEVENT", can_write: bool = True) -> None:
        self.name, self.title, self.component, self.can_write = name, title, component, can_write
        self.zone = "Europe/Tallinn"
        self.resources: dict[str, Resource] = {}
        self.removed: dict[str, int] = {}
        self.seq = 0
        self.epoch = 0

    @property
    def ctag(self) -> str:
        return f"HwoQEgwAAA{self.epoch:02d}{self.seq:06d}=="

    def put(self, name: str, text: str, uid: str) -> Resource:
        self.seq += 1
        # Apple's ETags count changes; what stands there does not show in them.
        made = Resource(name, text, uid, self.seq, f'"C={self.seq}@U={sha256(self.name.encode()).hexdigest()[:8]}"')
        self.resources[name] = made
        self.removed.pop(name, None)
        return made

    def remove(self, name: str) -> None:
        self.seq += 1
        del self.resources[name]
        self.removed[name] = self.seq

    def token(self) -> str:
        return f"HwoQEgwAAR{self.epoch:02d}{self.seq:06d}=="

    def read_token(self, token: str) -> int | None:
        """The change that a token stands at; None for one that is too old or none of ours."""
        head, number = f"HwoQEgwAAR{self.epoch:02d}", token.removesuffix("==")[-6:]
        known = token == f"{head}{number}==" and number.isdecimal() and int(number) <= self.seq
        return int(number) if known else None

    def since(self, seq: int) -> Iterator[tuple[str, Resource | None]]:
        """What changed after that number; removed ones only when the number is not the beginning."""
        for name, resource in self.resources.items():
            if resource.seq > seq:
                yield name, resource
        for name, at in self.removed.items():
            if at > seq > 0:
                yield name, None


@dataclass
class Account:
    """`partition`: the number of the machine that has its calendars. Passwords are kept by what they are named."""

    person: Person
    partition: int
    password: str
    calendars: dict[str, Calendar] = field(default_factory=dict)
    app_passwords: dict[str, str] = field(default_factory=dict)

    @property
    def dsid(self) -> str:
        return self.person.subject

    @property
    def host(self) -> str:
        return f"p{self.partition}-caldav.icloud.com"

    def new_app_password(self, label: str) -> str:
        """Sixteen letters in four groups, shown this once. Raises ValueError when there are as many as may be."""
        if len(self.app_passwords) >= MOST_PASSWORDS:
            raise ValueError("25 app-specific passwords are the most that there may be.")
        groups = ("".join(secrets.choice(string.ascii_lowercase) for _ in range(4)) for _ in range(4))
        made = "-".join(groups)
        self.app_passwords[made] = label
        return made

    def change_password(self) -> None:
        """A new Apple Account password takes all app-specific ones along."""
        self.password = secrets.token_urlsafe(9)
        self.app_passwords.clear()
