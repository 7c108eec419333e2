"""Tests have one name, whoever collects them and whenever: processes that share them compare their lists."""

import ast

from tests.house.source import modules, name, tree

CLOCK_OR_CHANCE = {"time", "now", "today", "localdate", "random", "randint", "choice", "uuid4", "token_hex", "getpid"}


def _called(decorator: ast.expr) -> set[str]:
    """Names of what is called while the module is read, not later when the test runs."""
    later = {node for lazy in ast.walk(decorator) if isinstance(lazy, ast.Lambda) for node in ast.walk(lazy)}
    functions = [node.func for node in ast.walk(decorator) if isinstance(node, ast.Call) and node not in later]
    return {
        function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "") for function in functions
    }


def test_no_parameter_of_a_test_comes_from_the_clock_or_from_chance():
    decorators = [
        (f"{name(path)}:{node.name}", decorator)
        for path in modules("tests")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
    ]
    assert len(decorators) > 500
    assert [place for place, decorator in decorators if _called(decorator) & CLOCK_OR_CHANCE] == []
