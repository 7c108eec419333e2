"""What `deploy/` starts, copies and watches is there: unit files, image, compose file and alert rules, against the project itself."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, get_commands, load_command_class
from django.urls import reverse

from hetk.database_rights import BEYOND
from hetk.metrics import Gauges
from sync.condition import BEHIND, LEAST, OLD_BACKUP, SOME
from sync.measured import Kindred, Measurements, Spread
from sync.store.heartbeats import LATE
from tests.house.source import ROOT, text

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [path for path in UNITS if path.suffix == ".service"]
IMAGE = (DEPLOY / "Containerfile").read_text()
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
RULES = yaml.safe_load((DEPLOY / "prometheus" / "hetk.rules.yml").read_text())["groups"][0]["rules"]
RUNNING = ROOT / "docs" / "running.md"
HOME = "/srv/hetk"


def commands() -> list[tuple[str, list[str]]]:
    """(where it stands, its words) of everything that is started anywhere."""
    found = [
        (path.name, shlex.split(line))
        for path in SERVICES
        for line in re.findall(r"^ExecStart=(.+)$", path.read_text(), re.MULTILINE)
    ]
    found += [("Containerfile", yaml.safe_load(line)) for line in re.findall(r"^CMD (.+)$", IMAGE, re.MULTILINE)]
    found += [
        (f"compose.yaml: {name}", service["command"])
        for name, service in COMPOSE["services"].items()
        if "command" in service
    ]
    return found


@pytest.mark.parametrize(("place", "words"), commands(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_command_exists_and_takes_its_words(place, words):
    program = Path(words[0]).name
    if program == "python":
        assert (ROOT / words[1]).exists()
        _parsed(words[2:])
    else:
        assert program == "granian"
        assert "granian==" in (ROOT / "requirements.txt").read_text()
        module, _, name = words[-1].partition(":")
        assert f"{name} = " in (ROOT / f"{module.replace('.', '/')}.py").read_text()
        assert [word for word in words if word.startswith("--")] == _known_to_granian(words)


def _parsed(words: list[str]) -> None:
    """By the command's own parser, which ends the process at a word that it does not know."""
    found = get_commands()[words[0]]
    command = load_command_class(found, words[0]) if isinstance(found, str) else found
    command.create_parser("manage.py", words[0]).parse_args(words[1:])


def _known_to_granian(words: list[str]) -> list[str]:
    from granian.cli import cli

    known = {option for parameter in cli.params for option in [*parameter.opts, *parameter.secondary_opts]}
    return [word for word in words if word in known]


def test_a_word_that_a_command_does_not_know_would_be_noticed():
    with pytest.raises(CommandError, match="thread-count"):
        _parsed(["keep", "worker", "--thread-count", "4"])


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_every_service_runs_as_nobody_special_in_one_place_with_one_file_of_settings(path):
    unit = path.read_text()
    for line in (
        "User=hetk",
        f"WorkingDirectory={HOME}",
        "EnvironmentFile=/etc/hetk.env",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
    ):
        assert f"\n{line}\n" in unit, line


