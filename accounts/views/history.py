"""The security history of an account, and the file of it that anybody can check."""

import json
from collections.abc import Iterator

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import history
from accounts.access import chain_of, person
from accounts.models import User
from sync.access import signed_in

HOW = (
    "Each hash is the SHA-256, in hexadecimal, of the entry without `personal` and `hash`, as JSON in UTF-8 with sorted keys and no blanks. "
    "`before` is the hash of the entry before. `sealed` is the SHA-256 of the text in which `personal` is kept."
)


@require_safe
@signed_in
def security_history(request: HttpRequest) -> HttpResponse:
    shown = request.GET.get("show", "security")
    shown = shown if shown in history.FILTERS else "security"
    older = request.GET.get("before", "")
    before = int(older) if older.isdecimal() and len(older) < 19 else None
    lines, following = history.page(person(request), shown=shown, before=before)
    context = {"lines": lines, "following": following, "before": before, "shown": shown, "filters": history.FILTERS}
    return render(request, "accounts/history.html", context)


@require_safe
@login_required
def security_history_file(request: HttpRequest) -> StreamingHttpResponse:
    """All entries as one JSON document, written while it is read: there may be very many."""
    answer = StreamingHttpResponse(_document(person(request)), content_type="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="hetk-security-history.json"'
    return answer


def _document(user: User) -> Iterator[str]:
    chain = chain_of(user)
    end = {"chain": str(chain.public_id), "count": chain.count, "head": chain.head} if chain else {}
    yield json.dumps({"how": HOW, **end})[:-1] + ', "entries": ['
    for number, entry in enumerate(history.told(user)):
        yield ("," if number else "") + "\n" + json.dumps(entry, ensure_ascii=False)
    yield "\n]}\n"
