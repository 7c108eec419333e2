"""Every address of the site, by app."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from hetk.health import health, work

# Django's own door to the support desk knows no limits on tries and no second factor; the people's door knows both.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("sync.urls")),
    path("", include("accounts.urls")),
    path("", include("policy.urls")),
    path("hooks/", include("sync.webhooks.urls")),
    path("health/", health, name="health"),
    path("health/work/", work, name="health_work"),
    path("admin/", admin.site.urls),
]
