"""The public status page: whether Hetk works, part by part and in words. Nothing in it is about a person, and it costs the database
the same however many ask.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from sync import condition, history
from sync.measurements import EVERY, kept

# What is the same for everybody, and must answer while the database does not.
ALIKE = ("/status/", "/metrics", "/health/")


class Alike:
    """Leaves out who asks where the answer is the same for everybody: a session would be looked up in the very database whose
    silence is to be told.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(ALIKE):
            request.COOKIES = {}
        return self.get_response(request)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """503 while nothing could be measured; the page says so in words."""
    found = kept.last()
    if found is None:
        answer = render(request, "status.html", {"unknown": True}, status=503)
        patch_cache_control(answer, no_store=True)
        return answer
    parts = condition.parts(found)
    context = {
        "sentence": condition.sentence(parts)[1],
        "parts": parts,
        "delays": condition.delays(found),
        "strips": history.strips(found, [part.name for part in parts]),
        "kept": history.KEPT,
        "at": found.at,
        # Measured long ago: the database does not answer now.
        "old": (timezone.now() - found.at).total_seconds() > 10 * EVERY,
    }
    answer = render(request, "status.html", context)
    patch_cache_control(answer, public=True, max_age=int(EVERY))
    return answer
