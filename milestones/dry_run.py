"""What a draft would do to real people, found with the one evaluator and written nowhere."""

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import datetime

from milestones.acts import read
from milestones.climbing import Act, Carried
from milestones.concluding import Concluded, think
from milestones.drafting.edits import content_of, keys, needs, rungs
from milestones.enrolling import LadderRule, draft_rule, enrollable_seats, find_spans
from milestones.models import Enrollment, Progress, Version
from milestones.rules import VersionRules, document_rules
from onboarding.tracking.models import Person

AT_A_TIME = 1_000
NAMED = 200  # people kept by name for each rung


@dataclass
class RungEffect:
    """What happens to one rung: how many of those judged have it now, and would."""

    key: str
    title: str
    unlocks: list[str]
    before: int = 0
    after: int = 0
    newly: int = 0
    lost: int = 0
    newly_named: list[tuple[int, datetime]] = field(default_factory=list)  # (enrollment, reached_at), some of them
    lost_named: list[int] = field(default_factory=list)


@dataclass
class DryRun:
    """`under_way` is how many are on the ladder now, `judged` how many of them the draft was tried on."""

    under_way: int = 0
    judged: int = 0
    affected: int = 0  # enrollments for which any rung is reached anew or no longer
    rungs: dict[str, RungEffect] = field(default_factory=dict)

    @property
    def newly(self) -> int:
        return sum(effect.newly for effect in self.rungs.values())

    @property
    def lost(self) -> int:
        return sum(effect.lost for effect in self.rungs.values())


def under_way(ladder) -> "list[int]":
    """The ids of the running enrollments on a ladder."""
    return list(Enrollment.objects.filter(ladder=ladder, ended_at=None).order_by("id").values_list("pk", flat=True))


def dry_run(version: Version, *, carry: Container[str] | None, now: datetime, most: int | None = None) -> DryRun:
    """Move everybody who is under way onto the draft, in thought. `carry` None carries every milestone that both have.

    With `most`, no more than so many enrollments are judged, those that began last.
    """
    rules, run = document_rules(version), DryRun()
    kept = {key for key in keys(version.document) if carry is None or key in carry}
    for key in keys(version.document):
        content = content_of(version.document, key)
        run.rungs[key] = RungEffect(key, content["title"], content.get("unlocks", []))
    ids = under_way(version.ladder)
    run.under_way = len(ids)
    ids = ids[-most:] if most else ids
    run.judged = len(ids)
    for start in range(0, len(ids), AT_A_TIME):
        _try_on(run, rules, kept, ids[start : start + AT_A_TIME], version, now)
    return run


def _try_on(run: DryRun, rules: VersionRules, kept: set[str], ids: list[int], version: Version, now: datetime) -> None:
    enrollments = list(
        Enrollment.objects.filter(pk__among=ids).select_related("seat__person", "seat__account", "ladder")
    )
    progress: dict[int, dict[str, Progress]] = {}
    for row in Progress.objects.filter(enrollment__among=ids).defer("evidence"):
        progress.setdefault(row.enrollment_id, {})[row.key] = row
    moves = {e.pk: move_act(progress.get(e.pk, {}), kept, version.number, now) for e in enrollments}
    for concluded in think(enrollments, trial=rules, moves=moves):
        pk = concluded.enrollment.pk
        changed = False
        for key, standing in concluded.standings.items():
            effect, row = run.rungs[key], progress.get(pk, {}).get(key)
            had, has = row is not None and row.reached_at is not None, standing.reached_at is not None
            effect.before += had
            effect.after += has
            if has and not had:
                changed = True
                effect.newly += 1
                if len(effect.newly_named) < NAMED:
                    effect.newly_named.append((pk, standing.reached_at))
            elif had and not has:
                changed = True
                effect.lost += 1
                if len(effect.lost_named) < NAMED:
                    effect.lost_named.append(pk)
        run.affected += changed


def move_act(progress: dict[str, Progress], kept: Container[str], number: int, now: datetime) -> Act:
    """The fact that publishing would write for one enrollment."""
    carried = {
        key: Carried(row.opened_at, row.reached_at, row.skipped_at, row.how or "sealed")
        for key, row in progress.items()
        if key in kept
    }
    return Act(at=now, verb="moved_to_version", version=number, carried=carried)


# --- trying one criterion -------------------------------------------------------------------------


@dataclass
class Trial:
    """One rung tried on the people there are. `reached` is what was concluded of those who reached it, in the order of reaching."""

    key: str
    people: int
    reached: list[Concluded]
    are_enrolled: bool  # they are on the ladder; otherwise the draft would take them on

    @property
    def percent(self) -> int:
        return round(100 * len(self.reached) / self.people) if self.people else 0


def try_rung(version: Version, key: str, *, now: datetime, most: int) -> Trial:
    """Judge one rung of a draft for everybody on its track: of those under way, or of those the draft would take on.

    At most `most` enrollments are looked at, those that began last. Raises CriteriaError.
    """
    rules = document_rules(version, keys=_needed_for(version.document, key))
    running = Enrollment.objects.filter(ladder=version.ladder, ended_at=None).order_by("-enrolled_at")[:most]
    enrollments = list(running.select_related("seat__person", "seat__account", "ladder"))
    are_enrolled = bool(enrollments)
    if not are_enrolled:
        enrollments = would_enroll(version, now=now, most=most)
    on_track, reached = 0, []
    for concluded in think(enrollments, trial=rules):
        standing = concluded.standings[key]
        on_track += standing.on_track
        if standing.on_track and standing.reached_at is not None and standing.how == "criteria":
            reached.append(concluded)
    reached.sort(key=lambda each: each.standings[key].reached_at)
    return Trial(key, on_track, reached, are_enrolled)


def would_enroll(version: Version, *, now: datetime, most: int) -> list[Enrollment]:
    """Enrollments as the draft's rule would make them if it were published now; they are not stored, their ids are below 0."""
    people = set(Person.objects.exclude(external_id=None).order_by("-last_seen_at").values_list("pk", flat=True)[:most])
    rule: LadderRule = draft_rule(version, now)
    made = []
    spans = find_spans([(seat, rule) for seat in enrollable_seats(people)], read(people))
    for place, ((seat, _), found) in enumerate(spans.items(), start=1):
        for span in found[:1]:
            made.append(
                Enrollment(pk=-place, seat=seat, ladder=version.ladder, version=version, enrolled_at=span.enrolled_at)
            )
    return made


def joining(version: Version, *, now: datetime, most: int) -> int:
    """How many people, of the `most` seen last, the draft's rule would take on at once who have never been on the ladder."""
    known = set(Enrollment.objects.filter(ladder=version.ladder).values_list("seat_id", flat=True))
    return sum(enrollment.seat_id not in known for enrollment in would_enroll(version, now=now, most=most))


def _needed_for(document: dict, key: str) -> set[str]:
    """The rung itself and every rung that its criteria wait for, directly or through others."""
    wanted, waiting = {key}, [key]
    placed = {rung["milestone"]: rung for rung in rungs(document)}
    while waiting:
        for needed in needs(document, placed[waiting.pop()]):
            if needed in placed and needed not in wanted:
                wanted.add(needed)
                waiting.append(needed)
    return wanted
