"""Operations, the results of planning, and the reasons that stand behind each. Pages, `explain` and the dry run share them."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum

from sync.core.event import Content, Field


class Reason(StrEnum):
    """Why something is done, or is not. The value is stored; the sentence is shown after "Created a copy: " and the like."""

    NEW = "new"
    ORIGIN_CHANGED = "origin_changed"
    ORIGIN_GONE = "origin_gone"
    COPY_CHANGED = "copy_changed"
    COPY_DELETED = "copy_deleted"
    SETTINGS = "settings"
    FOUND = "found"
    TAKEN_OVER = "taken_over"
    IN_STEP = "in_step"
    ONE_WAY = "one_way"
    MEETING = "meeting"
    MASKED = "masked"
    TEMPLATE = "template"
    KEPT_AWAY = "kept_away"
    OUTSIDE_WINDOW = "outside_window"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    WORKING_LOCATION = "working_location"
    BIRTHDAY = "birthday"
    KEPT_OUT = "kept_out"
    UNANSWERED = "unanswered"
    OUT_OF_OFFICE = "out_of_office"
    FOCUS_TIME = "focus_time"
    ALL_DAY = "all_day"
    FREE = "free"
    WITHOUT_WORD = "without_word"
    WITH_WORD = "with_word"
    OUTSIDE_HOURS = "outside_hours"
    IS_COPY = "is_copy"
    FOREIGN_COPY = "foreign_copy"
    SAME_MEETING = "same_meeting"
    ENDING = "ending"
    BRAKE = "brake"
    CHURN = "churn"
    REFUSED = "refused"
    UNREADABLE = "unreadable"

    @property
    def sentence(self) -> str:
        return _SENTENCES[self]


_SENTENCES = {
    Reason.NEW: "it is new in the original calendar",
    Reason.ORIGIN_CHANGED: "the original changed",
    Reason.ORIGIN_GONE: "the original is gone",
    Reason.COPY_CHANGED: "its copy was changed by hand",
    Reason.COPY_DELETED: "its copy was deleted by hand",
    Reason.SETTINGS: "what others may see was changed",
    Reason.FOUND: "a copy made earlier was found again",
    Reason.TAKEN_OVER: "its account took the place of a feed",
    Reason.IN_STEP: "both sides agree",
    Reason.ONE_WAY: "it was changed by hand, and this direction only copies",
    Reason.MEETING: "it was changed by hand, and other people are invited to the original",
    Reason.MASKED: "it was changed by hand where details are hidden",
    Reason.TEMPLATE: "its title was changed by hand and no longer fitted the pattern of this sync",
    Reason.KEPT_AWAY: "its copy was deleted by hand and stays away until the original changes",
    Reason.OUTSIDE_WINDOW: "it lies outside the time that is kept in step",
    Reason.DECLINED: "the invitation was declined",
    Reason.CANCELLED: "the meeting was cancelled",
    Reason.WORKING_LOCATION: "working locations are not copied",
    Reason.BIRTHDAY: "birthdays are not copied",
    Reason.KEPT_OUT: "a word in its title keeps it out",
    Reason.UNANSWERED: "the invitation waits for an answer, and you leave those out",
    Reason.OUT_OF_OFFICE: "you leave out-of-office events out",
    Reason.FOCUS_TIME: "you leave focus time out",
    Reason.ALL_DAY: "you leave all-day events out",
    Reason.FREE: "it is shown as free, and you leave those out",
    Reason.WITHOUT_WORD: "its title has none of the words you asked for",
    Reason.WITH_WORD: "its title has a word that you leave out",
    Reason.OUTSIDE_HOURS: "it is outside your working hours",
    Reason.IS_COPY: "it is a copy itself",
    Reason.FOREIGN_COPY: "another program made it as a copy",
    Reason.SAME_MEETING: "the same meeting is in the other calendar already",
    Reason.ENDING: "this sync was ended",
    Reason.BRAKE: "so many deletions at once wait for your word",
    Reason.CHURN: "it was written again and again, so writing stopped for today",
    Reason.REFUSED: "the other calendar refused it",
    Reason.UNREADABLE: "its calendar tells it in a way that cannot be read",
}


class Side(Enum):
    ORIGIN = "origin"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class Create:
    """Make the copy. A higher `generation` makes a new one where a person deleted the last. `label`: see `Rules`."""

    content: Content
    generation: int
    reason: Reason
    label: str = ""


@dataclass(frozen=True, slots=True)
class Update:
    """Change `fields` of one side to what `content` says.

    label: what the flow gives its copies; never for an origin. relabel: it is to stand there now, whatever does. Otherwise what
    stands there stays.
    """

    side: Side
    content: Content
    fields: frozenset[Field]
    reason: Reason
    label: str = ""
    relabel: bool = False


@dataclass(frozen=True, slots=True)
class Delete:
    side: Side
    reason: Reason


@dataclass(frozen=True, slots=True)
class Keep:
    """Both sides stand as they are, and that is agreed."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Skip:
    """No copy, and that is agreed; look again at `again_at` (None: when something changes)."""

    reason: Reason
    away: bool = False
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Forget:
    """Neither side exists any more."""

    reason: Reason = Reason.ORIGIN_GONE


Operation = Create | Update | Delete | Keep | Skip | Forget
