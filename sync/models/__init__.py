from sync.models.brake import Brake
from sync.models.calendar import Calendar, Seat
from sync.models.flow import Flow, FlowSettings, ShowAsRule
from sync.models.heartbeat import Heartbeat
from sync.models.link import Link, Meeting, Stray
from sync.models.pair import Pair
from sync.models.part_day import PartDay
from sync.models.receipt import Receipt
from sync.models.run import Activity, Run
from sync.models.verification import Verification
from sync.models.watch import Watch

__all__ = [
    "Activity",
    "Brake",
    "Calendar",
    "Flow",
    "FlowSettings",
    "Heartbeat",
    "Link",
    "Meeting",
    "Pair",
    "PartDay",
    "Receipt",
    "Run",
    "Seat",
    "ShowAsRule",
    "Stray",
    "Verification",
    "Watch",
]
