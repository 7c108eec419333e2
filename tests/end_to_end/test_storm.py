"""Workers are killed every few seconds while people go on working: nothing is lost, nothing doubled, and the backlog drains.

`make soak` does it for five minutes and waits for the leases of the dead as they are.
"""

import os
from pathlib import Path

import pytest

from tests.end_to_end.scene import Scene
from tests.end_to_end.storm import Storm

SECONDS = float(os.environ.get("SOAK", "30"))
LONG = SECONDS > 60
# The longest that a kill may hold anything up is a lease, and then its reading.
PATIENCE = 420 if LONG else 90


@pytest.mark.timeout(SECONDS + PATIENCE + 180)
def test_workers_that_are_killed_every_few_seconds_lose_and_double_nothing(scene: Scene) -> None:
    storm = Storm(scene, seed=int(os.environ.get("SEED", "1")), every=5.0 if LONG else 3.0)
    try:
        storm.rage(SECONDS)
        figures = storm.calm(PATIENCE, hurry=not LONG)
    finally:
        storm.stop()
        if path := os.environ.get("SOAK_FIGURES"):
            Path(path).write_text(str(storm.figures))
    assert figures.good, str(figures)
    assert figures.kills >= SECONDS / 6
    assert scene.sandbox.invitations() == []
    assert storm.defects() == []
