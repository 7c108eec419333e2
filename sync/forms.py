"""What people fill in. Every form carries the old value, so that Back and an error lose nothing."""

import zoneinfo
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Kind, User
from sync.models import Calendar, Pair
from sync.wording import calendar_name

YEARS = timedelta(days=4 * 365)
ONE_WAY, TWO_WAY = "one", "two"
DIRECTIONS = [(TWO_WAY, "Both ways"), (ONE_WAY, "One way")]


class CalendarsForm(forms.Form):
    """Step 1: which two calendars, and whether changes travel back."""

    first = forms.ChoiceField(label="From")
    second = forms.ChoiceField(label="To")
    direction = forms.ChoiceField(label="Direction", choices=DIRECTIONS, widget=forms.RadioSelect, initial=TWO_WAY)

    def __init__(self, calendars: list[Calendar], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_id = {str(calendar.public_id): calendar for calendar in calendars}
        # Nothing can be copied into a feed.
        targets = [calendar for calendar in calendars if not is_feed(calendar)]
        for name, offered in (("first", calendars), ("second", targets)):
            self.fields[name].choices = grouped(offered)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, second = (self.by_id.get(data.get(name, "")) for name in ("first", "second"))
        if not first or not second:
            return data
        if first == second:
            self.add_error("second", "Choose a calendar other than the first one.")
            return data
        if not second.can_write:
            self.add_error("second", f"{calendar_name(second)} is read-only for you, so nothing can be copied into it.")
        if is_feed(first):
            data["direction"] = ONE_WAY
        if data.get("direction") == TWO_WAY and not first.can_write:
            self.add_error(
                "direction", f"{calendar_name(first)} is read-only for you, so only one way is possible from here."
            )
        if Pair.objects.filter(first__in=(first, second), second__in=(first, second), ending_at=None).exists():
            self.add_error("second", "These two are kept in step already. Change that sync instead.")
        return data


def is_feed(calendar: Calendar) -> bool:
    return calendar.connection.kind == Kind.FEED


def grouped(calendars: list[Calendar]) -> list[tuple[str, Any]]:
    """Choices by account: a first, empty one, then the calendars under the address they are reached by."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for calendar in calendars:
        name = calendar_name(calendar)
        limit = " (one way)" if is_feed(calendar) else " (read-only)"
        label = name if calendar.can_write else name + limit
        heading = f"{calendar.connection.get_kind_display()} · {calendar.connection.address}"
        groups.setdefault(heading, []).append((str(calendar.public_id), label))
    return [("", "Choose a calendar"), *groups.items()]


class SourceForm(forms.Form):
    """Which calendar takes the place of a feed."""

    calendar = forms.ChoiceField(label="The calendar that the feed is of")

    def __init__(self, calendars: list[Calendar], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._by_id = {str(calendar.public_id): calendar for calendar in calendars}
        self.fields["calendar"].choices = grouped(calendars)  # type: ignore[attr-defined]

    @property
    def chosen(self) -> Calendar:
        return self._by_id[self.cleaned_data["calendar"]]


class DirectionForm(forms.Form):
    direction = forms.ChoiceField(choices=DIRECTIONS, widget=forms.RadioSelect)


class EndForm(forms.Form):
    copies = forms.ChoiceField(choices=[("remove", "Remove"), ("keep", "Keep")], widget=forms.RadioSelect)


class ExplainForm(forms.Form):
    """Which calendar and which day to look at; a missing day is today."""

    calendar = forms.ChoiceField(label="Calendar")
    day = forms.DateField(label="Day", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))

    def __init__(self, calendars: list[Calendar], data: Mapping[str, Any] | None = None) -> None:
        today = timezone.localdate()
        super().__init__(None if data is None else {"day": today, **data}, initial={"day": today})
        self.fields["calendar"].choices = grouped(calendars)[1:]  # type: ignore[attr-defined]

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if abs(day - timezone.localdate()) > YEARS:
            raise forms.ValidationError("Choose a day of the last or the next four years.")
        return day


class SettingsForm(forms.ModelForm[User]):
    time_zone = forms.ChoiceField(label="Time zone", help_text="Every time on these pages is told in it.")

    class Meta:
        model = User
        fields = ("time_zone",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = zones()  # type: ignore[attr-defined]


def zones() -> list[tuple[str, Any]]:
    """Every zone that is named after a place, by region; UTC first."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        region, _, place = name.partition("/")
        if place and region not in {"Etc", "SystemV", "posix", "right", "US", "Brazil", "Canada", "Chile", "Mexico"}:
            regions.setdefault(region, []).append((name, place.replace("_", " ").replace("/", ", ")))
    return [("UTC", "UTC"), *regions.items()]
