"""The figures of the facts, for pages whose own code stands below them: no number is written twice."""

from django import template

from hetk.trust import facts

register = template.Library()


@register.simple_tag
def figures() -> dict[str, object]:
    return facts.figures()
