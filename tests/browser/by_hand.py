"""The sandbox's own pages, used as a person uses a calendar: look, create, edit, move, delete."""

from datetime import date, timedelta

from playwright.sync_api import Locator, Page, expect

# How long a change may take from one calendar's page to the other's.
TRAVEL = 20_000


class Hand:
    """One person's week, in a tab of its own."""

    def __init__(self, page: Page, sandbox_url: str, person: str) -> None:
        self.page = page
        self.address = f"{sandbox_url}/_sandbox/calendars/{person}"

    def week_of(self, day: date) -> None:
        self.page.goto(f"{self.address}?week={day.isoformat()}")

    def create(self, title: str, day: date, /, **fields: str | bool) -> None:
        """Times are 10:00 to 11:00 unless `first_time` and `last_time` say otherwise."""
        self.week_of(day)
        self._fill({"title": title, "first_day": day.isoformat(), "last_day": day.isoformat(), **fields})
        self.page.get_by_role("button", name="Create").click()
        expect(self.block(title, day)).to_be_visible()

    def block(self, title: str, day: date) -> Locator:
        column = self.page.locator("#week .day").filter(has=self.page.get_by_text(f"{day:%a %-d %b}", exact=True))
        return column.locator(".event", has_text=title)

    def edit(self, title: str, day: date, /, **fields: str | bool) -> None:
        self._open(title, day)
        self._fill(fields)
        self.page.get_by_role("button", name="Save").click()
        self._done()

    def delete(self, title: str, day: date) -> None:
        self._open(title, day)
        self.page.get_by_role("button", name="Delete").click()
        self._done()

    def _open(self, title: str, day: date) -> None:
        self.week_of(day)
        self.block(title, day).click()

    def _done(self) -> None:
        expect(self.page.locator("#week")).to_be_visible()
        expect(self.page.get_by_role("alert")).to_have_count(0)

    def _fill(self, fields: dict[str, str | bool]) -> None:
        form = self.page.locator("main form")
        for name, value in fields.items():
            control = form.locator(f"[name={name}]")
            if isinstance(value, bool):
                control.set_checked(value)
            elif name in {"rrule", "show_as", "sensitivity", "zone", "calendar"}:
                control.select_option(value)
            else:
                control.fill(value)


class Sides:
    """Two people's agendas next to each other; the page keeps itself fresh."""

    def __init__(self, page: Page, sandbox_url: str, left: str, right: str, first: date) -> None:
        self.page = page
        page.goto(f"{sandbox_url}/_sandbox/side-by-side?left={left}&right={right}&from={first.isoformat()}")

    def blocks(self, side: str, day: date | None = None) -> Locator:
        """Events on the left or the right side, of one day or of all."""
        half = self.page.locator("#sides > section").nth(0 if side == "left" else 1)
        if day is None:
            return half.locator(".event")
        head = self.page.get_by_role("heading", name=f"{day:%A %-d %B}")
        return half.locator(".day").filter(has=head).locator(".event")

    def arrives(self, side: str, title: str, day: date, times: str, *, count: int = 1) -> Locator:
        found = self.blocks(side, day).filter(has_text=title).filter(has_text=times)
        expect(found).to_have_count(count, timeout=TRAVEL)
        return found.first

    def leaves(self, side: str, title: str, day: date | None = None) -> None:
        expect(self.blocks(side, day).filter(has_text=title)).to_have_count(0, timeout=TRAVEL)


def next_monday(today: date) -> date:
    """The Monday after this week, so that no event of a test lies in the past."""
    return today + timedelta(days=7 - today.weekday())
