"""Where the rows are: one file by default, a server by its address, and a wrong address is told without its password."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from bin.postgres import NotStarted, Server
from hetk import checks, databases
from tests.outside import ROOT
from tests.postgres import server


def test_without_an_address_it_is_the_file():
    assert databases.postgres("") == {}


def test_an_address_says_where_the_server_is_and_how_it_is_reached():
    found = databases.postgres("postgresql://hetk:s%40crt@db.example:6432/calendars?sslmode=verify-full")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == ("hetk", "s@crt", "db.example", "6432")
    assert found["NAME"] == "calendars"
    assert found["OPTIONS"]["sslmode"] == "verify-full"
    assert "lock_timeout" in found["OPTIONS"]["options"]
    assert "pool" not in found["OPTIONS"]


@pytest.mark.parametrize(
    "address",
    ["postgresql://hetk:geheim@db.example/", "mysql://hetk:geheim@db/x", "geheim", "postgresql://%zz:geheim@/x"],
)
def test_a_wrong_address_is_told_by_the_variables_name_and_never_quoted(address):
    with pytest.raises(ImproperlyConfigured, match="HETK_DATABASE_URL") as refused:
        databases.postgres(address)
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "ids"),
    [
        ("postgresql://hetk@db.example/hetk", ["hetk.W032"]),
        ("postgresql://hetk@db.example/hetk?sslmode=prefer", ["hetk.W032"]),
        ("postgresql://hetk@db.example/hetk?sslmode=verify-full", []),
        ("postgresql://hetk@127.0.0.1/hetk", []),
        ("postgresql://hetk@/hetk?host=/run/postgresql", []),
    ],
)
def test_a_database_on_another_machine_is_reached_by_tls_or_warned_of(settings, address, ids):
    settings.POSTGRES = databases.postgres(address)
    assert [found.id for found in checks.check_database(None)] == ids


def test_an_installation_on_postgresql_is_prepared_by_the_same_command(tmp_path):
    server().create("prepared")
    surroundings = {**os.environ, "HETK_DATABASE_URL": server().url("prepared"), "HETK_VAR_DIR": str(tmp_path / "var")}
    command = [sys.executable, "manage.py", "prepare"]
    done = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with psycopg.connect(server().url("prepared")) as database:
        known = database.execute("SELECT name FROM django_migrations").fetchall()
        assert len(known) > 20
        groups = {name for (name,) in database.execute("SELECT name FROM auth_group")}
        assert groups == {"look", "act", "billing"}
    database.close()
    server().drop("prepared")


def test_the_place_of_the_usual_database_is_taken_by_postgresql(postgres):
    assert connection.vendor == "postgresql"


def test_a_server_keeps_its_data_from_one_start_to_the_next(tmp_path):
    first = Server(tmp_path, careless=True)
    first.start()
    first.create("kept")
    first.stop()
    second = Server(tmp_path, careless=True)
    second.start()
    try:
        # Refused if it were not there.
        second.drop("kept")
    finally:
        second.stop()
    assert [path.name.split("-")[0] for path in tmp_path.iterdir()] == ["postgres"]


def test_a_server_that_does_not_start_says_why(tmp_path):
    made = Server(tmp_path, careless=True)
    made.start()
    made.stop()
    (folder,) = tmp_path.iterdir()
    (folder / "postgresql.conf").write_text("no such setting = 1")
    with pytest.raises(NotStarted, match="did not start"):
        Server(tmp_path).start()


LESSER = "lesser_hetk"


def deploy_check(address: str, folder: Path) -> str:
    """What `manage.py check` says of the account, as `hetk-prepare` asks it."""
    surroundings = {**os.environ, "HETK_DATABASE_URL": address, "HETK_VAR_DIR": str(folder)}
    command = [sys.executable, "manage.py", "check", "--deploy", "--database", "default", "--tag", "database"]
    done = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


def made_by_the_script(folder: Path) -> str:
    """Runs what PostgreSQL's image runs, with other names; the address of the account that it makes."""
    (folder / "password").write_text("qkanarix")
    script = (ROOT / "deploy" / "postgres" / "account.sh").read_text()
    for ours, here in (
        (" hetk ", f" {LESSER} "),
        ("/run/secrets/database", str(folder / "password")),
        (" postgres ", " hetk "),
    ):
        assert ours in script
        script = script.replace(ours, here, 1 if ours == " postgres " else -1)
    host = server().url("").partition("host=")[2]
    subprocess.run(["sh", "-c", script], env={**os.environ, "PGHOST": host}, check=True)
    return server().url(LESSER).replace("//hetk@", f"//{LESSER}@")


def test_an_account_that_may_do_more_than_its_own_database_is_warned_of_and_a_plain_owner_is_not(tmp_path):
    address = made_by_the_script(tmp_path)
    try:
        said = deploy_check(server().url(LESSER), tmp_path)
        assert "hetk.W034" in said
        assert "SUPERUSER" in said
        assert "W034" not in deploy_check(address, tmp_path)
        with psycopg.connect(address) as plain:
            plain.execute("CREATE TABLE own (number int)")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                plain.execute("CREATE ROLE another")
        plain.close()
    finally:
        server().drop(LESSER)
        with psycopg.connect(server().url("postgres"), autocommit=True) as mighty:
            mighty.execute(f"DROP ROLE {LESSER}")
        mighty.close()
