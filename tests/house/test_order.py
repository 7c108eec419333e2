from collections import Counter
from types import SimpleNamespace
from typing import Any

from tests.house.source import ROOT
from tests.order import LONG, ordered


def test_every_file_that_is_begun_first_exists():
    assert [name for name in LONG if not (ROOT / "tests" / name).exists()] == []


def test_long_files_come_first_then_those_with_most_tests_and_none_is_torn_apart():
    ids = [
        "tests/a.py::1",
        f"tests/{LONG[1]}::x",
        "tests/b.py::1",
        "tests/b.py::2",
        f"tests/{LONG[0]}::y",
        "tests/a.py::2",
        "tests/b.py::0",
    ]
    items: list[Any] = [SimpleNamespace(nodeid=id) for id in ids]
    came = [item.nodeid for item in ordered(items)]
    assert came == [f"tests/{LONG[0]}::y", f"tests/{LONG[1]}::x", *ids[2:4], ids[6], ids[0], ids[5]]
    assert Counter(came) == Counter(ids)
