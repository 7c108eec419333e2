"""Who at the support desk may do what: one table, pure. `sync/admin/groups.py` makes the groups from it."""

from collections.abc import Collection
from enum import StrEnum


class Group(StrEnum):
    """Superusers need none of them; staff without one see nothing."""

    LOOK = "look"
    ACT = "act"
    BILLING = "billing"


class Act(StrEnum):
    """What is done for a customer at the desk; `sync/admin/acts.py` does it."""

    SYNC_NOW = "sync-now"
    PAUSE = "pause"
    RESUME = "resume"
    VERIFY = "verify"
    FIND_AGAIN = "find-again"
    RELEASE = "release"
    RESTORE = "restore"
    RESEND = "resend"
    END_SESSIONS = "end-sessions"
    REMOVE_FACTORS = "remove-factors"
    DELETE = "delete"
    EXTEND_TRIAL = "extend-trial"
    GRANT_PLAN = "grant-plan"
    TAKE_PLAN = "take-plan"


MAY: dict[Act, Group] = {
    Act.SYNC_NOW: Group.ACT,
    Act.PAUSE: Group.ACT,
    Act.RESUME: Group.ACT,
    Act.VERIFY: Group.ACT,
    Act.FIND_AGAIN: Group.ACT,
    Act.RELEASE: Group.ACT,
    Act.RESTORE: Group.ACT,
    Act.RESEND: Group.ACT,
    Act.END_SESSIONS: Group.ACT,
    Act.REMOVE_FACTORS: Group.ACT,
    Act.DELETE: Group.ACT,
    Act.EXTEND_TRIAL: Group.BILLING,
    Act.GRANT_PLAN: Group.BILLING,
    Act.TAKE_PLAN: Group.BILLING,
}

_SYNCS = (
    "accounts.view_user",
    "accounts.view_connection",
    "accounts.view_lostfactor",
    "sync.view_calendar",
    "sync.view_flow",
    "sync.view_link",
    "sync.view_pair",
)
# Django's permissions of each group, "app.codename": what is opened row by row. None of them changes, adds or deletes.
SEES: dict[Group, tuple[str, ...]] = {
    Group.LOOK: _SYNCS,
    Group.ACT: _SYNCS,
    Group.BILLING: ("accounts.view_user", "billing.view_account"),
}
# When somebody's calendars are busy is no business of whoever minds their plan.
SEES_SYNCS = frozenset((Group.LOOK, Group.ACT))
EVERY = frozenset(Group)


def may(act: Act, groups: Collection[str]) -> bool:
    return MAY[act] in groups


def sees_syncs(groups: Collection[str]) -> bool:
    return not SEES_SYNCS.isdisjoint(groups)
