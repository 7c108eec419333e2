"""Who runs this installation, for every page, error pages without a request among them."""

from django import template
from django.conf import settings

from hetk.company import Company

register = template.Library()


@register.simple_tag
def company() -> Company:
    found: Company = settings.COMPANY
    return found
