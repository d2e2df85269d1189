"""What a draft would do to real people, found with the one evaluator and written nowhere.

Most people have done nothing in Cairn that decides a rung: what they would reach follows from their events alone and is worked
out for all at once (wholesale). The others, and those who have been on the ladder before, are folded one by one.
"""

from collections import defaultdict
from collections.abc import Container
from dataclasses import dataclass, field, replace
from datetime import datetime

from milestones import wholesale
from milestones.acts import PREFIX, read
from milestones.climbing import Act, Carried
from milestones.concluding import think
from milestones.drafting.edits import content_of, keys, needs, rungs
from milestones.enrolling import LadderRule, draft_rule, enrollable_seats, find_spans
from milestones.judging import judge
from milestones.models import Enrollment, Progress, Version
from milestones.recording import Concluded
from milestones.rules import VersionRules, document_rules
from milestones.segments import GoneError
from milestones.signals_in_sql import event_name
from onboarding.tracking.counting import real
from onboarding.tracking.models import EventName, Person

AT_A_TIME = 1_000
DECIDING = (
    "confirmed",
    "reopened",
    "extended",
    "kept",
    "sealed",
)  # the facts of Cairn by which a rung is reached or not
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


def dry_run(version: Version, *, carry: Container[str] | None, now: datetime, most: int) -> DryRun:
    """Move everybody who is under way onto the draft, in thought. `carry` None carries every milestone that both have.

    No more than `most` enrollments are judged, those that began last, without tests. Inside an open scope, whose transaction ends soon.
    """
    rules, run = document_rules(version), DryRun()
    kept = {key for key in keys(version.document) if carry is None or key in carry}
    for key in keys(version.document):
        content = content_of(version.document, key)
        run.rungs[key] = RungEffect(key, content["title"], content.get("unlocks", []))
    run.under_way = Enrollment.objects.filter(real("seat"), ladder=version.ladder, ended_at=None).count()
    deciding = EventName.objects.filter(name__in=[PREFIX + verb for verb in DECIDING]).values_list("pk", flat=True)
    run.judged, odd = wholesale.gather(version.ladder_id, deciding=deciding, most=most)
    _try_on_all(run, rules, kept)
    run.judged += len(odd)
    for start in range(0, len(odd), AT_A_TIME):
        _try_on(run, rules, kept, odd[start : start + AT_A_TIME], version, now)
    return run


def _try_on_all(run: DryRun, rules: VersionRules, kept: set[str]) -> None:
    """What follows from events alone, for everybody at once."""
    if not run.judged or not rules.rules.rungs:
        return
    signals = list(dict.fromkeys(rule.signal for rule in rules.signals))
    numbers = {signal: number for number, signal in enumerate(signals)}
    names = EventName.objects.filter(name__in={event_name(signal) for signal in signals})
    wholesale.judge(signals, dict(names.values_list("name", "id")))
    _note_the_rest(rules, numbers)
    run.affected += wholesale.settle(rules.rules.rungs, numbers, kept)
    for place, tally in enumerate(wholesale.tallies(len(rules.rules.rungs))):
        effect = run.rungs[rules.rules.rungs[place].key]
        effect.before, effect.after, effect.newly, effect.lost = tally.before, tally.after, tally.newly, tally.lost
        effect.newly_named = wholesale.newly(place, NAMED) if tally.newly else []
        effect.lost_named = wholesale.lost(place, NAMED) if tally.lost else []


def _note_the_rest(rules: VersionRules, numbers: dict) -> None:
    """The signals that need more than one person's events in order (a whole account's, a quorum) are judged as ever."""
    rest = tuple(rule for rule in rules.signals if not wholesale.judges(rule.signal))
    few, after = replace(rules, signals=rest), 0
    while rest and (ids := wholesale.gathered(after, AT_A_TIME)):
        after = ids[-1]
        enrollments = list(Enrollment.objects.filter(pk__among=ids).select_related("seat__person", "seat__account"))
        found = judge(enrollments, defaultdict(lambda: few), defaultdict(list))
        signals = {(rule.rung, rule.index): rule.signal for rule in rest}
        wholesale.note(
            (pk, numbers[signals[rung, index]], hit.at)
            for pk, hits in found.items()
            for (rung, _, index), hit in hits.items()
        )


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
    running = Enrollment.objects.filter(real("seat"), ladder=version.ladder, ended_at=None).order_by("-enrolled_at")[
        :most
    ]
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
    people = set(
        Person.objects.exclude(external_id=None)
        .filter(is_test=False)
        .order_by("-last_seen_at")
        .values_list("pk", flat=True)[:most]
    )
    try:
        rule: LadderRule = draft_rule(version, now)
    except GoneError:
        return []  # the page of publishing says what is wrong with the rule
    made = []
    seats = [seat for seat in enrollable_seats(people) if not (seat.account and seat.account.is_test)]
    spans = find_spans([(seat, rule) for seat in seats], read(people))
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
