"""Writing to us: without an account, without a puzzle, and never without a way when too much was written."""

from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import inbox
from accounts.access import person
from accounts.forms import MessageForm
from accounts.message import Topic
from billing import room

# Strangers on one network share a count of their own, so that they keep nobody out who is signed in.
LIMITS = {"visitor": "10/h/ip", "person": "10/h/user"}
HOUR = 3600


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """Topic, text and where the answer goes. Over the limit the text stays, with the address to mail it to."""
    known = person(request) if request.user.is_authenticated else None
    if request.method != "POST":
        topic = request.GET.get("topic", "")
        first = {"address": known.email if known else "", "topic": topic if topic in Topic.values else ""}
        return _page(request, MessageForm(initial=first))
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    said = form.cleaned_data
    # Only machines fill in what nobody sees; they are told what everybody is told.
    if said.pop("more"):
        return redirect("contact_sent")
    action = "person" if known else "visitor"
    if not ratelimit.consume(request, app="contact", action=action, config=LIMITS):
        answer = _page(request, form, status=429, full=True)
        answer.headers["Retry-After"] = str(HOUR)
        return answer
    plan = room.look(known).standing.plan if known else None
    inbox.write(user=known, priority=plan is not None and plan.priority, **said)
    return redirect("contact_sent")


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    return render(request, "site/contact_sent.html", {"company": settings.COMPANY})


def _page(request: HttpRequest, form: MessageForm, *, status: int = 200, full: bool = False) -> HttpResponse:
    context = {"form": form, "full": full, "company": settings.COMPANY, "security_contact": settings.SECURITY_CONTACT}
    return render(request, "site/contact.html", context, status=status)
