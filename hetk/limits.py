"""The answer to whoever asks too often."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

# Up to so many seconds, in words.
WAITS = ((60, "a minute"), (300, "5 minutes"), (3600, "an hour"))


def too_often(request: HttpRequest, *, seconds: int = 60) -> HttpResponse:
    """429, and in `Retry-After` when to come back (RFC 9110, section 10.2.3; RFC 6585, section 4)."""
    wait = next((words for most, words in WAITS if seconds <= most), "a day")
    answer = render(request, "429.html", {"wait": wait}, status=429)
    answer.headers["Retry-After"] = str(seconds)
    return answer
