"""Outlooks of ladders, measured from everybody's progress and kept; and one person's forecast read off them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from milestones.models import Enrollment, Ladder, LadderOutlook, Progress
from milestones.outlook import ENOUGH, Climb, Outlook, Range, forecast, look_ahead
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.counting import real

DAY = 86_400
LATEST = 5_000  # enrollments of a ladder: those of long ago say little about now


def measure_outlooks(ladder: Ladder, now: datetime) -> int:
    """Measure a ladder's outlook anew, for all roles together and for each with enough people; returns how many there are."""
    by_role: dict[str, list[Climb]] = {"": []}
    for role, climb in _climbs(ladder, now):
        by_role[""].append(climb)
        if role:
            by_role.setdefault(role, []).append(climb)
    fresh = []
    for role, climbs in by_role.items():
        outlook = look_ahead(climbs, _days(now))
        if outlook is not None:
            fresh.append(
                LadderOutlook(
                    workspace_id=current_workspace_id(),
                    ladder=ladder,
                    role=role,
                    people=sum(not climb.left for climb in climbs),
                    said=msgspec.to_builtins(outlook, str_keys=True),
                    measured_at=now,
                )
            )
    LadderOutlook.objects.filter(ladder=ladder).delete()
    LadderOutlook.objects.bulk_create(fresh)
    return len(fresh)


def _climbs(ladder: Ladder, now: datetime) -> list[tuple[str, Climb]]:
    """(role, climb) of the latest enrollments of real people."""
    latest = Enrollment.objects.filter(real("seat"), ladder=ladder, enrolled_at__lte=now).order_by("-enrolled_at")[
        :LATEST
    ]
    began = {pk: rest for pk, *rest in latest.values_list("pk", "enrolled_at", "ended_at", "seat__role")}
    rungs: dict[int, list[Progress]] = {pk: [] for pk in began}
    shown = Progress.objects.filter(enrollment__among=list(began), on_track=True)
    for row in shown.only("enrollment_id", "reached_at", "skipped_at"):
        rungs[row.enrollment_id].append(row)
    return [
        (role, _climb(enrolled_at, ended_at, rungs[pk]))
        for pk, (enrolled_at, ended_at, role) in began.items()
        if rungs[pk]
    ]


def _climb(enrolled_at: datetime, ended_at: datetime | None, rows: Iterable[Progress]) -> Climb:
    moments = [row.reached_at or row.skipped_at for row in rows]
    began = _days(enrolled_at)
    return Climb(
        began=began,
        done=tuple(sorted(max(_days(at), began) for at in moments if at)),
        total=len(moments),
        **({"watched_until": _days(ended_at)} if ended_at else {}),
    )


def outlook_of(ladder_id: int, role: str) -> Outlook | None:
    """What is known of people of the role on a ladder; of all together where too few of that role have finished."""
    rows = LadderOutlook.objects.filter(ladder=ladder_id, role__in={"", role}).order_by("-role")
    said = rows.values_list("said", flat=True).first()
    return None if said is None else msgspec.convert(said, Outlook, strict=False)


def done_between(
    outlook: Outlook | None, enrollment: Enrollment, rows: Iterable[Progress], now: datetime
) -> dict | None:
    """{"low", "high", "people", "within_days", "text"} of when somebody who goes on like this is done; None where nothing can be said."""
    climb = _climb(enrollment.enrolled_at, None, rows)
    if outlook is None or not climb.left or enrollment.ended_at is not None:
        return None
    found: Range | None = forecast(outlook, climb, _days(now))
    if found is None or found.people < ENOUGH:
        return None
    low, high = now + timedelta(days=found.low), now + timedelta(days=found.high)
    return {
        "low": low,
        "high": high,
        "text": _between(low, high),
        "people": found.people,
        "within_days": round(outlook.horizon),
    }


def _between(low: datetime, high: datetime) -> str:
    """ "on 3 December", "between 3 and 12 December", "between 28 November and 2 December"."""
    first, last = (timezone.localtime(at).date() for at in (low, high))
    if first == last:
        return _("on %(day)s") % {"day": date_format(first, _("j F"))}
    spelled = _("j F") if first.year == last.year else _("j F Y")
    begins = _("j") if (first.year, first.month) == (last.year, last.month) else spelled
    return _("between %(low)s and %(high)s") % {
        "low": date_format(first, begins),
        "high": date_format(last, spelled),
    }


def _days(at: datetime) -> float:
    return at.timestamp() / DAY
