"""What a step has brought, and the value so far: templates filled with the customer's own numbers, silent where they mislead."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.formats import number_format
from django.utils.translation import ngettext

from milestones.evaluation import INSTANT, Candidate, measure
from milestones.impact_templates import PLACEHOLDER, Measure, Template
from milestones.models import Enrollment
from milestones.signals_in_sql import event_name
from onboarding.tracking.models import EventName


def tell(
    templates: Mapping[str, tuple[Template, datetime]], enrollment: Enrollment, *, now: datetime
) -> dict[str, dict | None]:
    """key → {"text", "before", "after", "labels"} for each (template, the moment it is about), None where it stays silent.

    `before` and `after` are the two numbers of a measure that the text compares, as text, else None; `labels` what they are.
    """
    asked = {
        (key, measure.name, span): Candidate(
            measure.signal,
            enrollment.seat.person_id,
            enrollment.seat.account_id,
            *_span(span, template, at, enrollment, now),
        )
        for key, (template, at) in templates.items()
        for measure, span in template.asked
    }
    if not asked:
        return {}
    names = {event_name(candidate.signal) for candidate in asked.values()}
    name_ids = dict(EventName.objects.filter(name__in=names).values_list("name", "id"))
    counted = measure(list(asked.values()), name_ids, now=now)
    numbers = {place: counted.get(candidate, 0) for place, candidate in asked.items()}
    return {key: _say(key, template, at, enrollment, numbers, now) for key, (template, at) in templates.items()}


def _span(span: str, template: Template, at: datetime, enrollment: Enrollment, now: datetime):
    """(since, after, until) of a candidate."""
    days = timedelta(days=template.days)
    if span == "before":
        return at - days, None, at - INSTANT
    if span == "after":
        return at, None, min(at + days, now)
    return enrollment.enrolled_at, None, now


def _say(
    key: str, template: Template, at: datetime, enrollment: Enrollment, numbers: dict[tuple, float], now: datetime
) -> dict | None:
    spans = {span for _, span in template.asked}
    days = timedelta(days=template.days)
    if "after" in spans and now < at + days:
        return None  # half a window beside a whole one misleads
    if "before" in spans and any(_seen_since(each, enrollment) > at - days for each in template.measures):
        return None
    compared = None
    for each in template.measures:
        told = {
            span: numbers[key, each.name, span]
            for span in ("before", "after", "total")
            if (key, each.name, span) in numbers
        }
        if max(told.values(), default=template.at_least) < template.at_least:
            return None
        if "before" in told and "after" in told:
            gained = told["after"] - told["before"]
            if gained == 0 or (gained > 0) != (each.better == "more"):
                return None  # no gain to be proud of; the team sees the numbers elsewhere
            compared = compared or each
        if "after" in told and "before" not in told and told["after"] < template.at_least:
            return None

    def number(found: re.Match) -> str:
        worth = next(each.worth for each in template.measures if each.name == found[1])
        return in_words(numbers[key, found[1], found[2]] * worth)

    said = {
        "text": PLACEHOLDER.sub(number, template.text),
        "days": template.days,
        "before": None,
        "after": None,
        "labels": None,
    }
    if compared:
        for span in ("before", "after"):
            said[span] = in_words(numbers[key, compared.name, span] * compared.worth)
        said["labels"] = _labels(template.days)
    return said


def _labels(days: int) -> dict[str, str]:
    """What stands over the two numbers."""
    return {
        "before": ngettext("%(days)s day before", "%(days)s days before", days) % {"days": days},
        "after": ngettext("%(days)s day after", "%(days)s days after", days) % {"days": days},
    }


def _seen_since(each: Measure, enrollment: Enrollment) -> datetime:
    """Since when its subject could have been counted at all."""
    seat = enrollment.seat
    of_account = each.signal.by == "account" and seat.account is not None
    return seat.account.first_seen_at if of_account else seat.person.first_seen_at


def in_words(value: float) -> str:
    """A number as people read it: whole from ten on, one decimal below."""
    value = round(value) if abs(value) >= 10 or float(value).is_integer() else round(value, 1)
    whole = float(value).is_integer()
    return number_format(int(value) if whole else value, None if whole else 1, use_l10n=True, force_grouping=True)
