"""One side in trouble: the other is not asked more often for it, and the work goes on as soon as the trouble is over."""

from collections.abc import Callable

import pytest

from sync.engine.pool import drain
from sync.providers.errors import ComeBack, OurFault, ProviderError
from sync.providers.memory import LIKE_GOOGLE, LIKE_MICROSOFT, Call
from tests.engine.world import OPEN, World


def pass_time(world: World, seconds: int) -> None:
    """Nobody rings: only what is due by itself runs."""
    for _ in range(seconds):
        world.wait(seconds=1)
        drain(clock=lambda: world.now, sleep=lambda pause: None)


def failing(calls: set[str], calendar_id: str, error: Callable[[], ProviderError]) -> Callable[[Call, str], None]:
    def fault(call: Call, at: str) -> None:
        if at == "before" and call.calendar_id == calendar_id and call.name in calls:
            raise error()

    return fault


@pytest.mark.parametrize("name", ["get", "insert"])
@pytest.mark.parametrize(
    "error",
    [lambda: ComeBack("unreachable"), lambda: OurFault("refused", code="invalid_client")],
    ids=["unreachable", "our fault"],
)
def test_a_target_in_trouble_is_tried_with_growing_pauses_and_its_source_is_left_in_peace(world, name, error):
    home = world.calendar("alice@home.example", LIKE_GOOGLE)
    work = world.calendar("alice@work.example", LIKE_MICROSOFT)
    origin = world.event(home)
    world.pair(home, work, OPEN, OPEN)
    world.cloud.fault = failing({name}, work.remote_id, error)
    world.cloud.edit(home.remote_id, origin, title="Changed")
    world.event(home, "New", hours=40)
    world.ring(home)
    world.forget_calls()
    pass_time(world, 300)
    assert world.cloud.requests("read", home.remote_id) < 20
    assert world.cloud.requests(name, work.remote_id) < 20
    world.cloud.fault = None
    pass_time(world, 600)
    assert world.titles(work) == ["Changed", "New"]


def test_what_a_throttled_mailbox_kept_waiting_leaves_when_it_may_and_nobody_has_to_ring(world):
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.pair(home, work)
    world.event(home)
    world.cloud.fault = failing({"insert"}, work.remote_id, lambda: ComeBack("slow down", after=90.5, status=429))
    world.ring(home)
    pass_time(world, 1)
    world.cloud.fault = None
    pass_time(world, 89)
    assert world.events(work) == []
    pass_time(world, 4)
    assert len(world.events(work)) == 1


def test_a_bell_while_a_mailbox_rests_does_not_make_its_work_wait_for_the_next_poll(world):
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.pair(home, work)
    world.event(home)
    world.cloud.fault = failing({"insert"}, work.remote_id, lambda: ComeBack("slow down", after=90.0, status=429))
    world.ring(home)
    pass_time(world, 1)
    world.cloud.fault = None
    world.event(home, "Dinner", hours=30)
    world.ring(home)
    pass_time(world, 5)
    assert world.events(work) == []
    pass_time(world, 90)
    assert world.titles(work) == ["Dinner", "Lunch"]
