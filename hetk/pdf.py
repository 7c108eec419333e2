"""Papers as PDF: one of our own templates, laid out by WeasyPrint, which is let fetch nothing at all.

A paper has no picture, font or style sheet from anywhere: its style is `hetk/static/css/paper.css`, read from the disk here, and
whatever a text brings along (an address in an img tag, `url()`, a file) stays unread.
"""

import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string

STYLE = Path(__file__).parent / "static" / "css" / "paper.css"

# It names the sources it looks at, and those that it was refused.
logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
logging.getLogger("fontTools").setLevel(logging.CRITICAL)


class Unavailable(Exception):
    """The system's libraries for laying out text (Pango) are not installed."""


def paper(template: str, context: Mapping[str, Any]) -> bytes:
    """The PDF of `template`. Raises Unavailable."""
    return of_html(render_to_string(template, dict(context)))


def of_html(html: str) -> bytes:
    """The PDF of a whole HTML document, tagged for screen readers. Raises Unavailable."""
    try:
        # It loads the system's libraries, and takes its time; most processes never print.
        import weasyprint
    except OSError as error:
        raise Unavailable("Pango is missing: docs/running.md names the packages.") from error
    fetcher = _fetcher()
    style = weasyprint.CSS(string=STYLE.read_text(), url_fetcher=fetcher)
    document = weasyprint.HTML(string=html, base_url="about:blank", url_fetcher=fetcher)
    pdf: bytes = document.write_pdf(stylesheets=[style], pdf_tags=True)
    return pdf


def response(pdf: bytes, name: str) -> HttpResponse:
    """A download called `name`, ours and without quotes."""
    return HttpResponse(
        pdf, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@lru_cache(maxsize=1)
def _fetcher() -> Any:
    from weasyprint.urls import URLFetcher

    class Nothing(URLFetcher):
        """Whatever is asked for is not here."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            raise ValueError("A paper fetches nothing.")

    return Nothing()
