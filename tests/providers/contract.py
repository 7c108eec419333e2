"""What every provider keeps, told once. A provider's test class inherits `ProviderContract` and gives it an `Outside`.

`Outside` is one account's calendar, its owner's hand, and the faults that can be brought about there. Where providers differ by
a trait, the trait chooses what is asserted; no test is skipped for it.
"""

from tests.providers.promises.batches import Batches
from tests.providers.promises.calendars import Calendars
from tests.providers.promises.events import Events
from tests.providers.promises.labels import Labels
from tests.providers.promises.reading import Readings
from tests.providers.promises.times import Times
from tests.providers.promises.trouble import Trouble
from tests.providers.promises.writing import Writes


class ProviderContract(Calendars, Readings, Events, Writes, Labels, Batches, Trouble, Times):
    """All of it."""
