"""What was learned of a server that it does not say of itself, kept by each process for itself."""

from dataclasses import dataclass
from functools import lru_cache


@dataclass(slots=True)
class Manners:
    """`keeps_unknown`: properties that it does not know stay as they were written. Believed until something is missing."""

    keeps_unknown: bool = True


@lru_cache(maxsize=10_000)
def manners_of(host: str) -> Manners:
    """The same for everybody who asks there in this process."""
    return Manners()
