"""The public setup page: what to publish, and each step of a look at any domain."""

from dataclasses import dataclass

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hetk.limits import too_often
from policy import keeper
from policy.check import AUTHORITATIVE, Check, Step, check
from policy.forms import DomainForm
from policy.names import record_name
from policy.record import Policy
from policy.standing import FRESH, State

# So often for one visitor, and so often for all of them together: nobody makes us ask the DNS at will.
LIMITS = {"check": "10/m/ip,120/m/key"}
VALUE = "v=hetk1; policy=private"

MEANS = {
    Policy.PRIVATE: "private",
    Policy.NONE: "no policy",
}
SENTENCES = {
    State.PRIVATE: "Every copy that leaves an account of this domain says “Busy” and nothing else.",
    State.NONE: "There is no policy: people of this domain choose for themselves what their copies show.",
    State.UNKNOWN: "No resolver answered. Until one does, Hetk treats the domain as private: copies say “Busy”.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One step in words."""

    name: str
    resolver: str
    answer: str
    record: str
    tags: str
    read_as: str
    problem: str


@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """GET: the page. POST: a look at the domain named; it changes nothing, but it makes us ask, so it is no GET."""
    form = DomainForm(request.POST if request.method == "POST" else None)
    context: dict[str, object] = {"form": form, "name": record_name("example.com"), "value": VALUE}
    if form.is_bound and form.is_valid():
        if not may_look(request):
            return too_often(request)
        found = look(form.cleaned_data["domain"])
        context |= told(found)
    return render(request, "policy/setup.html", context)


def may_look(request: HttpRequest) -> bool:
    """Whether the share of checks of this visitor, and of all of them, still holds one; that one is taken from it."""
    return bool(ratelimit.consume(request, app="policy", action="check", key="everybody", config=LIMITS))


def look(domain: str) -> Check:
    """Asked at most once a minute for one domain, however many people look."""
    key = f"policy-check:{domain}"
    found: Check | None = cache.get(key)
    if found is None:
        found = check(domain, keeper.resolvers(), timezone.now())
        cache.set(key, found, FRESH.total_seconds())
    return found


def told(found: Check) -> dict[str, object]:
    return {
        "found": found,
        "sentence": SENTENCES[found.effective],
        "above": found.verdict.domain if found.verdict.private and found.verdict.domain != found.domain else "",
        "steps": [_shown(number, step) for number, step in enumerate(found.steps)],
        "name": record_name(found.domain),
    }


def _shown(number: int, step: Step) -> Shown:
    if step.policy is not None:
        read_as = MEANS[step.policy]
    elif step.outcome in AUTHORITATIVE:
        read_as = "nothing of Hetk’s here"
    else:
        read_as = "no answer"
    return Shown(
        name=step.name,
        # Which resolvers an installation asks is nobody's business.
        resolver="first" if number % 2 == 0 else "second",
        answer=step.said,
        record=step.record,
        tags=step.read_as,
        read_as=read_as,
        problem=step.problem.sentence if step.problem else "",
    )
