"""A budget by account and host, and patience."""

from sync.providers.caldav.pace import Pace, pace_of
from sync.providers.errors import ComeBack


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def spent(pace: Pace, most: int = 20_000) -> tuple[int, float]:
    """How many requests pass at once, and how long the next is told to wait."""
    for taken in range(most):
        try:
            pace.take()
        except ComeBack as error:
            return taken, error.after or 0.0
    raise AssertionError("no end to it")


def test_a_minutes_budget_passes_at_once_and_no_more() -> None:
    assert spent(Pace(240, Clock())) == (240, 6.0)


def test_after_the_pause_that_was_told_work_goes_on_in_a_useful_portion() -> None:
    clock = Clock()
    pace = Pace(240, clock)
    spent(pace)
    clock.now += 6.0
    assert spent(pace)[0] == 24


def test_in_any_minute_there_are_at_most_two_budgets_and_in_the_long_run_one() -> None:
    clock = Clock()
    pace = Pace(240, clock)
    taken = 0
    while clock.now < 3600:
        passed, wait = spent(pace)
        taken += passed
        clock.now += wait
    assert taken <= 240 * 61


def test_icloud_is_asked_more_gently_than_ones_own_server_and_each_account_for_itself() -> None:
    apple, own = pace_of("p42-caldav.icloud.com", "pace-a"), pace_of("dav.example", "pace-a")
    assert spent(apple)[0] == 240
    assert spent(own)[0] > 1000
    assert pace_of("p42-caldav.icloud.com", "pace-a") is apple
    assert spent(pace_of("p42-caldav.icloud.com", "pace-b"))[0] == 240


def test_who_bears_a_budget_without_a_complaint_is_given_more_and_after_one_as_little_as_at_first() -> None:
    clock = Clock()
    pace = Pace(100, clock, most=350)
    assert spent(pace)[0] == 350
    clock.now += 60
    assert spent(pace)[0] == 350
    clock.now += 60
    pace.slowed(1.0)
    assert spent(pace)[0] == 100
    # While the server asks for pauses nothing grows.
    clock.now += 60
    assert spent(pace)[0] == 100
    pace.served()
    clock.now += 60
    assert spent(pace)[0] == 350


def test_apples_budget_never_grows() -> None:
    pace = pace_of("p42-caldav.icloud.com", "pace-c")
    assert spent(pace)[0] == 240
    pace.served()
    assert spent(pace)[0] == 0


def test_patience_is_never_shorter_than_what_was_asked_and_ends() -> None:
    pace = Pace(240, Clock())
    assert [pace.slowed(said) for said in (None, 1.0, 30.0)] == [2.0, 4.0, 30.0]
    for _ in range(30):
        longest = pace.slowed(1.0)
    assert longest == 900.0
    pace.served()
    assert pace.slowed(None) == 2.0
