"""`make sbom`: what the product is made of, as CycloneDX 1.6, from the metadata of the installed packages.

    python -m bin.sbom [--output artifacts/sbom.json]

Only what the product itself runs on: `requirements.txt` and all that it brings along. The same packages give the same bytes.
"""

import argparse
import json
import re
import sys
import uuid
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from hetk import VERSION

ROOT = Path(__file__).resolve().parent.parent
FORMAT, SPEC = "CycloneDX", "1.6"


def asked(root: Path = ROOT) -> list[Requirement]:
    """What the product names itself."""
    lines = [line.strip() for line in (root / "requirements.txt").read_text().splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def closure(wanted: list[Requirement]) -> dict[str, tuple[Distribution, set[str]]]:
    """Package -> (its metadata, what it needs by name), of everything that is needed here. Raises PackageNotFoundError."""
    found: dict[str, tuple[Distribution, set[str]]] = {}
    extras: dict[str, set[str]] = {}
    waiting = list(wanted)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in found and requirement.extras <= extras[name]:
            continue
        extras.setdefault(name, set()).update(requirement.extras)
        package = distribution(name)
        needs = list(_needs(package, extras[name]))
        found[name] = (package, {canonicalize_name(need.name) for need in needs})
        waiting += needs
    return found


def _needs(package: Distribution, extras: set[str]) -> Iterator[Requirement]:
    for line in package.requires or ():
        need = Requirement(line)
        if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras | {""}):
            yield need


def document(root: Path = ROOT) -> dict[str, Any]:
    packages = closure(asked(root))
    components = [_component(name, package) for name, (package, _) in sorted(packages.items())]
    ours = {"type": "application", "name": "hetk", "version": VERSION, "bom-ref": f"hetk@{VERSION}"}
    refs = {name: _purl(name, package) for name, (package, _) in packages.items()}
    needs = [
        {"ref": refs[name], "dependsOn": sorted(refs[n] for n in named)}
        for name, (_, named) in sorted(packages.items())
    ]
    direct = sorted(refs[canonicalize_name(requirement.name)] for requirement in asked(root))
    told = json.dumps(components, sort_keys=True)
    return {
        "bomFormat": FORMAT,
        "specVersion": SPEC,
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, told)}",
        "version": 1,
        "metadata": {"component": ours},
        "components": components,
        "dependencies": [{"ref": ours["bom-ref"], "dependsOn": direct}, *needs],
    }


def _component(name: str, package: Distribution) -> dict[str, Any]:
    reference = _purl(name, package)
    told: dict[str, Any] = {
        "type": "library",
        "bom-ref": reference,
        "name": package.metadata["Name"],
        "version": package.version,
        "purl": reference,
    }
    if licence := _licence(package):
        told["licenses"] = [{"license": {"name": licence}}]
    return told


def _purl(name: str, package: Distribution) -> str:
    return f"pkg:pypi/{name}@{package.version}"


def _licence(package: Distribution) -> str:
    """In the package's own words: its expression, else its first line, else its classifier."""
    fields = {name: package.metadata[name] for name in package.metadata if name.startswith("License")}
    told = str(fields.get("License-Expression") or fields.get("License") or "")
    if not told or len(told) > 80:
        classifiers = package.metadata.get_all("Classifier") or []
        told = next((c.rpartition(" :: ")[2] for c in classifiers if c.startswith("License ::")), told)
    return re.sub(r"\s+", " ", told)[:80].strip()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="sbom")
    parser.add_argument("--output", type=Path, default=ROOT / "artifacts" / "sbom.json")
    options = parser.parse_args(arguments)
    try:
        told = document()
    except PackageNotFoundError as error:
        print(f"{error.name} is needed and not installed: run `make setup`.", file=sys.stderr)
        return 1
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(told['components'])} components in {options.output.name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
