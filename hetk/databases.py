"""What Django must know of each kind of database that Hetk runs on."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

# A process that hangs in the middle of a transaction keeps nobody waiting for ever.
TIMEOUTS = "-c lock_timeout=20s -c idle_in_transaction_session_timeout=60s"


def sqlite(path: str, var_dir: Path) -> dict[str, Any]:
    """One file. Immediate transactions: a deferred one that reads and then writes fails under a second writer."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,
        # A file for tests too: the threads of a database in memory could not see each other's rows.
        "TEST": {"NAME": str(var_dir / "test.sqlite3")},
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # A worker speaks some hundred different ones, and Python would keep 128 of them ready.
            "cached_statements": 1000,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY;",
        },
    }


def postgres(address: str) -> dict[str, Any]:
    """A server, by an address such as postgresql://user:password@host/name?sslmode=verify-full; {} for "".

    No pool of connections: processes that fork would share its sockets.
    https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING
    """
    if not address:
        return {}
    parts = _parts(address)
    database = parts.pop("dbname", "")
    if not database or not address.startswith(("postgresql://", "postgres://")):
        # The address is not quoted: a password may stand in it.
        raise ImproperlyConfigured("HETK_DATABASE_URL must be an address such as postgresql://user:password@host/name.")
    ours = {"USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database,
        **{theirs: parts.pop(word, "") for theirs, word in ours.items()},
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "hetk", "connect_timeout": "10", "options": TIMEOUTS, **parts},
    }


def _parts(address: str) -> dict[str, str]:
    # Only those who use it need its library.
    from psycopg import Error
    from psycopg.conninfo import conninfo_to_dict

    try:
        return {key: str(value) for key, value in conninfo_to_dict(address).items()}
    except Error:
        return {}
