"""A line in the log for each door that stayed shut to somebody signed in: whose account, which page, how it was refused."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from hetk.headers import is_personal

logger = logging.getLogger(__name__)
REFUSED = frozenset((403, 404))


class Refusals:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        page = request.resolver_match
        # An address that leads nowhere is no door.
        if response.status_code in REFUSED and page and is_personal(request):
            logger.warning("Refused: account %s, page %s, %s.", request.user.pk, page.view_name, response.status_code)
        return response
