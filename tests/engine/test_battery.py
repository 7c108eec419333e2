"""What the histories of a run are asked for, together."""

from collections import Counter

from tests.engine.figures import Sum
from tests.histories import battery


def share(*names: str) -> Sum:
    total = Sum()
    total.histories = Counter(dict.fromkeys(names, battery.LEAST))
    return total


def test_the_last_share_to_end_asks_whether_everything_happened_in_any_of_them(monkeypatch, tmp_path):
    monkeypatch.setattr(battery, "RUN", str(tmp_path.name))
    first, second, *others = battery.names()
    rest = share(*others)
    assert [battery.wanting(number, rest) for number in (2, 0, 3)] == [{}, {}, {}]
    assert battery.wanting(1, share(first)) == {second: 0}
    # Another run begins anew.
    assert [battery.wanting(number, share()) for number in (0, 1, 2)] == [{}, {}, {}]
    assert battery.wanting(3, share(first, second, *others)) == {}
