"""Which pages everybody may find: what stands in the sitemap, and has an address and a card of its own."""

from django.conf import settings
from django.urls import reverse

from hetk.pages.cases import CASES
from hetk.pages.recipes import RECIPES

PLAIN = (
    "home", "features", "pricing", "recipes", "use_cases", "integrations", "integration_microsoft-365", "integration_google-workspace",
    "integration_icloud-caldav", "integration_domain-policy", "policy_setup", "admin_approval", "microsoft_errors", "trust_security", "for_it", "dpa",
    "subprocessors", "privacy", "terms", "disclosure", "help", "contact", "glossary", "api", "status",
)  # fmt: skip


def paths() -> list[str]:
    """Addresses on the site, each once, in the order of the sitemap."""
    names = [name for name in PLAIN if settings.BILLING or name != "pricing"]
    found = [reverse(name) for name in names]
    found += [reverse("recipe", args=(slug,)) for slug in RECIPES]
    return found + [reverse("use_case", args=(slug,)) for slug in CASES]


def is_public(path: str) -> bool:
    return path in paths()
