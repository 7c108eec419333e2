"""The in-memory cloud as a CalDAV server without sync tokens: changes are found by comparing, and names come free again."""

from datetime import UTC, date, datetime

import pytest

from sync.core.event import Content, Timed
from sync.providers.base import Insert, Page, Span, Token
from sync.providers.errors import CursorLost, Exists
from sync.providers.memory import LIKE_CALDAV, LIKE_GOOGLE, LIKE_OLD_CALDAV, Manner, MemoryCloud, MemoryProvider

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SPAN = Span(date(2026, 1, 1), date(2027, 1, 1))
LUNCH = Content(title="Lunch", when=Timed(NOW, NOW.replace(hour=10), "UTC"))


def nobody(*, renew: bool = False) -> str:
    return ""


def opened(manner: Manner, token: Token = nobody) -> tuple[MemoryProvider, str]:
    cloud = MemoryCloud(lambda: NOW)
    cloud.account("alice@home.example", manner)
    return MemoryProvider(cloud, "alice@home.example", token), cloud.calendar("alice@home.example", "Home")


def read(provider: MemoryProvider, calendar: str, cursor: str = "") -> Page:
    (page,) = provider.read(calendar, cursor, SPAN)
    return page


@pytest.mark.parametrize(("manner", "told"), [(LIKE_CALDAV, ["ev-4"]), (LIKE_OLD_CALDAV, [])])
def test_what_came_and_went_between_two_lists_is_told_by_a_sync_token_alone(manner, told):
    provider, calendar = opened(manner)
    provider.cloud.create(calendar, LUNCH)
    cursor = read(provider, calendar).cursor
    provider.cloud.delete(calendar, provider.cloud.create(calendar, LUNCH))
    assert read(provider, calendar, cursor).removed == told
    provider.cloud.delete(calendar, "ev-2")
    assert "ev-2" in read(provider, calendar, cursor).removed


def test_a_list_of_names_is_never_lost_and_a_sync_token_is():
    for manner in (LIKE_CALDAV, LIKE_OLD_CALDAV):
        provider, calendar = opened(manner)
        cursor = read(provider, calendar).cursor
        provider.cloud.lose_cursors(calendar)
        provider.cloud.create(calendar, LUNCH)
        if manner is LIKE_CALDAV:
            with pytest.raises(CursorLost):
                read(provider, calendar, cursor)
        else:
            assert [event.content for event in read(provider, calendar, cursor).events] == [LUNCH]


@pytest.mark.parametrize(("manner", "free"), [(LIKE_CALDAV, True), (LIKE_GOOGLE, False)])
def test_the_name_of_a_deleted_copy_is_free_again_only_where_it_is_a_path(manner, free):
    provider, calendar = opened(manner)
    insert = Insert(key="key", mark="mark", content=LUNCH)
    (first,) = provider.write(calendar, [insert])
    (second,) = provider.write(calendar, [insert])
    assert isinstance(second.error, Exists)
    assert first.event
    provider.cloud.delete(calendar, first.event.id)
    (third,) = provider.write(calendar, [insert])
    assert (third.error is None) is free
