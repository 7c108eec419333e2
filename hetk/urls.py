"""Every address of the site, by app."""

from django.contrib import admin
from django.urls import include, path

from hetk import metrics, status, wellknown
from hetk.health import health, work
from sync.api import page as api

urlpatterns = [
    path("", include("sync.urls")),
    path("", include("accounts.urls")),
    path("", include("policy.urls")),
    path("", include("billing.urls")),
    path("", include("hetk.trust.urls")),
    path("", include("hetk.pages.urls")),
    path("api/", api.reference, name="api"),
    path("api/v1/", include("sync.api.urls")),
    path("hooks/", include("sync.webhooks.urls")),
    path(".well-known/microsoft-identity-association.json", wellknown.microsoft_identity, name="microsoft_identity"),
    path(".well-known/security.txt", wellknown.security, name="security_txt"),
    path("reporting-a-weakness/", wellknown.disclosure, name="disclosure"),
    path("health/", health, name="health"),
    path("health/work/", work, name="health_work"),
    path("status/", status.page, name="status"),
    # Where Prometheus looks unless it is told otherwise.
    path("metrics", metrics.scrape, name="metrics"),
    path("admin/", admin.site.urls),
]
