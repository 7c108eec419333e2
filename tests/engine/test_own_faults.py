"""A defect of ours stops one calendar for a while, says so without content, and is nobody else's fault."""

from sync.models import Calendar, Run
from sync.providers.errors import OurFault
from sync.providers.memory import Call
from tests.engine.world import World


def test_an_unforeseen_error_is_ours_quotes_nothing_and_ends_by_itself(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.pair(home, work)
    world.event(home, "Secret doctor")

    def break_down(call: Call, at: str) -> None:
        if call.name == "insert":
            raise ValueError("cannot write 'Secret doctor'")

    world.cloud.fault = break_down
    world.sync()
    assert Calendar.objects.get(pk=home.pk).trouble == Calendar.OURS
    run = Run.objects.filter(calendar=home).latest("started_at")
    assert run.trouble == "internal error (ValueError)"
    world.cloud.fault = None
    world.settle()
    assert world.titles(work) == ["Secret doctor"]
    assert Calendar.objects.get(pk=home.pk).trouble == ""


def test_a_refused_registration_is_ours_and_halts_nobody(world: World) -> None:
    home, work = world.calendar("alice@home.example"), world.calendar("alice@work.example")
    world.pair(home, work)

    def refuse(call: Call, at: str) -> None:
        raise OurFault("the client secret is wrong", code="invalid_client")

    world.cloud.fault = refuse
    world.sync()
    assert Calendar.objects.get(pk=home.pk).trouble == Calendar.OURS
    home.connection.refresh_from_db()
    assert not home.connection.halted
