"""The people of the sandbox, always the same, and the tenants they belong to."""

from dataclasses import dataclass
from typing import Literal
from uuid import NAMESPACE_DNS, uuid5

CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"

Kind = Literal["microsoft", "google", "icloud"]
Consent = Literal["users", "admins"]


@dataclass(frozen=True)
class Tenant:
    """One Entra directory. `consent` says who may approve an application there."""

    id: str
    domain: str
    name: str
    consent: Consent = "users"
    login_host: str = "login.microsoftonline.com"
    graph_host: str = "graph.microsoft.com"
    instance: str = "microsoftonline.com"
    region: str | None = "EU"
    sub_region: str | None = None


@dataclass(frozen=True)
class Person:
    """One account at one provider. `subject` is the oid at Microsoft, the sub at Google, the dsid at Apple.

    `mail`: where mail arrives, when that is not the address the person signs in with.
    """

    id: str
    name: str
    address: str
    kind: Kind
    subject: str
    tenant: Tenant | None = None
    admin: bool = False
    mail: str = ""

    @property
    def home(self) -> Tenant:
        """The tenant of a Microsoft account. Raises LookupError for others."""
        if self.tenant is None:
            raise LookupError(f"{self.id} is in no tenant")
        return self.tenant

    @property
    def domain(self) -> str:
        """The part of the address after the @."""
        return self.address.partition("@")[2]


def _tenant_id(domain: str) -> str:
    return str(uuid5(NAMESPACE_DNS, f"tenant.{domain}"))


def _tenant(domain: str, name: str, **more: str | None) -> Tenant:
    return Tenant(_tenant_id(domain), domain, name, **more)  # type: ignore[arg-type]


NORTHWIND = _tenant("northwind.example", "Northwind Traders")
FABRIKAM = _tenant("fabrikam.example", "Fabrikam", consent="admins")
AGENCY = _tenant("agency.example", "City Agency", region="NA", sub_region="GCC")
BASE = _tenant(
    "base.example",
    "Base",
    login_host="login.microsoftonline.us",
    graph_host="graph.microsoft.us",
    instance="microsoftonline.us",
    region="USGov",
    sub_region="DODCON",
)
FORT = _tenant(
    "fort.example",
    "Fort",
    login_host="login.microsoftonline.us",
    graph_host="dod-graph.microsoft.us",
    instance="microsoftonline.us",
    region="USGov",
    sub_region="DOD",
)
LOTUS = _tenant(
    "lotus.example",
    "Lotus",
    login_host="login.partner.microsoftonline.cn",
    graph_host="microsoftgraph.chinacloudapi.cn",
    instance="partner.microsoftonline.cn",
    region="AS",
)
PERSONAL = Tenant(CONSUMERS, "outlook.example", "Personal account", region=None)
TENANTS: tuple[Tenant, ...] = (NORTHWIND, FABRIKAM, AGENCY, BASE, FORT, LOTUS, PERSONAL)


def _microsoft(id: str, name: str, address: str, tenant: Tenant, admin: bool = False, mail: str = "") -> Person:
    return Person(id, name, address, "microsoft", str(uuid5(NAMESPACE_DNS, id)), tenant, admin, mail)


def _google(id: str, name: str, address: str) -> Person:
    # Google's subjects are decimal strings of 21 digits.
    digits = str(uuid5(NAMESPACE_DNS, id).int)[:20]
    return Person(id, name, address, "google", "1" + digits)


def _icloud(id: str, name: str, address: str) -> Person:
    # Apple numbers its accounts.
    return Person(id, name, address, "icloud", str(uuid5(NAMESPACE_DNS, id).int)[:10])


_ALL = (
    _microsoft("alice-northwind", "Alice Tamm", "alice@northwind.example", NORTHWIND),
    _microsoft("bob-northwind", "Bob Kask", "bob@northwind.example", NORTHWIND),
    _microsoft(
        "charlie-northwind", "Charlie Saar", "charlie@northwind.example", NORTHWIND, mail="charlie@traders.example"
    ),
    _microsoft("alice-fabrikam", "Alice Tamm", "alice@fabrikam.example", FABRIKAM),
    _microsoft("admin-fabrikam", "Ada Admin", "admin@fabrikam.example", FABRIKAM, admin=True),
    _microsoft("dave-agency", "Dave Mets", "dave@agency.example", AGENCY),
    _microsoft("erin-base", "Erin Rebane", "erin@base.example", BASE),
    _microsoft("alice-outlook", "Alice Tamm", "alice@outlook.example", PERSONAL),
    _google("alice-gmail", "Alice Tamm", "alice.tamm@gmail.example"),
    _google("alice-contoso", "Alice Tamm", "alice@contoso.example"),
    _google("bob-gmail", "Bob Kask", "bob.kask@gmail.example"),
    _google("charlie-gmail", "Charlie Saar", "charlie.saar@gmail.example"),
    _icloud("alice-icloud", "Alice Tamm", "alice.tamm@icloud.example"),
    _icloud("bob-icloud", "Bob Kask", "bob.kask@icloud.example"),
)
PEOPLE: dict[str, Person] = {person.id: person for person in _ALL}


def by_address(address: str) -> Person | None:
    """The person with that address, or None."""
    wanted = address.casefold()
    return next((person for person in _ALL if person.address == wanted), None)


def tenant_named(name: str) -> Tenant | None:
    """The tenant with that id or domain, or None."""
    wanted = name.casefold()
    return next((tenant for tenant in TENANTS if wanted in (tenant.id, tenant.domain)), None)
