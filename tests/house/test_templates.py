"""Pages that a strict content policy lets work as they are written."""

import re
from pathlib import Path

import pytest

from tests.house.source import files, name, text

ALL = files("*.html", "templates")
PAGES = [path for path in ALL if "emails" not in path.parts]
INLINE = {
    "a style block": r"<style\b",
    "a style attribute": r"<[^>]*\sstyle\s*=",
    "a handler attribute": r"<[^>]*\son[a-z]+\s*=",
    "a script address": r"""(?:href|src|action)\s*=\s*["']\s*javascript:""",
    "a script in the page": r"<script(?![^>]*\b(?:src=|type=\"application/json\"))",
    "an evaluated expression": r"\bhx-on|\bhx-vals\s*=\s*[\"']js:",
}
FOREIGN = r"""<(?:script|link|img|iframe)[^>]*(?:src|href)\s*=\s*["'](?:https?:)?//"""
# A field's help text is code, not input: Django's own form templates do the same.
UNESCAPED = r"(?<!help_text)\|\s*safe\b|autoescape\s+off"
POSTING = re.compile(r"<form\b[^>]*method\s*=\s*[\"']post[\"'][^>]*>.*?</form>", re.IGNORECASE | re.DOTALL)


def _holding(pattern: str, paths: list[Path]) -> list[str]:
    return [name(path) for path in paths if re.search(pattern, text(path), re.IGNORECASE)]


def test_there_are_pages_to_look_at():
    assert len(PAGES) > 20


@pytest.mark.parametrize("what", INLINE)
def test_no_page_carries_inline_code(what):
    assert _holding(INLINE[what], PAGES) == []


@pytest.mark.parametrize(
    ("what", "page"),
    [
        ("a style attribute", '<p class="a" style="color: red">'),
        ("a handler attribute", '<a href="#" onclick="x()">'),
        ("a script in the page", "<script>alert(1)</script>"),
        ("a script address", '<a href="javascript:x()">'),
    ],
)
def test_inline_code_would_be_found(what, page):
    assert re.search(INLINE[what], page)


def test_no_page_loads_from_another_host():
    assert _holding(FOREIGN, PAGES) == []


def test_no_page_switches_escaping_off():
    assert _holding(UNESCAPED, ALL) == []


def test_every_form_that_posts_carries_its_token():
    forms = [(name(path), form) for path in PAGES for form in POSTING.findall(text(path))]
    assert [place for place, form in forms if "csrf_token" not in form] == []


def test_no_style_sheet_loads_from_another_host():
    assert _holding(r"url\(\s*[\"']?(?:https?:)?//|@import", files("*.css", "hetk/static")) == []
