"""What a checklist says of itself, in the language of the moment: how far, what is next, how long, who else."""

import math

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from milestones.models import PeerTime


def headline(shown: dict, upcoming: dict | None) -> str:
    """How far somebody is, and what is next, in a sentence or two."""
    reached, total = shown["reached"], shown["total"]
    if reached >= total:
        return ngettext("Your one step is done.", "All %(total)s steps are done.", total) % {"total": total}
    if reached:
        said = _("%(reached)s of %(total)s steps done.") % {"reached": reached, "total": total}
    else:
        said = ngettext("One step ahead.", "%(total)s steps ahead, one at a time.", total) % {"total": total}
    if upcoming is None:
        return said
    title, minutes = upcoming["title"], upcoming["effort_minutes"]
    next_up = _("Next: %(title)s") if reached or total == 1 else _("First: %(title)s")
    takes = (
        ngettext(", about %(minutes)s minute", ", about %(minutes)s minutes", minutes) % {"minutes": minutes}
        if minutes
        else ""
    )
    return f"{said} {next_up % {'title': title}}{takes}."


def days_in_words(low: float, high: float) -> str:
    """ "1 to 4 days", "within a day", "2 days"."""
    begins = max(math.floor(low), 0)
    ends = max(math.ceil(high), 1)
    if ends == 1:
        return _("within a day")
    if ends > max(begins, 1):
        return _("%(low)s to %(high)s days") % {"low": max(begins, 1), "high": ends}
    return ngettext("%(days)s day", "%(days)s days", ends) % {"days": ends}


def opens_text(entry: dict) -> str:
    if entry["blocked_by"]:
        titles = [_("“%(text)s”") % {"text": each["title"]} for each in entry["blocked_by"]]
        return _("Opens after %(steps)s") % {"steps": f" {_('and')} ".join(titles)}
    if entry["opens_at"]:
        return _("Opens on %(day)s") % {"day": date_format(timezone.localtime(entry["opens_at"]), _("j F"))}
    return _("Opens when you have done the steps before it")


def peers_in_words(row: PeerTime) -> str:
    """How teams like this one do on a step."""
    said = {"reached": row.reached, "teams": row.accounts}
    whose = {
        "industry": _("%(reached)s of %(teams)s teams in your industry have done this step"),
        "size": _("%(reached)s of %(teams)s teams of your size have done this step"),
        "plan": _("%(reached)s of %(teams)s teams on your plan have done this step"),
    }
    text = whose.get(row.trait, _("%(reached)s of %(teams)s teams have done this step")) % said
    if row.middle is not None:
        days = max(math.ceil(row.middle), 1)
        text += ngettext(", half of all within a day", ", half of all within %(days)s days", days) % {"days": days}
    return f"{text}."


def comma() -> str:
    return _(", ")
