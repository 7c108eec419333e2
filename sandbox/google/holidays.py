"""The holidays that Google publishes for everybody to read."""

from datetime import date, datetime, timedelta

from sandbox.google.store import Calendar, Item, told

DAYS = ((1, 1, "New Year’s Day"), (2, 24, "Independence Day"), (6, 24, "Midsummer Day"), (12, 25, "Christmas Day"))


def add_holidays(calendar: Calendar, now: datetime) -> None:
    """Last year's, this year's and the next two years' holidays."""
    for year in range(now.year - 1, now.year + 3):
        for month, day, name in DAYS:
            on = date(year, month, day)
            id = f"{on:%Y%m%d}_{len(name):02d}holiday"
            who = {"email": calendar.id, "displayName": calendar.summary}
            fields = {
                "id": id,
                "status": "confirmed",
                "created": told(now),
                "summary": name,
                "creator": who,
                "organizer": who,
                "start": {"date": on.isoformat()},
                "end": {"date": (on + timedelta(days=1)).isoformat()},
                "transparency": "transparent",
                "visibility": "public",
                "iCalUID": f"{id}@google.com",
                "sequence": 0,
                "eventType": "default",
                "reminders": {"useDefault": False},
            }
            calendar.put(Item(id, fields), fields)
