"""Names of domains: from an address to the names that are asked. Pure, and offline: the list of public suffixes comes with a package."""

from collections.abc import Iterable
from functools import cache

import idna
from publicsuffixlist import PublicSuffixList

from policy.record import LABEL

# A name and its parents, counted in questions to the DNS (RFC 9989 walks the tree as boundedly).
MOST_ASKED = 5
LONGEST_NAME = 253


class NotADomain(ValueError):
    """What was given is no name that the DNS could know; `str()` says what to write instead."""


def domain_of(text: str) -> str:
    """The domain of an e-mail address, or the domain itself, as the DNS writes it: A-labels, lower case, no dot at the end.

    Raises NotADomain.
    """
    name = text.strip().rpartition("@")[2].strip().rstrip(".").lower()
    if not name or "." not in name:
        raise NotADomain("Write a whole domain, such as example.com.")
    try:
        encoded = name if _is_host(name) else idna.encode(name, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise NotADomain(
            "This is not the name of a domain. Write it as in an e-mail address, such as example.com."
        ) from None
    if len(encoded) > LONGEST_NAME - len(LABEL) - 1 or encoded.rpartition(".")[2].isdigit():
        raise NotADomain("This is not the name of a domain. Write it as in an e-mail address, such as example.com.")
    return encoded


def domains_of(addresses: Iterable[str]) -> frozenset[str]:
    """The domains behind several addresses; what is no address of a domain counts for nothing."""
    found = set()
    for address in addresses:
        try:
            found.add(domain_of(address))
        except NotADomain:
            continue
    return frozenset(found)


def parents(domain: str) -> list[str]:
    """The names above that may cover it with `sp=private`, nearest first, up to the organization's own and never a public suffix.

    A name with very many labels leaves out those in the middle: the organization's own name is always among them.
    """
    organization = suffixes().privatesuffix(domain)
    if organization is None or organization == domain:
        return []
    found = []
    while domain != organization:
        domain = domain.partition(".")[2]
        found.append(domain)
    return found[-(MOST_ASKED - 1) :]


def organization(domain: str) -> str:
    """The name that its owner registered: what a host belongs to. The domain itself where it belongs to nobody else."""
    return suffixes().privatesuffix(domain) or domain


def record_name(domain: str) -> str:
    return f"{LABEL}.{domain}"


@cache
def suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def _is_host(name: str) -> bool:
    """Whether it is a host name already (RFC 1123), A-labels included; an underscore is let through, for zones that have one."""
    labels = name.split(".")
    return name.isascii() and all(
        0 < len(label) <= 63 and label.replace("-", "").replace("_", "").isalnum() and label.strip("-") == label
        for label in labels
    )
