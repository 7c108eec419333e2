"""How keys and codes are written for people who type them."""

from django import template

register = template.Library()


@register.filter
def in_fours(text: str) -> str:
    """Groups of four, as banks write numbers; blanks do not matter where it is typed in."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))