@pytest.mark.parametrize("name", ["hetk-worker@.service", "hetk-timetable.service"])
def test_what_keeps_a_group_has_the_signal_alone_and_the_time_to_end_it(name):
    from sync.management.commands.keep import GRACE

    unit = (DEPLOY / "systemd" / name).read_text()
    assert "\nKillMode=mixed\n" in unit
    (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
    assert int(seconds) > GRACE
    service = name.removeprefix("hetk-").partition(".")[0].rstrip("@")
    assert int(COMPOSE["services"][service]["stop_grace_period"].rstrip("s")) > GRACE


def test_every_timer_has_its_service_and_the_target_wants_what_is_there():
    names = {path.name for path in UNITS}
    assert {path.with_suffix(".service").name for path in UNITS if path.suffix == ".timer"} <= names
    (wanted,) = re.findall(r"^Wants=(.+)$", (DEPLOY / "systemd" / "hetk.target").read_text(), re.MULTILINE)
    assert {re.sub(r"@\d+", "@", name) for name in wanted.split()} <= names


def test_systemd_finds_nothing_to_say_about_the_units(tmp_path):
    """Where it is installed. The programs that they name stand in another folder here."""
    assert len(UNITS) >= 9
    analyze = shutil.which("systemd-analyze")
    for path in UNITS:
        unit = (
            path.read_text()
            .replace(f"{HOME}/.venv/bin/", "/usr/bin/")
            .replace("/usr/bin/granian", "/usr/bin/env granian")
        )
        unit = unit.replace("/usr/bin/python ", "/usr/bin/env python ")
        (tmp_path / path.name.replace("@.", "@1.")).write_text(unit)
    files = sorted(tmp_path.iterdir())
    if analyze:
        done = subprocess.run(
            [analyze, "verify", "--man=no", *files], capture_output=True, text=True, check=False, cwd=tmp_path
        )
        told = [line for line in done.stderr.splitlines() if "hetk" in line and "etc/hetk.env" not in line]
        assert told == []


def test_the_image_copies_what_is_there_and_all_that_the_product_is_made_of():
    sources = {word for line in re.findall(r"^COPY (.+)$", IMAGE, re.MULTILINE) for word in line.split()[:-1]}
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert sources == {
        "requirements.txt",
        "constraints.txt",
        "manage.py",
        "hetk",
        "accounts",
        "sync",
        "policy",
        "billing",
        "templates",
    }


def test_the_image_is_the_same_install_as_everywhere_else():
    setup = (ROOT / "bin" / "setup").read_text()
    assert "-r requirements-dev.txt -c constraints.txt" in setup
    assert "-r requirements.txt -c constraints.txt" in IMAGE
    (papers,) = re.findall(r"bin/system-packages (libpango.+?) \|\|", setup)
    assert set(papers.split()) <= set(IMAGE.split())
    assert re.findall(r"^FROM docker\.io/library/python:3\.(1[1-9])-slim", IMAGE, re.MULTILINE)


def test_the_image_runs_as_nobody_special_who_can_write_in_one_place():
    lines = [line for line in IMAGE.splitlines() if re.match("[A-Z]+ ", line)]
    (user,) = [place for place, line in enumerate(lines) if line.startswith("USER ")]
    assert lines[user] == "USER hetk"
    assert int(re.findall(r"useradd .*--uid (\d+) hetk", IMAGE)[0]) >= 10_000
    # What is copied belongs to root, and nothing is done after it as anybody else.
    assert {line.split()[0] for line in lines[user + 1 :]} == {"VOLUME", "EXPOSE", "STOPSIGNAL", "CMD"}
    assert "--chown" not in IMAGE
    assert "VOLUME /var/lib/hetk" in lines
    for name, service in COMPOSE["services"].items():
        if name != "database":
            assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"]), name
            assert service["security_opt"] == ["no-new-privileges:true"], name
            assert service["volumes"] == ["hetk:/var/lib/hetk"], name
        assert "privileged" not in service, name


def test_compose_asks_the_site_and_the_database_whether_they_are_well_before_others_rely_on_them():
    services = COMPOSE["services"]
    assert reverse("health") in services["web"]["healthcheck"]["test"][-1]
    assert "pg_isready" in services["database"]["healthcheck"]["test"]
    assert {one["condition"] for one in services["worker"]["depends_on"].values()} == {
        "service_healthy",
        "service_completed_successfully",
    }
    assert services["web"]["ports"] == ["127.0.0.1:8000:8000"]
    assert "ports" not in services["database"]


def test_compose_starts_the_same_processes_and_hands_them_what_the_settings_know():
    services = COMPOSE["services"]
    assert set(services) == {"prepare", "web", "worker", "timetable", "database"}
    handed = {
        name for service in services.values() for name in service.get("environment", {}) if name.startswith("HETK_")
    }
    handed |= set(re.findall(r"HETK_\w+", "\n".join(path.read_text() for path in SERVICES) + IMAGE))
    known = {text(path) for path in [ROOT / "hetk" / "settings.py", ROOT / "hetk" / "company.py"]}
    assert [name for name in handed if not any(f'"{name.removesuffix("_FILE")}"' in source for source in known)] == []
    least = re.findall(r"PostgreSQL (\d+) or later", RUNNING.read_text())
    assert int(services["database"]["image"].rpartition(":")[2]) >= int(least[0])


def measured() -> dict[str, set[str]]:
    """Every gauge -> its labels, from measurements that leave none out."""
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    spread = {("google", "microsoft"): Spread(1, 1, 1, 1)}
    found = Measurements(
        at=now,
        kinds={"google": Kindred()},
        last_hour=spread,
        last_day=spread,
        worker_at=now,
        timetable_at=now,
        backup_at=now,
    )
    return {
        family.name: {label for sample in family.samples for label in sample.labels}
        for family in Gauges(found).collect()
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_figures_that_there_are_by_labels_that_they_have(rule):
    gauges = measured() | {"up": {"job"}}
    asked = re.findall(r"\b(hetk_\w+|up)\b(?:\{([^}]*)\})?", rule["expr"])
    assert asked
    for name, labels in asked:
        assert name in gauges, name
        assert set(re.findall(r"(\w+)=", labels)) <= gauges[name], name
    for label in re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]):
        assert any(label in gauges[name] for name, _ in asked), label


def test_alerts_and_pages_speak_of_the_same_limits():
    by_name = {rule["alert"]: rule["expr"] for rule in RULES}
    late = int(LATE.total_seconds())
    assert f"> {late} " in by_name["HetkWorkerSilent"]
    assert f"> {late} " in by_name["HetkTimetableSilent"]
    assert by_name["HetkBackupOld"].endswith(f"> {int(OLD_BACKUP.total_seconds())}")
    assert by_name["HetkBehind"].endswith(f"> {int(BEHIND.total_seconds())}")
    for name in ("HetkProviderFailing", "HetkProviderThrottling"):
        assert f">= {LEAST} and" in by_name[name]
        assert f"> {SOME} *" in by_name[name]


def test_every_alert_is_explained_to_whoever_it_wakes():
    paper = (ROOT / "docs" / "alerts.md").read_text()
    assert set(re.findall(r"^\| `(Hetk\w+)` \|", paper, re.MULTILINE)) == {rule["alert"] for rule in RULES}
    assert {rule["labels"]["severity"] for rule in RULES} == {"page", "ticket"}


def test_the_image_of_the_database_makes_hetk_an_account_without_rights_beyond_its_own():
    database = COMPOSE["services"]["database"]
    assert "POSTGRES_USER" not in database["environment"]
    assert "./postgres/account.sh:/docker-entrypoint-initdb.d/account.sh:ro" in database["volumes"]
    # While it makes itself ready it listens on its socket alone, and Hetk's account is not there yet.
    assert "127.0.0.1" in database["healthcheck"]["test"]
    script = (DEPLOY / "postgres" / "account.sh").read_text()
    for right in BEYOND:
        assert f" NO{right}" in script, right
    for name, service in COMPOSE["services"].items():
        assert ("database_owner" in service["secrets"]) == (name == "database"), name
    assert set(COMPOSE["secrets"]) == {"database", "database_owner", "database_url"}
