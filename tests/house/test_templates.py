"""Pages that a strict content policy lets work as they are written."""

import re

import pytest

from tests.house.source import files, name, text

PAGES = [path for path in files("*.html", "templates") if "emails" not in path.parts]
INLINE = {
    "a style block": r"<style\b",
    "a style attribute": r"<[^>]*\sstyle\s*=",
    "a handler attribute": r"<[^>]*\son[a-z]+\s*=",
    "a script address": r"""(?:href|src|action)\s*=\s*["']\s*javascript:""",
    "a script in the page": r"<script(?![^>]*\b(?:src=|type=\"application/json\"))",
    "an evaluated expression": r"\bhx-on|\bhx-vals\s*=\s*[\"']js:",
}


@pytest.mark.parametrize("path", PAGES, ids=name)
@pytest.mark.parametrize("what", INLINE)
def test_no_page_carries_inline_code(path, what):
    assert not re.search(INLINE[what], text(path), re.IGNORECASE), what


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_no_page_loads_from_another_host(path):
    assert not re.search(r"""<(?:script|link|img|iframe)[^>]*(?:src|href)\s*=\s*["'](?:https?:)?//""", text(path))


@pytest.mark.parametrize("path", files("*.html", "templates"), ids=name)
def test_no_page_switches_escaping_off(path):
    # A field's help text is code, not input: Django's own form templates do the same.
    assert not re.search(r"(?<!help_text)\|\s*safe\b|autoescape\s+off", text(path))


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_form_that_posts_carries_its_token(path):
    forms = re.findall(
        r"<form\b[^>]*method\s*=\s*[\"']post[\"'][^>]*>.*?</form>", text(path), re.IGNORECASE | re.DOTALL
    )
    assert [form[:80] for form in forms if "csrf_token" not in form] == []


@pytest.mark.parametrize("path", files("*.css", "hetk/static"), ids=name)
def test_no_style_sheet_loads_from_another_host(path):
    assert not re.search(r"url\(\s*[\"']?(?:https?:)?//|@import", text(path))
