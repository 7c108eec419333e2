"""Who may know whom. The contracts stand in pyproject.toml; what they cannot say is asserted here."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import CODE, ROOT, imports, modules, name, text, tree

CLOCKS_AND_DICE = {"now", "utcnow", "today", "time", "monotonic", "random", "uuid4", "token_bytes", "urandom"}


def test_upper_floors_import_lower_ones_and_never_the_reverse():
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[done.stdout.find("Contracts\n") :]


@pytest.mark.parametrize("path", modules("sync/core"), ids=name)
def test_the_core_imports_the_standard_library_and_itself(path):
    allowed = {*sys.stdlib_module_names, "sync"}
    assert {module for module in imports(path) if module.partition(".")[0] not in allowed} == set()
    assert {
        module for module in imports(path) if module.startswith("sync") and not module.startswith("sync.core")
    } == set()


@pytest.mark.parametrize("path", modules("sync/core"), ids=name)
def test_the_core_has_neither_clock_nor_dice(path):
    called = {
        node.func.attr
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert called & CLOCKS_AND_DICE == set()


def test_no_module_is_a_drawer():
    drawers = {"utils", "util", "helpers", "services", "common", "misc", "signals", "tools"}
    assert [name(path) for path in modules(*CODE, "tests", "bench") if path.stem in drawers] == []


def test_nothing_is_wired_by_signals():
    heard = [
        name(path) for path in modules() for module in imports(path) if "signals" in module or "dispatch" in module
    ]
    assert [place for place in heard if not place.startswith("sandbox")] == []


def _views() -> list[Path]:
    return [path for path in modules("accounts", "sync") if "views" in path.parts or path.stem == "views"]


@pytest.mark.parametrize("path", _views(), ids=name)
def test_a_view_reaches_rows_through_access_functions(path):
    assert ".objects.get(" not in text(path)
    assert "get_object_or_404" not in text(path)


@pytest.mark.parametrize("path", _views(), ids=name)
def test_a_page_is_a_function(path):
    classes = [node.name for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)]
    assert [known for known in classes if known.endswith("View")] == []
    assert ".as_view(" not in text(path)
