"""Which files are begun first when several processes share the tests: the long ones, so that none is still at one when all others are done.

Those that wait for pages, processes and clocks stand between those that only calculate. After them come the others, those with most
tests first. `make test` tells xdist to keep this order.
"""

from collections import Counter

import pytest

LONG = (
    "histories/test_share_0.py",
    "browser/test_pages.py",
    "histories/test_share_1.py",
    "browser/test_journey.py",
    "histories/test_share_2.py",
    "end_to_end/test_storm.py",
    "histories/test_share_3.py",
    "end_to_end/test_crowd.py",
    "engine/test_sweep.py",
    "hetk/test_keeper.py",
    "engine/test_post_office.py",
    "browser/test_foretold.py",
    "engine/test_simulation.py",
    "browser/test_support_day.py",
    "core/test_plan_laws.py",
    "hetk/test_prepare.py",
    "browser/test_billing.py",
    "browser/test_plain.py",
    "browser/test_passkeys.py",
    "providers/test_caldav.py",
    "cyrus/test_contract.py",
    "cyrus/test_pairs.py",
)
_PLACES = {f"tests/{name}": place for place, name in enumerate(LONG)}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items[:] = ordered(items)


def ordered(items: list[pytest.Item]) -> list[pytest.Item]:
    """The tests file by file; within a file they stay as they are."""
    files = [item.nodeid.partition("::")[0] for item in items]
    sizes = Counter(files)
    places = sorted(sizes, key=lambda file: (_PLACES.get(file, len(LONG)), -sizes[file]))
    rank = {file: place for place, file in enumerate(places)}
    return [items[number] for number in sorted(range(len(items)), key=lambda number: rank[files[number]])]
