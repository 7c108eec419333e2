"""The contract on data processing (Article 28 GDPR): its version, the whole of it as one document, and its acceptance.

The text is `templates/trust/_dpa.html`; the annexes are filled from the facts. A changed text is a new version: the tests know the
hash of this one. What was accepted is kept as it was.
"""

import hashlib
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts import audit
from accounts.access import person
from accounts.audit import Act
from accounts.models import Contract
from hetk import pdf
from hetk.trust import claims, facts

VERSION = "2026-11-25"


def text() -> str:
    """The contract as HTML, without the page around it."""
    context = {
        "company": settings.COMPANY,
        "figures": facts.figures(),
        "areas": claims.by_area(),
        "subprocessors": facts.subprocessors(),
        "retention": facts.retention(),
    }
    return render_to_string("trust/_dpa.html", context)


def fingerprint(said: str) -> str:
    """SHA-256 of a text as hexadecimal digits: two who name the same one mean the same contract."""
    return hashlib.sha256(said.encode()).hexdigest()


def since() -> date:
    """The day since when the text stands as it does."""
    return date.fromisoformat(VERSION)


def accept(request: HttpRequest, *, organization: str, post: str) -> Contract:
    """The contract as it is now, for an organization."""
    user, said = person(request), text()
    row = Contract.objects.create(
        user=user, organization=organization, post=post, version=VERSION, fingerprint=fingerprint(said), text=said
    )
    audit.record(
        user,
        Act.CONTRACT_ACCEPTED,
        facts={"what": VERSION, "fingerprint": row.fingerprint},
        personal={"organization": organization, **audit.whence(request)},
    )
    return row


def paper() -> bytes:
    """The contract as it is now, for nobody yet, as PDF. Raises pdf.Unavailable."""
    said = text()
    return _printed(_whole(said, since(), fingerprint(said)))


def paper_of(row: Contract) -> bytes:
    """What was accepted, as it was accepted. Raises pdf.Unavailable."""
    # Our own template wrote it.
    html = _whole(SafeString(row.text), date.fromisoformat(row.version), row.fingerprint, contract=row)
    return pdf.of_html(html)


def _whole(said: str, day: date, digits: str, **more: object) -> str:
    context = {"company": settings.COMPANY, "text": said, "since": day, "fingerprint": digits, **more}
    return render_to_string("trust/dpa_paper.html", context)


@lru_cache(maxsize=2)
def _printed(html: str) -> bytes:
    # The same for everybody, so that nobody makes us print at will.
    return pdf.of_html(html)
