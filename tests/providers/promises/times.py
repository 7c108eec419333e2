"""Times, there and back."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from sync.core.event import AllDay, Timed, When
from sync.providers.base import Span
from tests.providers.promises.outside import Spoken, insert

# The span that holds the table's dates, whatever today is.
THEN = Span(date(2026, 12, 1), date(2028, 1, 1))


class Times(Spoken):
    @pytest.mark.parametrize(
        "when",
        [
            *(
                Timed(
                    datetime.fromisoformat(start).replace(tzinfo=UTC),
                    datetime.fromisoformat(end).replace(tzinfo=UTC),
                    zone,
                )
                for start, end, zone in (
                    ("2027-01-05T09:00", "2027-01-05T10:00", "UTC"),
                    ("2027-01-05T08:00", "2027-01-05T09:00", "Europe/Tallinn"),
                    # The night the clocks go forward and the night they go back: the hours that do not exist or exist twice.
                    ("2027-03-28T00:30", "2027-03-28T01:30", "Europe/Berlin"),
                    ("2027-03-27T23:00", "2027-03-28T03:00", "Europe/Berlin"),
                    ("2027-10-31T00:30", "2027-10-31T01:30", "Europe/Berlin"),
                    ("2027-10-31T01:15", "2027-10-31T01:45", "Europe/Berlin"),
                    ("2027-03-14T09:30", "2027-03-14T10:30", "America/Los_Angeles"),
                    ("2027-11-07T08:30", "2027-11-07T09:30", "America/New_York"),
                    # Odd offsets, and zones on the far sides of the date line.
                    ("2027-05-01T03:45", "2027-05-01T04:45", "Asia/Kathmandu"),
                    ("2027-05-01T10:00", "2027-05-01T11:00", "Pacific/Auckland"),
                    ("2027-05-01T10:00", "2027-05-01T11:00", "Asia/Kolkata"),
                    # Midnight edges: a day long and not whole days; into the next day; a moment before midnight.
                    ("2027-05-01T22:00", "2027-05-02T22:00", "Europe/Berlin"),
                    ("2027-05-01T00:00", "2027-05-02T00:00", "UTC"),
                    ("2027-05-01T23:30", "2027-05-02T00:30", "UTC"),
                    ("2027-05-01T23:59", "2027-05-02T00:00", "UTC"),
                )
            ),
            AllDay(date(2027, 3, 28), date(2027, 3, 29)),
            AllDay(date(2027, 10, 31), date(2027, 11, 2)),
            AllDay(date(2026, 12, 31), date(2027, 1, 1)),
            AllDay(date(2027, 2, 28), date(2027, 3, 1)),
        ],
        ids=str,
    )
    def test_times_come_back_exactly(self, when: When) -> None:
        made = self.wrote(insert(1, when=when))
        for back in (
            made.content.when,
            self.got(made.id).content.when,
            self.read(span=THEN).events[made.id].content.when,
        ):
            assert (back.start, back.end) == (when.start, when.end)
            if isinstance(when, AllDay) or self.outside.zones_kept:
                assert back == when
            else:
                self.same_clock(when, back)

    def same_clock(self, when: Timed, back: When) -> None:
        """Another name for the zone is fine where its clock shows the same; UTC where the clock shows an hour twice."""
        assert isinstance(back, Timed)
        walls = [moment.astimezone(ZoneInfo(when.zone)) for moment in (when.start, when.end)]
        if any(wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset() for wall in walls):
            assert back.zone == "UTC"
        else:
            assert [wall.astimezone(ZoneInfo(back.zone)).replace(tzinfo=None) for wall in walls] == [
                wall.replace(tzinfo=None) for wall in walls
            ]
