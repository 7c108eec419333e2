"""The groups of the support desk as rows, and which of them somebody is in."""

from django.contrib.auth.models import Group as Row
from django.contrib.auth.models import Permission
from django.db.models import Q
from django.http import HttpRequest

from accounts.access import person
from sync.admin.rights import EVERY, SEES


def keep() -> None:
    """Make the groups, with exactly the permissions of the table. Safe to repeat; who is in them is not touched."""
    for group, names in SEES.items():
        wanted = Q(pk=None)
        for name in names:
            app, _, code = name.partition(".")
            wanted |= Q(content_type__app_label=app, codename=code)
        row, _ = Row.objects.get_or_create(name=group.value)
        row.permissions.set(Permission.objects.filter(wanted))


def of(request: HttpRequest) -> frozenset[str]:
    """Of whoever works at the desk; a superuser is in all of them."""
    worker = person(request)
    if worker.is_superuser:
        return frozenset(group.value for group in EVERY)
    return frozenset(worker.groups.values_list("name", flat=True))
