"""Addresses of the pages that reviewers read. All are public but the two about a contract of one's own."""

from django.urls import path

from hetk.trust import views

# Where links from elsewhere still lead -> the page of today.
BEFORE = {"apple-icloud": "icloud-caldav", "admin-policy": "domain-policy"}

urlpatterns = [
    path("security/", views.security, name="trust_security"),
    path("sub-processors/", views.subprocessors, name="subprocessors"),
    path("privacy/", views.privacy, name="privacy"),
    path("dpa/", views.contract, name="dpa"),
    path("dpa/accept/", views.accept_contract, name="dpa_accept"),
    path("dpa/accepted/<int:contract_id>.pdf", views.accepted_paper, name="dpa_accepted"),
    path("dpa/dpa.pdf", views.contract_paper, name="dpa_pdf"),
    path("for-it/", views.for_it, name="for_it"),
    path("for-it/hetk-for-it.pdf", views.for_it_paper, name="for_it_pdf"),
    path("integrations/", views.integrations, name="integrations"),
    *(
        path(f"integrations/{name}/", views.integration, {"name": name}, name=f"integration_{name}")
        for name in views.INTEGRATIONS
    ),
    *(
        path(f"integrations/{old}/", views.moved, {"name": f"integration_{new}"}, name=f"moved_{old}")
        for old, new in BEFORE.items()
    ),
]
