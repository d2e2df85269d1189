"""Writing conclusions down: hits, progress, and the numbered transitions of what has come to pass."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from milestones.climbing import Act, Found, Standing
from milestones.judging import News, load
from milestones.models import Enrollment, Hit, Progress
from milestones.progress_rows import revise, write_hits, write_progress
from milestones.rules import VersionRules
from milestones.transitions import Change, announce
from onboarding.tenancy.scope import current_workspace_id


@dataclass
class Concluded:
    """What concluding found for one enrollment, before it is written."""

    enrollment: Enrollment
    rules: VersionRules
    acts: list[Act]
    hits: dict[tuple[str, int, int], Found]
    standings: dict[str, Standing]


def record_hits(changed: list[Concluded], stored: dict) -> None:
    fresh, gone = [], []
    for concluded in changed:
        pk = concluded.enrollment.pk
        for key, found in concluded.hits.items():
            if stored[pk].get(key) != found:
                rung, epoch, signal = key
                own = {
                    "workspace_id": current_workspace_id(),
                    "enrollment_id": pk,
                    "rung": rung,
                    "epoch": epoch,
                    "signal": signal,
                }
                fresh.append(Hit(**own, hit_at=found.at, evidence=list(found.evidence)))
        gone += [(pk, key) for key in stored[pk] if key not in concluded.hits]
    write_hits(fresh)
    for pk, (rung, epoch, signal) in gone:
        Hit.objects.filter(enrollment=pk, rung=rung, epoch=epoch, signal=signal).delete()


FOLDED = ("on_track", "opened_at", "due_at", "missed_at", "reached_at", "skipped_at", "how", "by")


def record_progress(changed: list[Concluded], news: dict[int, News], *, now: datetime, occasion: str) -> set[int]:
    """Write what differs; returns the ids of the enrollments that were revised."""
    present: dict[int, dict[str, Progress]] = {c.enrollment.pk: {} for c in changed}
    for row in Progress.objects.filter(enrollment__among=list(present)):
        present[row.enrollment_id][row.key] = row
    written, changes, revised = [], [], []
    for concluded in changed:
        rows, touched, told = present[concluded.enrollment.pk], False, len(changes)
        for key, standing in concluded.standings.items():
            row = rows.get(key)
            is_new = row is None
            if is_new:
                own = {"workspace_id": current_workspace_id(), "enrollment": concluded.enrollment, "key": key}
                row = Progress(**own, rung_id=concluded.rules.rung_ids[key])
            before = _moments(row)
            if not lay(row, standing, concluded.rules.rung_ids[key], now) and not is_new:
                continue
            touched = True
            fresh = _changes(concluded.enrollment, row, now, occasion)
            changes += fresh or _moves(concluded.enrollment, row, before, now, occasion)
            written.append(row)
        orphans = [row.pk for key, row in rows.items() if key not in concluded.standings]
        if orphans:
            Progress.objects.filter(pk__among=orphans).delete()
        if touched or news[concluded.enrollment.pk].everything:
            revised.append(concluded)
        if news[concluded.enrollment.pk].everything and len(changes) == told:
            # It began or ended at another time perhaps, or is another version's now.
            changes.append(Change(concluded.enrollment, "", "moved", concluded.enrollment.enrolled_at, occasion))
    write_progress(written)
    _revise(revised, now)
    announce(changes, now=now)
    return {each.enrollment.pk for each in revised}


def lay(row: Progress, standing: Standing, rung_id: int, now: datetime) -> bool:
    """Lay a standing over its row; True when anything changed."""
    evidence = list(standing.evidence)
    same = (
        row.rung_id == rung_id
        and row.evidence == evidence
        and all(getattr(row, f) == getattr(standing, f) for f in FOLDED)
    )
    if same:
        return False
    if row.reached_at != standing.reached_at:
        row.decided_at = now if standing.reached_at else None
    for name in FOLDED:
        setattr(row, name, getattr(standing, name))
    row.rung_id, row.evidence = rung_id, evidence
    return True


def _changes(enrollment: Enrollment, row: Progress, now: datetime, occasion: str) -> list[Change]:
    """What has come to pass and was not yet announced; notes on the row that it now is."""
    state, changes = row.state(now), []
    if state != row.told:
        verb = {"open": "opened", "locked": "locked"}.get(state, state)
        if row.told in ("reached", "skipped") and state in ("open", "locked"):
            verb = "reopened"
        at = {"reached": row.reached_at, "skipped": row.skipped_at}.get(state, row.opened_at)
        changes.append(Change(enrollment, row.key, verb, at, _occasion(at, now, occasion)))
        row.told = state
    overdue = row.is_overdue(now)
    if overdue != row.overdue_told:
        if overdue:
            changes.append(
                Change(enrollment, row.key, "overdue", row.due_shown, _occasion(row.due_shown, now, occasion))
            )
        row.overdue_told = overdue
    missed = row.missed_at is not None and row.missed_at <= now and state in ("open", "locked")
    if missed != row.missed_told:
        if missed:
            changes.append(
                Change(enrollment, row.key, "missed", row.missed_at, _occasion(row.missed_at, now, occasion))
            )
        row.missed_told = missed
    return changes


def _moments(row: Progress) -> tuple:
    return row.on_track, row.opened_at, row.reached_at, row.skipped_at


def _moves(enrollment: Enrollment, row: Progress, before: tuple, now: datetime, occasion: str) -> list[Change]:
    """That what was announced was at another time: upper floors have counted it where it was."""
    after = _moments(row)
    if after == before or (row.told == Progress.State.LOCKED and after[0] == before[0]):
        return []
    at, was_at = row.reached_at or row.skipped_at or row.opened_at, before[2] or before[3] or before[1]
    return [Change(enrollment, row.key, "moved", at, _occasion(at, now, occasion), was_at)]


def _occasion(at: datetime | None, now: datetime, occasion: str) -> str:
    return "late" if occasion == "live" and at is not None and now - at > timedelta(hours=24) else occasion


def _revise(revised: list[Concluded], now: datetime) -> None:
    """Note the next moment at which each answer may change by time alone, and that it has changed now."""
    revise({c.enrollment.pk: _next_change(c.standings.values(), now) for c in revised})


def _next_change(places: Iterable, now: datetime) -> datetime | None:
    """The next moment ahead at which a rung that is not done opens, is due or closes."""
    return min(
        (
            at
            for place in places
            if place.reached_at is None and place.skipped_at is None
            for at in (place.opened_at, place.due_at, place.missed_at)
            if at is not None and at > now
        ),
        default=None,
    )


def sweep(ids: Iterable[int], *, now: datetime) -> None:
    """Write the transitions of moments that have come to pass, and nothing else: the fold is not asked again."""
    rows: dict[int, list[Progress]] = {}
    for row in Progress.objects.filter(enrollment__among=list(ids)):
        rows.setdefault(row.enrollment_id, []).append(row)
    changes, next_changes = [], {}
    for enrollment in load(ids):
        mine = rows.get(enrollment.pk, [])
        changes += [change for row in mine for change in _changes(enrollment, row, now, "live")]
        next_changes[enrollment.pk] = _next_change(mine, now)
    write_progress([row for mine in rows.values() for row in mine])
    revise(next_changes)
    announce(changes, now=now)
