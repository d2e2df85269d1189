"""Replay: progress rebuilt from facts and versions alone, or compared with what is stored."""

from collections.abc import Iterator
from dataclasses import dataclass

from milestones.acts import read
from milestones.concluding import conclude, think
from milestones.enrolling import enroll_people, enrollable_seats, find_spans, ladder_rules
from milestones.judging import News, load
from milestones.models import Enrollment, Hit, Progress
from milestones.recording import FOLDED
from onboarding import clock
from onboarding.tracking.models import Person

AT_A_TIME = 500


@dataclass(frozen=True)
class Difference:
    """One place at which what is stored is not what the facts say."""

    place: str
    what: str
    stored: object
    facts: object

    def __str__(self):
        return f"{self.place}: {self.what} is {self.stored}, the facts say {self.facts}"


def rebuild() -> int:
    """Fold everybody anew in the open workspace, under its drain lock; returns the number of enrollments."""
    total = 0
    for people in _everybody():
        enroll_people(people)
        ids = list(Enrollment.objects.filter(seat__person_id__among=people).values_list("pk", flat=True))
        conclude({pk: News(everything=True) for pk in ids}, now=clock.now(), occasion="replay")
        total += len(ids)
    return total


def compare() -> Iterator[Difference]:
    """Fold everybody anew in the open workspace and answer where that differs from what is stored; writes nothing."""
    rules = ladder_rules()
    for people in _everybody():
        yield from _compare_enrollments(people, rules)
        ids = list(Enrollment.objects.filter(seat__person_id__among=people).values_list("pk", flat=True))
        yield from _compare_progress(ids)


def _everybody() -> Iterator[set[int]]:
    ids = list(Person.objects.order_by("id").values_list("pk", flat=True))
    for start in range(0, len(ids), AT_A_TIME):
        yield set(ids[start : start + AT_A_TIME])


def _compare_enrollments(people: set[int], rules) -> Iterator[Difference]:
    wanted = [(seat, rule) for seat in enrollable_seats(people) for rule in rules]
    present: dict[tuple[int, int], list[tuple]] = {}
    rows = Enrollment.objects.filter(seat__person_id__among=people).order_by("ordinal")
    for seat, ladder, *span in rows.values_list("seat_id", "ladder_id", "enrolled_at", "ended_at", "version_id"):
        present.setdefault((seat, ladder), []).append(tuple(span))
    for (seat, rule), spans in find_spans(wanted, read(people)).items():
        told = [(span.enrolled_at, span.ended_at, span.version_id) for span in spans]
        stored = present.get((seat.pk, rule.ladder_id), [])
        if told != stored:
            yield Difference(f"{seat.person.external_id} on {rule.key}", "enrollment", stored, told)


def _compare_progress(ids: list[int]) -> Iterator[Difference]:
    hits: dict[int, dict] = {pk: {} for pk in ids}
    for hit in Hit.objects.filter(enrollment__among=ids):
        hits[hit.enrollment_id][hit.rung, hit.epoch, hit.signal] = (hit.hit_at, hit.evidence)
    rows: dict[int, dict[str, Progress]] = {pk: {} for pk in ids}
    for row in Progress.objects.filter(enrollment__among=ids):
        rows[row.enrollment_id][row.key] = row
    for concluded in think(load(ids)):
        enrollment = concluded.enrollment
        place = f"{enrollment.seat.person.external_id} on {enrollment.ladder.key}"
        told = {key: (found.at, list(found.evidence)) for key, found in concluded.hits.items()}
        for key in sorted(told.keys() | hits[enrollment.pk].keys()):
            stored = hits[enrollment.pk].get(key)
            if stored != told.get(key):
                yield Difference(f"{place}, {key[0]}", f"hit of signal {key[2]}", stored, told.get(key))
        for key, standing in concluded.standings.items():
            row = rows[enrollment.pk].get(key)
            if row is None:
                yield Difference(f"{place}, {key}", "progress", None, standing)
                continue
            for name in FOLDED:
                if getattr(row, name) != getattr(standing, name):
                    yield Difference(f"{place}, {key}", name, getattr(row, name), getattr(standing, name))
            if row.evidence != list(standing.evidence):
                yield Difference(f"{place}, {key}", "evidence", row.evidence, list(standing.evidence))
