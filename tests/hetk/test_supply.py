"""What the product is made of: an inventory that is whole, and an audit that is never green without having looked."""

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bin import advisories, sbom

PACKAGE, VERSION = "django", advisories.pins()["django"]
Make = Callable[..., Path]


def advisory(id: str, *events: dict[str, str], name: str = "Django", **more: Any) -> dict[str, Any]:
    affected = {
        "package": {"name": name, "ecosystem": "PyPI"},
        "ranges": [{"type": "ECOSYSTEM", "events": list(events)}],
    }
    return {"id": id, "affected": [affected], **more}


OLD = advisory("OLD-1", {"introduced": "0"}, {"fixed": "2.0"})
OPEN = advisory("OPEN-1", {"introduced": "1.0"})


@pytest.fixture
def database(tmp_path: Path) -> Make:
    def make(*told: dict[str, Any], days: float = 0) -> Path:
        path = tmp_path / "all.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for entry in told:
                archive.writestr(f"{entry['id']}.json", json.dumps(entry))
        then = path.stat().st_mtime - days * 86_400
        os.utime(path, (then, then))
        return path

    return make


def run(path: Path, capsys: Any) -> tuple[int, str]:
    status = advisories.main(["--database", str(path)])
    told = capsys.readouterr()
    return status, told.out + told.err


def test_a_weakness_that_was_mended_before_our_version_is_none(database, capsys):
    status, told = run(database(OLD), capsys)
    assert status == 0
    assert f"{len(advisories.pins())} packages audited, 0 with known weaknesses." in told


@pytest.mark.parametrize(
    "entry",
    [
        OPEN,
        advisory("OPEN-1", {"introduced": "0"}, {"last_affected": VERSION}),
        {"id": "OPEN-1", "affected": [{"package": {"name": "django", "ecosystem": "PyPI"}, "versions": [VERSION]}]},
    ],
    ids=["open range", "last affected", "named version"],
)
def test_a_weakness_of_our_version_is_red_and_named(database, capsys, entry):
    status, told = run(database(OLD, entry), capsys)
    assert status == 1
    assert f"{PACKAGE} {VERSION}: OPEN-1" in told


@pytest.mark.parametrize(
    "entry", [advisory("OPEN-1", {"introduced": "0"}, name="not-ours"), {**OPEN, "withdrawn": "2026-01-01"}]
)
def test_what_is_about_others_or_withdrawn_is_none_of_ours(database, capsys, entry):
    assert run(database(OLD, entry), capsys)[0] == 0


def test_an_old_database_is_no_audit(database, capsys):
    status, told = run(database(OLD, days=8), capsys)
    assert (status, "NOTHING WAS AUDITED" in told) == (2, True)


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_what_is_no_database_is_no_audit(tmp_path, capsys, content):
    path = tmp_path / "all.zip"
    path.write_bytes(content)
    assert run(path, capsys)[0] == 2
    assert run(tmp_path / "missing.zip", capsys)[0] == 2


def test_an_empty_database_is_no_audit(database, capsys):
    assert run(database(), capsys)[0] == 2


def test_a_service_that_cannot_be_reached_is_no_audit(capsys):
    assert advisories.main(["--service", "http://127.0.0.1:9/"]) == 2
    assert "NOTHING WAS AUDITED" in capsys.readouterr().err


def test_the_inventory_names_everything_the_product_needs_and_nothing_of_the_tests():
    told = sbom.document()
    pinned = advisories.pins()
    names = {c["purl"].removeprefix("pkg:pypi/").partition("@")[0]: c["version"] for c in told["components"]}
    assert {str(r.name).lower() for r in sbom.asked()} <= set(names)
    assert "pytest" not in names
    assert {name: version for name, version in names.items() if pinned.get(name) != version} == {}
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    refs = {c["bom-ref"] for c in told["components"]}
    assert {r for d in told["dependencies"] for r in d["dependsOn"]} <= refs


def test_the_same_packages_give_the_same_inventory():
    assert sbom.document() == sbom.document()
