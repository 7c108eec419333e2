"""All that everybody may find: each page is whole, valid HTML, light, described, and every link of it leads somewhere."""

import gzip
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import resolve, reverse
from tinyhtml5.parser import HTMLParser

from accounts import terms
from hetk.pages import cases, glossary, public, recipes
from sync.engine import backoff

pytestmark = pytest.mark.django_db

# Open without an account, and no page that anybody looks for: forms, answers, papers, addresses for machines.
LEFT_OUT = {
    "connect_callback", "terms_accept", "account_logout", "health", "health_work", "styleguide", "security", "end_session", "end_sessions",
    "confirm_by_code", "account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "way_back", "lost_factor_stop",
    "lost_factor_stop_here", "dpa_pdf", "for_it_pdf", "api:openapi", "metrics", "contact_sent", "sitemap", "robots", "recipe", "use_case",
}  # fmt: skip
PAGES = [path for path in public.paths() if path != "/pricing/"]


@cache
def answer_of(path: str) -> tuple[int, str]:
    """(status, HTML), asked once a run; what is asked does not depend on rows."""
    answer = Client().get(path)
    return answer.status_code, answer.content.decode() if "html" in answer.get("Content-Type", "") else ""


def html_of(path: str) -> str:
    status, html = answer_of(path)
    assert status == 200, path
    return html


def head_of(html: str, pattern: str) -> str:
    [found] = re.findall(pattern, html)
    return str(found)


def title_of(html: str) -> str:
    return head_of(html, r"<title>(.*?)</title>")


def description_of(html: str) -> str:
    return head_of(html, r'<meta name="description" content="([^"]*)"')


def test_every_page_that_is_open_is_in_the_sitemap_or_left_out_on_purpose():
    assert set(public.PLAIN) == terms.OPEN - LEFT_OUT
    assert len(PAGES) == len(set(PAGES)) >= 35


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_valid_html(path):
    assert list(faults_of(html_of(path))) == []


def faults_of(html: str) -> Iterator[str]:
    """What the parser of the HTML standard complains of, and references to nothing."""
    parser = HTMLParser()
    parser.parse(html)
    yield from (f"{place}: {what}" for place, what, _ in parser.errors)
    yield from (f"a link says nothing: {one}" for one in re.findall(r"<a\b[^>]*>\s*</a>", html))
    ids = re.findall(r'\sid="([^"]+)"', html)
    yield from (f"id {one} stands twice" for one in set(ids) if ids.count(one) > 1)
    for name, told in re.findall(
        r'\s(for|aria-labelledby|aria-describedby|aria-controls|form|popovertarget)="([^"]+)"', html
    ):
        yield from (f"{name} names nothing: {one}" for one in told.split() if one not in ids)


@pytest.mark.parametrize(
    ("fault", "page"),
    [
        ("unexpected-end-tag", "<!doctype html><title>x</title><p>a<ul><li>b</ul></p>"),
        ("stands twice", '<!doctype html><title>x</title><p id="a">b<p id="a">c'),
        ("names nothing: b", '<!doctype html><title>x</title><section aria-labelledby="b">c</section>'),
        ("says nothing", '<!doctype html><title>x</title><a href="/"> </a>'),
        ("doctype", "<title>x</title>"),
    ],
)
def test_a_fault_of_html_would_be_found(fault, page):
    assert any(fault in found for found in faults_of(page))


@pytest.mark.parametrize("path", PAGES)
def test_each_link_leads_to_a_page_and_each_mark_to_its_place(path):
    assert list(broken_in(path)) == []


def broken_in(path: str) -> Iterator[str]:
    html = html_of(path)
    for address in set(re.findall(r'(?:href|src)="([^"]*)"', html)):
        parts = urlsplit(address)
        if parts.scheme in {"mailto", "https", "http"}:
            continue
        there = parts.path or path
        if there.startswith("/static/"):
            if not finders.find(there.removeprefix("/static/")):
                yield f"{address}: no such file"
            continue
        if there.endswith(".pdf"):
            # Printing is looked at elsewhere, and takes its time.
            resolve(there)
            continue
        status, other = (200, html) if there == path else answer_of(there + (f"?{parts.query}" if parts.query else ""))
        if status not in {200, 301, 302}:
            yield f"{address}: {status}"
        elif parts.fragment and f'id="{parts.fragment}"' not in other:
            yield f"{address}: no such place"


