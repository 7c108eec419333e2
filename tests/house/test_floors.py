"""Who may know whom. The contracts stand in pyproject.toml; what they cannot say is asserted here."""

import ast
import subprocess
import sys
from pathlib import Path

from tests.house.source import CODE, ROOT, imports, modules, name, text, tree

CLOCKS_AND_DICE = {"now", "utcnow", "today", "time", "monotonic", "random", "uuid4", "token_bytes", "urandom"}


def test_upper_floors_import_lower_ones_and_never_the_reverse():
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[done.stdout.find("Contracts\n") :]


CORE = modules("sync/core")


def test_the_core_imports_the_standard_library_and_itself():
    seen = {module for path in CORE for module in imports(path)}
    foreign = {module for module in seen if module.partition(".")[0] not in sys.stdlib_module_names}
    assert {module for module in foreign if not module.startswith("sync.core")} == set()


def test_the_core_has_neither_clock_nor_dice():
    calls = [(name(path), node.func) for path in CORE for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    called = [(place, call.attr) for place, call in calls if isinstance(call, ast.Attribute)]
    assert [(place, verb) for place, verb in called if verb in CLOCKS_AND_DICE] == []


def test_no_module_is_a_drawer():
    drawers = {"utils", "util", "helpers", "services", "common", "misc", "signals", "tools"}
    assert [name(path) for path in modules(*CODE, "tests", "bench") if path.stem in drawers] == []


def test_nothing_is_wired_by_signals():
    seen = [
        (name(path), module)
        for path in modules("hetk", "accounts", "sync", "policy", "billing")
        for module in imports(path)
    ]
    assert [place for place, module in seen if "signals" in module or module.startswith("django.dispatch")] == []


VIEWS = [
    path for path in modules("accounts", "sync", "policy", "billing") if "views" in path.parts or path.stem == "views"
]


def test_views_reach_rows_through_access_functions():
    assert VIEWS
    assert [name(path) for path in VIEWS if ".objects.get(" in text(path) or "get_object_or_404" in text(path)] == []


def test_pages_are_functions():
    classes = [
        (name(path), node.name) for path in VIEWS for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)
    ]
    assert [known for known in classes if known[1].endswith("View")] == []
    assert [name(path) for path in VIEWS if ".as_view(" in text(path)] == []
