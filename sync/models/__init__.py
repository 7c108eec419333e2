from sync.models.calendar import Calendar, Seat
from sync.models.link import Link, Meeting, Stray
from sync.models.pair import Brake, Flow, Pair, ShowAsRule
from sync.models.receipt import Receipt
from sync.models.run import Activity, Run
from sync.models.verification import Verification
from sync.models.watch import Watch

__all__ = [
    "Activity",
    "Brake",
    "Calendar",
    "Flow",
    "Link",
    "Meeting",
    "Pair",
    "Receipt",
    "Run",
    "Seat",
    "ShowAsRule",
    "Stray",
    "Verification",
    "Watch",
]