@pytest.mark.parametrize("path", PAGES)
def test_each_page_says_where_it_is_and_what_it_is_about(path):
    html = html_of(path)
    title, description = title_of(html), description_of(html)
    assert (html.count("<h1"), html.count("<main")) == (1, 1)
    assert 6 <= len(title) <= 70
    assert 40 <= len(description) <= 180
    assert f'<link rel="canonical" href="{settings.SITE_URL}{path}">' in html
    told = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)"', html))
    assert (told["title"], told["description"], told["url"]) == (title, description, settings.SITE_URL + path)
    assert finders.find(told["image"].removeprefix(f"{settings.SITE_URL}/static/"))
    assert "noindex" not in html
    assert not re.search(r"{{|{%", html)


def test_no_two_pages_have_one_title_or_one_description():
    for of in (title_of, description_of):
        said = [of(html_of(path)) for path in PAGES]
        assert [one for one in said if said.count(one) > 1] == [], of.__name__


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/", "/styleguide/", "/nowhere/"])
def test_what_nobody_should_find_says_so(path):
    html = Client().get(path).content.decode()
    assert '<meta name="robots" content="noindex">' in html
    assert "canonical" not in html
    assert "og:" not in html


@pytest.mark.parametrize("path", PAGES)
def test_a_first_visit_weighs_less_than_100_kilobytes(path):
    """As it travels: the page and everything it loads, compressed as the static files are."""
    html = html_of(path)
    loaded = re.findall(r'<(?:script|img)[^>]*src="/static/([^"]+)"', html)
    loaded += re.findall(r'<link rel="(?:stylesheet|icon)" href="/static/([^"]+)"', html)
    assert len(loaded) >= 6
    assert weight_of(html.encode()) + sum(weight_of_file(name) for name in loaded) < 100_000
    assert len(html.encode()) < 100_000


def weight_of(part: bytes) -> int:
    return len(gzip.compress(part))


@cache
def weight_of_file(name: str) -> int:
    return weight_of(Path(str(finders.find(name))).read_bytes())


def test_the_sitemap_names_every_public_page_once():
    answer = Client().get("/sitemap.xml")
    assert answer["Content-Type"] == "application/xml"
    told = re.findall(r"<loc>(.*?)</loc>", answer.content.decode())
    assert told == [settings.SITE_URL + path for path in public.paths()]
    for path in ("/", "/features/", "/recipes/outlook-to-google/", "/use-cases/lawyers/", "/for-it/"):
        assert settings.SITE_URL + path in told
    assert answer.content.startswith(b"<?xml")


def test_robots_are_shown_the_sitemap():
    answer = Client().get("/robots.txt")
    assert answer["Content-Type"].startswith("text/plain")
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in answer.content.decode()


def test_prices_are_found_where_there_are_plans_and_nowhere_else(settings):
    for on in (True, False):
        settings.BILLING = on
        assert ("/pricing/" in public.paths()) is on


def test_there_is_a_recipe_for_each_pairing_that_people_ask_for():
    told = {(recipe.source.short, recipe.target.short) for recipe in recipes.RECIPES.values()}
    big = ("Outlook", "Google", "iCloud")
    assert {(one, two) for one in big for two in big} - {("iCloud", "iCloud")} <= told
    assert all(recipe.both is (recipe.source.short != "Feed") for recipe in recipes.RECIPES.values())
    for recipe in recipes.RECIPES.values():
        assert len(recipe.asked) >= 2
        assert recipes.others(recipe)


def test_a_recipe_tells_how_soon_by_what_is_configured(monkeypatch):
    path = reverse("recipe", args=("icloud-to-google",))
    assert "every 45 seconds to 4 minutes" in Client().get(path).content.decode()
    monkeypatch.setattr(backoff, "POLL_UNWATCHED", timedelta(minutes=7))
    assert "every 45 seconds to 7 minutes" in Client().get(path).content.decode()


@pytest.mark.parametrize("name", ["recipe", "use_case"])
def test_what_is_not_there_is_not_found(name):
    assert Client().get(reverse(name, args=("nothing-of-this",))).status_code == 404


def test_the_words_are_told_in_their_order_and_each_once():
    words = [word.casefold() for _, word, _ in glossary.WORDS]
    assert words == sorted(set(words))
    assert all(case.recipes for case in cases.CASES.values())
