"""Google channel notifications: headers only, no body. https://developers.google.com/workspace/calendar/api/guides/push"""

import hmac
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sync.store.keys import watch_secret
from sync.webhooks.bell import find, ring

ACCEPTED = 202
UNKNOWN = 404


@csrf_exempt
@require_POST
def notified(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Something changed; the first message of a channel ("sync") only says that it works."""
    # As bytes: anything may stand in a header, and only ASCII strings can be compared in constant time.
    token = request.headers.get("X-Goog-Channel-Token", "").encode(errors="replace")
    watch = find(public_id)
    if watch is None or not hmac.compare_digest(token, watch_secret(str(public_id)).encode()):
        return HttpResponse(status=UNKNOWN)
    if request.headers.get("X-Goog-Resource-State") != "sync":
        ring(watch)
    return HttpResponse(status=ACCEPTED)
