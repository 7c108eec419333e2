"""The contract on data processing (Article 28 GDPR): its version, the whole of it as one document, and its acceptance.

The text is `templates/trust/_dpa.html`; the annexes are filled from the facts. A changed text is a new version: the tests know the
hash of this one. What was accepted is kept as it was.
"""

import hashlib
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts import audit, emails, notices
from accounts.access import person
from accounts.audit import Act
from accounts.models import Contract, User
from hetk import pdf
from hetk.trust import claims, facts

VERSION = "2026-11-26"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who accepts: the organization, its postal address, the person with their role, and whether the Commission's clauses are to be part."""

    organization: str
    post: str
    signatory: str
    clauses: bool = False


def accept(request: HttpRequest, party: Party) -> Contract:
    """The contract as it is now, for an organization; its paper goes out by mail. Accepting the same once more changes nothing."""
    user, said = person(request), text()
    agreed = asdict(party) | {"version": VERSION, "fingerprint": fingerprint(said)}
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if known := user.contracts.filter(**agreed).first():
            return known
        row = user.contracts.create(**agreed, text=said)
        audit.record(
            user,
            Act.CONTRACT_ACCEPTED,
            facts={"what": VERSION, "fingerprint": row.fingerprint, "clauses": party.clauses},
            personal={"organization": party.organization, "signatory": party.signatory, **audit.whence(request)},
        )
    notices.send(emails.contract_accepted, row, _attached(row))
    return row


def _attached(row: Contract) -> tuple[str, bytes] | None:
    try:
        return name_of(row), paper_of(row)
    except pdf.Unavailable:
        return None


def name_of(row: Contract) -> str:
    return f"hetk-dpa-{row.version}.pdf"


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
