"""Every address of the site, by app."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("sync.urls")),
    path("", include("accounts.urls")),
    path("admin/", admin.site.urls),
]
