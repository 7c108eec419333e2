"""What a newcomer meets first is there and true."""

import re
import sys
from importlib.metadata import packages_distributions, version

import pytest

from tests.house.source import CODE, ROOT, files, imports, modules, name, text

MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[0].split()
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z,]+\])?==([0-9][\w.]*)$")
PAPERS = [*sorted(ROOT.glob("*.md")), *files("*.md", "docs")]


def _requirements() -> list[tuple[str, str]]:
    lines = [
        (file, line.strip())
        for file in ("requirements.txt", "requirements-dev.txt", "constraints.txt")
        for line in (ROOT / file).read_text().splitlines()
    ]
    return [(file, line) for file, line in lines if line and not line.startswith(("#", "-r "))]


def test_every_package_is_pinned_and_the_pin_is_what_is_installed():
    pins = {line: PINNED.match(line) for _, line in _requirements()}
    assert [line for line, match in pins.items() if match is None] == []
    assert [line for line, match in pins.items() if match and version(match[1]) != match[2]] == []


def test_every_package_is_named_once():
    names = [re.split(r"[\[=]", line)[0].lower().replace("_", "-") for _, line in _requirements()]
    assert sorted(names) == sorted(set(names))


def test_the_readme_says_what_it_is_shows_it_and_names_the_two_commands_on_its_first_screen():
    first = "\n".join((ROOT / "README.md").read_text().splitlines()[:30])
    for expected in ("Hetk", "make run", "make test", "docs/pictures/"):
        assert expected in first


@pytest.mark.parametrize("path", PAPERS, ids=name)
def test_every_link_in_the_papers_leads_somewhere(path):
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", text(path))
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", PAPERS, ids=name)
def test_every_file_that_the_papers_name_exists(path):
    named = re.findall(
        r"`((?:accounts|bench|billing|bin|docs|hetk|sandbox|sync|templates|tests)/[\w/.-]+)`", text(path)
    )
    assert [file for file in named if not (ROOT / file).exists()] == []


@pytest.mark.parametrize("path", PAPERS, ids=name)
def test_every_make_target_that_the_papers_name_exists(path):
    assert {word for word in re.findall(r"`make ([a-z]+)", text(path)) if word not in TARGETS} == set()


def test_make_alone_tells_every_target_in_a_line():
    helped = re.findall(r"^([a-z-]+):.*## \S", MAKEFILE, re.MULTILINE)
    assert sorted(helped) == sorted(TARGETS)


def test_every_package_of_the_product_has_its_reason_written_down():
    reasons = (ROOT / "docs" / "dependencies.md").read_text().lower()
    names = [re.split(r"[\[=]", line)[0].lower() for file, line in _requirements() if file != "constraints.txt"]
    assert [package for package in names if f"`{package}`" not in reasons] == []


def _plain(package: str) -> str:
    return re.split(r"[\[=]", package)[0].lower().replace("_", "-")


def _foreign_imports(*folders: str) -> set[str]:
    """Packages, by the name they are installed under, that modules in `folders` import."""
    ours = {*CODE, "tests", "bench", *sys.stdlib_module_names}
    tops = {module.partition(".")[0] for path in modules(*folders) for module in imports(path)} - ours
    known = packages_distributions()
    # `google` is one name for several packages: whichever of them is pinned will do.
    return {"google-auth" if top == "google" else _plain(known.get(top, [top])[0]) for top in tops}


def test_the_product_imports_only_what_its_own_requirements_name():
    named = {_plain(line) for file, line in _requirements() if file == "requirements.txt"}
    assert _foreign_imports("hetk", "accounts", "sync", "policy", "billing") - named == set()


def test_tests_and_sandbox_import_only_what_is_named():
    named = {_plain(line) for file, line in _requirements() if file != "constraints.txt"}
    assert _foreign_imports("sandbox", "tests", "bench", "bin") - named == set()
