"""`make advisories`: whether a known weakness is published about any pinned package. Green only when every package was looked up.

    python -m bin.advisories [--database all.zip]

Asks osv.dev about each pin of the requirements; where no advisory service can be reached, `--database` (or OSV_DATABASE) names a copy
of its database for PyPI, https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip, not older than a week. Exit status: 0 nothing
is known, 1 something is, 2 nothing was audited.
"""

import argparse
import json
import os
import re
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parent.parent
FILES = ("requirements.txt", "requirements-dev.txt", "constraints.txt")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z,]+\])?==([0-9][\w.]*)$")
SERVICE = "https://api.osv.dev/v1/querybatch"
WEEK = 7 * 24 * 3600
SECONDS = 30
# The service takes so many questions at once.
MOST = 500


class NotAudited(Exception):
    """Nothing is known about the packages, neither good nor bad; `str()` says why."""


def pins(root: Path = ROOT) -> dict[str, str]:
    """Package -> version, of everything that is installed."""
    lines = [line.strip() for file in FILES for line in (root / file).read_text().splitlines()]
    return {canonicalize_name(match[1]): match[2] for line in lines if (match := PIN.match(line))}


def ask_service(packages: Mapping[str, str], url: str = SERVICE) -> dict[str, list[str]]:
    """Package -> ids of advisories. Raises NotAudited."""
    found: dict[str, list[str]] = {}
    names = list(packages)
    for at in range(0, len(names), MOST):
        share = names[at : at + MOST]
        questions = [{"package": {"name": n, "ecosystem": "PyPI"}, "version": packages[n]} for n in share]
        answers = _asked(url, {"queries": questions})
        if len(answers) != len(share):
            raise NotAudited("the advisory service answered fewer questions than it was asked")
        for name, answer in zip(share, answers, strict=True):
            found[name] = [known["id"] for known in answer.get("vulns", [])]
    return found


def _asked(url: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            return list(json.load(answer)["results"])
    except (OSError, ValueError, KeyError) as error:
        raise NotAudited(f"the advisory service cannot be reached ({type(error).__name__})") from error


def look_up(packages: Mapping[str, str], database: Path, now: float) -> dict[str, list[str]]:
    """The same from a copy of the database. Raises NotAudited when it is missing, old or no such database."""
    try:
        age = now - database.stat().st_mtime
        advisories = list(_advisories(database))
    except (OSError, zipfile.BadZipFile, ValueError) as error:
        raise NotAudited(f"{database.name} cannot be read as a database of advisories") from error
    if age > WEEK:
        raise NotAudited(f"{database.name} is {age / 86400:.0f} days old; fetch it anew")
    if not advisories:
        raise NotAudited(f"{database.name} holds no advisory")
    found: dict[str, list[str]] = {name: [] for name in packages}
    for advisory in advisories:
        for name in _hit(advisory, packages):
            found[name].append(advisory["id"])
    return found


def _advisories(database: Path) -> Iterator[dict[str, Any]]:
    with zipfile.ZipFile(database) as archive:
        for name in archive.namelist():
            if name.endswith(".json"):
                yield json.loads(archive.read(name))


def _hit(advisory: Mapping[str, Any], packages: Mapping[str, str]) -> set[str]:
    """The packages whose pinned version it is about. One that was withdrawn is about none."""
    if advisory.get("withdrawn"):
        return set()
    hit: set[str] = set()
    for affected in advisory.get("affected", []):
        package = affected.get("package", {})
        name = canonicalize_name(package.get("name", ""))
        if package.get("ecosystem") == "PyPI" and name in packages and is_affected(affected, packages[name]):
            hit.add(name)
    return hit


def is_affected(affected: Mapping[str, Any], version: str) -> bool:
    """Whether a version is named, or lies in a range: https://ossf.github.io/osv-schema/#evaluation"""
    if version in affected.get("versions", []):
        return True
    return any(
        _within(r["events"], Version(version)) for r in affected.get("ranges", []) if r.get("type") == "ECOSYSTEM"
    )


def _within(events: Iterable[Mapping[str, str]], version: Version) -> bool:
    inside = False
    for event in sorted(events, key=_at):
        kind, at = next(iter(event)), _at(event)
        if kind == "introduced" and version >= at:
            inside = True
        elif (kind == "fixed" and version >= at) or (kind == "last_affected" and version > at):
            inside = False
    return inside


def _at(event: Mapping[str, str]) -> Version:
    try:
        return Version(next(iter(event.values())))
    except InvalidVersion:
        # What cannot be ordered counts as the beginning of time: rather one alarm too many.
        return Version("0")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="advisories")
    parser.add_argument("--database", type=Path, default=os.environ.get("OSV_DATABASE"))
    parser.add_argument("--service", default=SERVICE)
    options = parser.parse_args(arguments)
    packages = pins()
    try:
        if options.database:
            found = look_up(packages, Path(options.database), time.time())
        else:
            found = ask_service(packages, options.service)
    except NotAudited as error:
        print(f"NOTHING WAS AUDITED: {error}. Name a copy of the database with OSV_DATABASE=….", file=sys.stderr)
        return 2
    hits = {name: ids for name, ids in found.items() if ids}
    for name, ids in sorted(hits.items()):
        print(f"{name} {packages[name]}: {', '.join(sorted(ids))}")
    print(f"{len(found)} packages audited, {len(hits)} with known weaknesses.")
    return 1 if hits else 0


if __name__ == "__main__":
    sys.exit(main())
