"""How long a session lasts, which ones a person has, and how they end.

Idle 14 days, at most 30 days, a staff person's at most 8 hours. A session is written at most every five minutes, so that pages
which ask again and again do not write each time.
"""

import time
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from accounts.access import person
from accounts.models import User

DAY = 24 * 3600
IDLE = 14 * DAY
LONGEST = 30 * DAY
LONGEST_OF_STAFF = 8 * 3600
NOTED_EVERY = 5 * 60
BEGAN, SEEN = "session_began", "session_seen"
# Set when what protects the account changed: the security page then offers to end the other sessions.
OFFER = "offer_ending"


def is_over(*, began: float, seen: float, now: float, staff: bool) -> bool:
    """Whether a session that began and was last used then is over now. Seconds since 1970."""
    return now - began >= (LONGEST_OF_STAFF if staff else LONGEST) or now - seen >= IDLE


class SessionLimits:
    """Ends sessions that lasted long enough, and has a browser forget what it kept when its session ends here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without a cookie nothing is looked up: notifications come by the thousand.
        signed_in = bool(request.session.session_key and request.user.is_authenticated)
        if signed_in:
            _keep_or_end(request)
        response = self.get_response(request)
        if signed_in and not request.user.is_authenticated:
            # Not "cookies": the one that tells a known device stays.
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


def begin(request: HttpRequest) -> None:
    """The session of somebody who has just signed in."""
    request.session[BEGAN] = request.session[SEEN] = time.time()


def of(request: HttpRequest) -> list[UserSession]:
    """The person's sessions that are alive, the one in use among them; the last seen first."""
    UserSession.objects.create_from_request(request)
    alive: list[UserSession] = UserSession.objects.purge_and_list(request.user)
    return sorted(alive, key=lambda session: session.last_seen_at, reverse=True)


def end_others(request: HttpRequest) -> int:
    """Ends all sessions of the person but this one; how many that were."""
    others = [session for session in of(request) if session.session_key != request.session.session_key]
    for session in others:
        session.end()
    return len(others)


def end_all(user: User) -> None:
    for session in UserSession.objects.filter(user=user):
        session.end()


def _keep_or_end(request: HttpRequest) -> None:
    now = time.time()
    began = request.session.setdefault(BEGAN, now)
    seen = request.session.get(SEEN, 0)
    if is_over(began=began, seen=seen or now, now=now, staff=person(request).is_staff):
        logout(request)
    elif now - seen >= NOTED_EVERY:
        request.session[SEEN] = now
        UserSession.objects.create_from_request(request)
