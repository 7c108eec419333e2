"""Every address of the site, by app."""

from django.contrib import admin
from django.urls import include, path

from hetk.health import health

urlpatterns = [
    path("", include("sync.urls")),
    path("", include("accounts.urls")),
    path("hooks/", include("sync.webhooks.urls")),
    path("health/", health, name="health"),
    path("admin/", admin.site.urls),
]
