"""Links written back, inside the caller's transaction."""

from collections.abc import Iterable, Sequence

from sync.models import Link


def save(links: Iterable[Link], fields: Sequence[str]) -> None:
    """Write these fields of each link; one that is gone stays gone.

    An UPDATE for each row: one UPDATE of many rows (`bulk_update`) takes Django ten to twenty times as long to put into words,
    which is more than the way to the database costs.
    """
    for link in links:
        Link.objects.filter(pk=link.pk).update(**{name: getattr(link, name) for name in fields})
