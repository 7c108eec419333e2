"""The plans: what each costs and how many pairs it holds. Frozen here; Stripe knows the prices by their lookup keys alone."""

from dataclasses import dataclass
from enum import StrEnum


class Every(StrEnum):
    """How often a price is paid, in Stripe's words."""

    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Price:
    """`cents`: hundredths of a US dollar, before tax."""

    lookup_key: str
    cents: int
    every: Every

    @property
    def dollars(self) -> str:
        """ "2", or "2.50" where cents matter."""
        whole, rest = divmod(self.cents, 100)
        return f"{whole}.{rest:02}" if rest else str(whole)


@dataclass(frozen=True, slots=True)
class Plan:
    """`pairs`: how many pairs may run; calendars and accounts are not counted."""

    key: str
    label: str
    pairs: int
    monthly: Price
    yearly: Price
    priority: bool = False

    @property
    def prices(self) -> tuple[Price, Price]:
        return self.monthly, self.yearly


PERSONAL = Plan(
    "personal",
    "Personal",
    3,
    Price("personal_m", 200, Every.MONTH),
    Price("personal_y", 1500, Every.YEAR),
)
PROFESSIONAL = Plan(
    "professional",
    "Professional",
    8,
    Price("professional_m", 600, Every.MONTH),
    Price("professional_y", 5000, Every.YEAR),
    priority=True,
)
PLANS = (PERSONAL, PROFESSIONAL)
# What a newcomer tries: everything there is.
TRIED = PROFESSIONAL

BY_KEY = {plan.key: plan for plan in PLANS}
BY_LOOKUP_KEY = {price.lookup_key: plan for plan in PLANS for price in plan.prices}
PRICES = {price.lookup_key: price for plan in PLANS for price in plan.prices}
