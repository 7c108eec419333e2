import pytest

from tests.histories import battery


@pytest.mark.timeout(1200)
def test_no_history_loses_doubles_leaks_or_mails_anything_and_all_of_it_happens(django_db_blocker):
    with django_db_blocker.unblock():
        total = battery.played(1)
    assert total.violations == {}
    assert battery.wanting(1, total) == {}
