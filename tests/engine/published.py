"""What organizations publish while their people's calendars are kept in step: scripts of the crash sweep."""

from policy.record import Policy, Record
from tests.engine.stage import Ids, Stage, furnish

HOME = "home.example"


def under_policy(stage: Stage) -> Ids:
    stage.world.records[HOME] = Record(Policy.PRIVATE)
    return furnish(stage)


def unheard(stage: Stage) -> Ids:
    """Nobody has ever answered for the domain."""
    stage.world.records[HOME] = None
    return furnish(stage)


def publish(stage: Stage) -> None:
    """Long enough after the last question that it is asked again."""
    if HOME not in stage.world.records:
        stage.world.records[HOME] = Record(Policy.PRIVATE)
        stage.world.wait(seconds=61)


def policy_appears(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["One"], title="Doctor")
    stage.add(stage.home, "New", 40)
    publish(stage)


def policy_lifted(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["One"], title="Doctor")
    stage.world.records[HOME] = Record(Policy.NONE)
    stage.world.wait(seconds=61)


def policy_vanishes(stage: Stage, ids: Ids) -> None:
    """It must stay away for an hour, and be missed three times, before that is believed."""
    stage.world.records[HOME] = Record()
    for _ in range(2):
        stage.world.wait(minutes=20)
        stage.world.sync()


def policy_is_gone(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["One"], title="Doctor")
    stage.world.wait(hours=1)


def answered_at_last(stage: Stage, ids: Ids) -> None:
    stage.edit(ids["One"], title="Doctor")
    stage.world.records[HOME] = Record()
    stage.world.wait(minutes=16)


def silent(stage: Stage, ids: Ids) -> None:
    """For so long that nothing is known of it any more: what stands there stays, and what is new is held back."""
    stage.world.records[HOME] = None
    stage.world.wait(hours=25)
    stage.add(stage.home, "New", 40)
    stage.edit(ids["Two"], title="Second")
