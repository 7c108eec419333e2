"""The support desk takes the place of Django's own admin site, so that everything registers with it."""

from django.contrib.admin.apps import AdminConfig


class SupportConfig(AdminConfig):
    default_site = "hetk.support.SupportSite"
