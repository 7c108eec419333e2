"""Questions about held deletions, as the work goes on beside them."""

from datetime import datetime

from sync.models import Brake, Flow, Link


def recount(flow: Flow, now: datetime) -> None:
    """Held deletions that are no longer wanted: the question says how many are left, and is over when none is."""
    held = Link.objects.filter(flow=flow, state=Link.State.HELD).count()
    question = Brake.objects.filter(flow=flow, decided_at=None)
    question.update(held=held) if held else question.update(held=0, decided_at=now)
