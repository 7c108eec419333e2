"""The collector of what refers to itself looks seldom in processes that only test: looking costs a tenth of their time."""

import gc

# So many new objects may stand before it looks at those; at older ones after so many looks. Python's own are 700, 10 and 10.
SELDOM = (50_000, 20, 100)


def look_seldom() -> None:
    """Everything that is loaded by now stays, and is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)
