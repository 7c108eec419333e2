"""What templates need to say things the way the whole site says them."""

import re
from datetime import datetime

from django import template
from django.template.context import Context
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from sync import wording
from sync.models import Calendar, Verification

register = template.Library()


@register.simple_tag(takes_context=True)
def nav(context: Context, name: str, label: str) -> SafeString:
    """A link of the main navigation; the page one is on, and the pages below it, say so."""
    try:
        url = reverse(name)
    except NoReverseMatch:
        return SafeString("")
    path = getattr(context.get("request"), "path", "")
    here = path.startswith(url) or (name == "dashboard" and path.startswith("/pairs/"))
    current = SafeString(' aria-current="page"') if here else SafeString("")
    return format_html('<a href="{}"{}>{}</a>', url, current, label)


@register.filter
def ago(moment: datetime | None) -> SafeString | str:
    """How long ago, with a unit, and the exact time for whoever points at it."""
    if moment is None:
        return "never"
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        wording.moment(local),
        wording.age(timezone.now() - moment),
    )


@register.filter
def moment(value: datetime) -> SafeString:
    """A point in time in the person's own zone."""
    local = timezone.localtime(value)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), wording.moment(local))


@register.filter
def at(value: datetime) -> SafeString:
    """When something was, within a sentence: "at 02:10", and with the day where that is not today."""
    local = timezone.localtime(value)
    words = f"at {local:%H:%M}" if local.date() == timezone.localdate() else f"on {wording.moment(local)}"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), words)


@register.filter
def verification(row: Verification) -> str:
    return wording.verification_words(row)


@register.filter
def counted(number: int, noun: str) -> str:
    """`3|counted:"copy,copies"` -> "3 copies"."""
    one, _, many = noun.partition(",")
    return wording.count(number, one, many)


@register.filter
def clock(value: datetime) -> SafeString:
    """The time of day alone, where the day stands above."""
    local = timezone.localtime(value)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), f"{local:%H:%M:%S}")


@register.filter
def spans(text: str) -> SafeString:
    """Words of the OpenAPI document, whose `code` is set as such (CommonMark's code spans; it has no other marks)."""
    return SafeString(re.sub(r"`([^`]+)`", r"<code>\1</code>", conditional_escape(text)))


@register.filter
def calendar(row: Calendar) -> str:
    return wording.calendar_name(row)
