"""What is refused before anything looks at it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# Where programs speak to us; people's browsers are redirected.
PLACES = ("/hooks/", "/api/v1/")


class RefuseAtOnce:
    """TRACE, which gives back what it was sent; and programs that speak without TLS.

    Those are never sent on from http to https: what they sent in the clear, a token perhaps, would go unnoticed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "TRACE":
            return HttpResponse("No page answers to TRACE.\n", status=405, content_type="text/plain")
        if settings.SECURE_SSL_REDIRECT and not request.is_secure() and request.path.startswith(PLACES):
            return HttpResponse("Use https.\n", status=403, content_type="text/plain")
        return self.get_response(request)
