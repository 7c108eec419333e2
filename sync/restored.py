"""After a restored backup: what rows remember is older than the calendars, so they are believed about nothing that could do harm.

A copy that we removed since would look like one that a person deleted, and take its original along; one that we stripped since, like an
edit. So the history of every copy is forgotten: copies are found again by their marks, and where the two differ the original decides.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from sync.core.window import midnight, window_at
from sync.models import Flow, Link, Pair, Stray
from sync.store import due, locks

# The person's own word about a copy: that stays.
DECIDED = (Link.State.AWAY, Link.State.KEPT, Link.State.HELD, Link.State.FREED)
NO_HISTORY = {"origin_agreed": "", "copy_prints": "", "written_prints": "", "label": "", "coloured": False}
# The generation stays: its key says whether the copy lives somewhere that no reading shows, moved there by hand, or was removed since.
NO_COPY = {"copy_id": "", "copy_seen": "", "copy_agreed": "", "state": Link.State.SEEN}


@transaction.atomic
def begin_anew(now: datetime, *, pause: bool) -> tuple[int, int]:
    """Every pair reads both its calendars completely before it writes. Returns how many copies are looked for, and pairs paused.

    `pause`: nothing is written until the owners say so, for what they asked of a pair since is lost as well.
    """
    flows = Flow.objects.all()
    locks.flows(flows.values_list("pk", flat=True))
    Stray.objects.all().delete()
    window = window_at(now)
    shown = Q(ends_at__gt=midnight(window.start), starts_at__lt=midnight(window.end))
    looked_for = Link.objects.filter(shown).exclude(copy_id="").exclude(state__in=DECIDED)
    found = looked_for.update(**NO_COPY)
    Link.objects.update(**NO_HISTORY, lease_until=None, attempts=0)
    Link.objects.exclude(state__in=(Link.State.KEPT, Link.State.HELD)).update(due_at=now)
    paused = Pair.objects.filter(paused_at=None, ending_at=None).update(paused_at=now) if pause else 0
    calendars = {pk for sides in flows.values_list("source_id", "target_id") for pk in sides}
    due.read_again(calendars, prove=True)
    due.ring(calendars, at=now)
    return found, paused
