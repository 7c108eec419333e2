"""What an assessment of Hetk needs, as one page and as one paper: nothing here is told for the first time."""

from functools import lru_cache

from django.conf import settings
from django.template.loader import render_to_string

from accounts.approvals import APPLICATION
from hetk import pdf
from hetk.trust import answers, dpa, facts

# The marks on the page, and their titles.
PARTS = (
    ("short", "In short"),
    ("flow", "The way of the data"),
    ("permissions", "Permissions"),
    ("contract", "Contract"),
    ("who", "Sub-processors"),
    ("kept", "Retention"),
    ("answers", "Questionnaire"),
    ("contacts", "Contacts"),
)


def context() -> dict[str, object]:
    """All that the page and the paper state."""
    return {
        "company": settings.COMPANY,
        "figures": facts.figures(),
        "security_contact": settings.SECURITY_CONTACT,
        "application": APPLICATION,
        "client_id": settings.MICROSOFT_CLIENT_ID,
        "microsoft": facts.microsoft_permissions(),
        "google": facts.google_permissions(),
        "subprocessors": facts.subprocessors(),
        "retention": facts.retention(),
        "answers": answers.by_area(),
        "since": dpa.since(),
        "site": settings.SITE_URL,
        "parts": PARTS,
    }


def document() -> str:
    """All of it with the whole contract, as HTML."""
    said = dpa.text()
    return render_to_string("trust/it/paper.html", context() | {"contract": said, "fingerprint": dpa.fingerprint(said)})


def paper() -> bytes:
    """The same as PDF. Raises pdf.Unavailable."""
    return _printed(document())


@lru_cache(maxsize=2)
def _printed(html: str) -> bytes:
    # The same for everybody, so that nobody makes us print at will.
    return pdf.of_html(html)
