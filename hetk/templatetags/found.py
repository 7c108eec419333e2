"""What search engines and messengers are told of a page: its one address, or that it is none of theirs."""

from django import template
from django.conf import settings
from django.template.context import Context

from hetk.pages import public

register = template.Library()


@register.inclusion_tag("pieces/found.html", takes_context=True)
def found(context: Context, title: str, description: str) -> dict[str, object]:
    """`title` and `description` as they stand in the head of the page; without a request (error pages) nothing is found."""
    path = getattr(context.get("request"), "path", "")
    return {
        "public": public.is_public(path),
        "url": settings.SITE_URL + path,
        "title": title,
        "description": description,
        "site": settings.SITE_URL,
    }
