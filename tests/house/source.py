"""The project's own files, read once."""

import ast
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CODE = ("accounts", "billing", "bin", "hetk", "policy", "sandbox", "sync")
LEFT_OUT = {"migrations", "__pycache__", "node_modules"}


@dataclass(frozen=True)
class Function:
    """One function or method: `place` as path:name, `lines` from def to end without decorators."""

    place: str
    lines: int


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def files(pattern: str, *folders: str) -> list[Path]:
    """Files under `folders` whose name matches, in order; what is generated is left out."""
    found = itertools.chain.from_iterable((ROOT / folder).rglob(pattern) for folder in folders)
    return sorted(path for path in found if not LEFT_OUT & set(path.relative_to(ROOT).parts))


def modules(*folders: str) -> list[Path]:
    return files("*.py", *(folders or CODE))


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path))


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Function(f"{name(path)}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1)


def imports(path: Path) -> Iterator[str]:
    """Dotted names that the module imports, wherever in it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
