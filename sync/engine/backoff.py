"""How long to wait. Pure: chance comes in as a number between 0 and 1."""

from datetime import timedelta

FIRST = 2.0
LONGEST = 900.0
PARK_AFTER = 8
REFUSALS = 2
# So that the latest is within the quarter of an hour that is promised.
POLL = timedelta(minutes=12)
# A bell may come before what it rang for can be read: one more look, if the first showed nothing.
LAG = timedelta(seconds=20)
# Where no bell hangs: often while things change there, ever more rarely while they do not.
POLL_BUSY = timedelta(seconds=45)
POLL_UNWATCHED = timedelta(minutes=4)
SHARE_OF_QUIET = 0.1
VERIFY_FIRST = timedelta(minutes=5)
VERIFY_LONGEST = timedelta(hours=6)


def pause(attempts: int, chance: float, asked: float | None = None) -> timedelta:
    """The wait before try number `attempts` + 1: doubling, spread by `chance`, and never shorter than the provider asked."""
    own = min(LONGEST, FIRST * 2 ** max(0, attempts - 1)) * (0.75 + chance / 2)
    return timedelta(seconds=max(own, asked) if asked is not None else own)


def poll_after(watched: bool, chance: float, quiet: timedelta | None = None) -> timedelta:
    """When to look again although nothing rang; spread so that restarts do not make everybody due at once.

    `quiet`: how long nothing has changed there, None when nothing ever did.
    """
    unwatched = POLL_UNWATCHED if quiet is None else max(POLL_BUSY, min(POLL_UNWATCHED, quiet * SHARE_OF_QUIET))
    return (POLL if watched else unwatched) * (0.8 + chance * 0.4)


def verify_again(attempt: int, chance: float) -> timedelta:
    """The wait after an audit that failed: doubling from five minutes to six hours, spread by `chance`."""
    doubled: timedelta = VERIFY_FIRST * (1 << min(attempt - 1, 10))
    return min(VERIFY_LONGEST, doubled) * (0.75 + chance / 2)
