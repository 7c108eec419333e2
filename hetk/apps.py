from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Tags, register

from hetk import checks, database_rights, outbound


class HetkConfig(AppConfig):
    name = "hetk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        outbound.configure(hosts=settings.OUTBOUND_HOSTS, sandbox_url=settings.SANDBOX_URL)
        # Rows are there only now.
        from hetk.trust import changes

        for check in [*checks.ALL, changes.check]:
            register(check, Tags.security)
        register(database_rights.check, Tags.database, deploy=True)
