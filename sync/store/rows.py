"""Links written back, inside the caller's transaction."""

from collections.abc import Iterable, Sequence

from django.db import connection

from sync.models import Link


def save(links: Iterable[Link], fields: Sequence[str]) -> None:
    """Write these fields of each link; one that is gone stays gone.

    One statement, put into words once and carried out for each row: Django's own ways word an UPDATE anew for every row, or
    (`bulk_update`) all of them as one, which takes longer than the way to the database.
    """
    # Django's own description of the table.
    meta = Link._meta  # noqa: SLF001
    quoted, by_name = connection.ops.quote_name, {column.name: column for column in meta.concrete_fields}
    columns = [by_name[name] for name in fields]
    said = ", ".join(f"{quoted(str(column.column))} = %s" for column in columns)
    table, key = quoted(meta.db_table), quoted("id")
    rows = [
        [*(column.get_db_prep_save(getattr(link, column.attname), connection) for column in columns), link.pk]
        for link in links
    ]
    if rows:
        with connection.cursor() as cursor:
            # Names of columns alone are put together here.
            cursor.executemany(f"UPDATE {table} SET {said} WHERE {key} = %s", rows)  # noqa: S608
