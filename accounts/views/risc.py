"""Where Google sends security events about its accounts. Verified first; answered 202, or 400 for what is none of Google's."""

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import protection
from accounts.oauth import risc
from accounts.oauth.errors import TryLater

logger = logging.getLogger(__name__)
ACCEPTED, REFUSED, LATER = 202, 400, 503
# Google's are under two thousand.
LONGEST = 20_000


@csrf_exempt
@require_POST
def received(request: HttpRequest) -> HttpResponse:
    """A security event token in the body. 503 when Google's keys are out of reach: Google delivers it again."""
    if int(request.headers.get("Content-Length") or 0) > LONGEST:
        return HttpResponse(status=REFUSED)
    token = request.body.decode("ascii", "replace").strip()
    try:
        events = risc.read(token, client_id=settings.GOOGLE_CLIENT_ID, now=timezone.now())
    except risc.Refused as refused:
        logger.warning("A security event was refused: %s.", refused)
        return HttpResponse(status=REFUSED)
    except TryLater:
        return HttpResponse(status=LATER)
    for event in events:
        protection.heed(event)
    return HttpResponse(status=ACCEPTED)
