"""`{{ moment|day:now }}`: a day as a checklist says it, in the reader's language and time zone."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def day(at: datetime, now: datetime) -> str:
    """today, Mon 3 Aug, or Mon 3 Aug 2025 where it is another year."""
    local, today = timezone.localtime(at), timezone.localtime(now)
    if local.date() == today.date():
        return _("today")
    return date_format(local, _("D j M") if local.year == today.year else _("D j M Y"))
