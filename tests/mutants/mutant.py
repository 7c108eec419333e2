"""A mutant: one fault in the product, made on purpose, and the tests that are meant to notice."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """`old` stands exactly once in `file`, and `new` in its place breaks `rules` (numbers of `docs/engine.md`).

    tests: what is run first, as pytest names it, `tests/` and `test_` left out: "core/test_brake.py::deletions_wait".
    """

    name: str
    rules: tuple[int, ...]
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    @property
    def nodes(self) -> list[str]:
        return [f"tests/{test.replace('::', '::test_')}" for test in self.tests]

    def applied(self, source: str) -> str:
        """The file with the fault in it. Raises ValueError when the list no longer follows the code."""
        found = source.count(self.old)
        if found != 1:
            raise ValueError(f"{self.name}: the old text stands {found} times in {self.file}")
        return source.replace(self.old, self.new)
