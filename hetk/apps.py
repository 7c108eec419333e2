from django.apps import AppConfig
from django.conf import settings

from hetk import outbound


class HetkConfig(AppConfig):
    name = "hetk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        outbound.configure(hosts=settings.OUTBOUND_HOSTS, sandbox_url=settings.SANDBOX_URL)
