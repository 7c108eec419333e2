"""Mail that does not go out: whoever waits for it is told so, and nothing of what they began is half done."""

import logging
from collections.abc import Callable

from django.contrib.messages.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

logger = logging.getLogger(__name__)
# When to come back (RFC 9110, section 10.2.3).
SECONDS = 120


class MailIsDown(OSError):
    """A mail was not taken by the mail server. Whoever can do without it catches OSError; a request that cannot ends in a 503."""


class Undelivered:
    """The page for a request that ended for want of a mail, the same whoever the mail was for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, MailIsDown):
            return None
        logger.error("A mail that somebody waits for could not be sent.", exc_info=exception)
        # A code that is on its way nowhere, and the word that it was sent, are forgotten.
        request.session = type(request.session)(request.session.session_key)
        request._messages = default_storage(request)  # type: ignore[attr-defined]  # noqa: SLF001
        answer = render(request, "503_mail.html", status=503)
        answer.headers["Retry-After"] = str(SECONDS)
        return answer
