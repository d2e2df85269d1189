"""`{{ text|prose }}`: an author's Markdown as safe HTML."""

from django import template
from django.utils.safestring import mark_safe

from milestones.prose import as_html

register = template.Library()


@register.filter
def prose(text: str) -> str:
    return mark_safe(as_html(text))  # noqa: S308  cleaned by nh3 in as_html
