"""A club's own server: a season of matches, a file that anybody may replace."""

from datetime import UTC, datetime, timedelta

from sandbox.feeds import lines

HOST = "feeds.sports.example"
MATCHES = "/matches.ics"
ROUNDS = 12


def season(now: datetime) -> str:
    """A match every Saturday at seven, by no clock in particular: the club plays where it plays."""
    first = (now + timedelta(days=(5 - now.weekday()) % 7)).replace(hour=19, minute=0, second=0, microsecond=0)
    made = ["VERSION:2.0", "PRODID:-//Sports club//Matches//EN", "X-WR-CALNAME:Matches", "X-WR-TIMEZONE:Europe/Tallinn"]
    for number in range(ROUNDS):
        start = first + timedelta(days=7 * number)
        made += lines.component(
            "VEVENT",
            [
                f"UID:match-{number}@{HOST}",
                f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
                f"DTSTART:{start:%Y%m%dT%H%M%S}",
                f"DTEND:{start + timedelta(hours=2):%Y%m%dT%H%M%S}",
                f"SUMMARY:Match {number + 1}",
                "LOCATION:Home ground",
            ],
        )
    return lines.written(lines.component("VCALENDAR", made))
