"""Whether Hetk can do its work: for load balancers, for whoever is on call, and for `make run`."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sync.store import heartbeats


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, 503 when it does not; the reason is for the log, not for strangers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"database": "no answer"}, status=503)
    return JsonResponse({"database": "ok"})


@never_cache
@require_safe
def work(request: HttpRequest) -> JsonResponse:
    """200 when a worker and the timetable gave a sign of life lately, else 503. No reason to send visitors elsewhere."""
    try:
        found = {name: _state(prefix) for name, prefix in PARTS.items()}
    except DatabaseError:
        return JsonResponse({"database": "no answer"}, status=503)
    return JsonResponse(found, status=200 if set(found.values()) == {"ok"} else 503)


PARTS = {"worker": heartbeats.WORKER, "timetable": heartbeats.TIMETABLE}


def _state(prefix: str) -> str:
    at = heartbeats.last(prefix)
    if at is None:
        return "never seen"
    return "ok" if timezone.now() - at <= heartbeats.LATE else "silent"
