"""The version of the terms, for the form that signs up."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def terms_version() -> str:
    return str(settings.TERMS_VERSION)
