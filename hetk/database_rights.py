"""What the account may do by which the database is reached: said by `manage.py check --deploy --database default`."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.db import connections

# What an account of PostgreSQL may hold beyond its own database, in the order of the question.
BEYOND = ("SUPERUSER", "CREATEROLE", "CREATEDB", "BYPASSRLS")
QUESTION = "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = current_user"


def check(app_configs: Any, databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """W034: the account owns its database and can do nothing beyond it. The server itself is asked."""
    held = {name for alias in databases or () for name in _beyond(alias)}
    if not held:
        return []
    return [
        checks.Warning(
            f"The account of the database may do more than Hetk needs: {', '.join(sorted(held))}.",
            hint="Give Hetk one that owns its database and nothing else: createuser hetk; createdb --owner hetk hetk.",
            id="hetk.W034",
        )
    ]


def _beyond(alias: str) -> list[str]:
    connection = connections[alias]
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(QUESTION)
        return [name for name, has in zip(BEYOND, cursor.fetchone(), strict=True) if has]
