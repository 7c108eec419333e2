"""The support desk's view of syncs: ids, times, states and reasons. It shows no calendar's name and reads nothing live."""

from sync.admin import explain

__all__ = ["explain"]
