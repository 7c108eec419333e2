"""The brake: deletions that look like damage wait for a word (rule 10)."""

SMALL = 10
SHARE = 0.10
FEW = 2


def holds(deletions: int, copies: int) -> bool:
    """Whether a plan that deletes `deletions` of a flow's `copies` living copies must be held."""
    if deletions == copies:
        return copies > FEW
    return deletions > max(SMALL, SHARE * copies)
