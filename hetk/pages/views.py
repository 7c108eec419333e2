"""The pages for whoever looks around, and the two papers for machines that do."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hetk.pages import public
from hetk.pages.cases import CASES
from hetk.pages.glossary import WORDS
from hetk.pages.recipes import RECIPES, SIDES, others
from hetk.trust import facts, fields


@require_safe
def features(request: HttpRequest) -> HttpResponse:
    return _page(request, "features", never=fields.NEVER)


@require_safe
def recipes(request: HttpRequest) -> HttpResponse:
    return _page(request, "recipes", recipes=RECIPES.values(), sides=SIDES.values())


@require_safe
def recipe(request: HttpRequest, slug: str) -> HttpResponse:
    if slug not in RECIPES:
        raise Http404("There is no such recipe.")
    return _page(request, "recipe", recipe=RECIPES[slug], others=others(RECIPES[slug]), never=fields.NEVER)


@require_safe
def use_cases(request: HttpRequest) -> HttpResponse:
    return _page(request, "use_cases", cases=CASES.values())


@require_safe
def use_case(request: HttpRequest, slug: str) -> HttpResponse:
    if slug not in CASES:
        raise Http404("There is no such page.")
    rest = [case for case in CASES.values() if case.slug != slug]
    return _page(request, "use_case", case=CASES[slug], others=rest)


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    told = [(mark, word, means.format(**facts.figures())) for mark, word, means in WORDS]
    return _page(request, "glossary", words=told)


@require_safe
def help(request: HttpRequest) -> HttpResponse:
    return _page(request, "help")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page (sitemaps.org, 0.9)."""
    context = {"addresses": [settings.SITE_URL + path for path in public.paths()]}
    return render(request, "site/sitemap.xml", context, content_type="application/xml")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """RFC 9309: what is no page for anybody who searches."""
    lines = (
        "User-agent: *",
        "Disallow: /hooks/",
        "Disallow: /api/v1/",
        "",
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _page(request: HttpRequest, name: str, **context: object) -> HttpResponse:
    return render(request, f"site/{name}.html", {"figures": facts.figures(), **context})
