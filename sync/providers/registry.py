"""Which code speaks for which kind of account. A provider's code is imported when the first connection of its kind is used."""

from importlib import import_module

from sync.providers.base import Build, Provider, Token

BUILDERS = {
    "microsoft": "sync.providers.microsoft.provider.build",
    "google": "sync.providers.google.provider.build",
    "icloud": "sync.providers.caldav.provider.icloud",
    "caldav": "sync.providers.caldav.provider.anywhere",
    "feed": "sync.providers.feed.provider.build",
    # The in-memory provider, for tests: it speaks to the cloud that `memory.use` was given.
    "memory": "sync.providers.memory.build",
}


def builder(kind: str) -> Build:
    """The `build` of a kind. KeyError for a kind that nobody registered."""
    module, _, name = BUILDERS[kind].rpartition(".")
    found: Build = getattr(import_module(module), name)
    return found


def build(kind: str, token: Token, address: str) -> Provider:
    """A provider for one connection: `token` hands out access tokens, `address` is the account's own."""
    return builder(kind)(token, address)
