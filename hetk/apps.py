from django.apps import AppConfig


class HetkConfig(AppConfig):
    name = "hetk"
    default_auto_field = "django.db.models.BigAutoField"
