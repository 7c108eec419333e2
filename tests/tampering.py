"""What somebody who owns the database could do to it."""

from django.db import connection


def raw(statement: str, *values: int | str) -> None:
    """Behind the back of everybody, by somebody who owns the database: the guard is taken off first."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE accounts_chainentry DISABLE TRIGGER chain_entries_stay")
        else:
            cursor.execute("DROP TRIGGER IF EXISTS chain_entries_stay")
        cursor.execute(statement, values)
