"""Reading the roll-ups: a question's matrices, and the people behind them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from django.db.models import Q

from analytics.asking import Asked, Span
from analytics.models import Climb, MatrixRow
from analytics.statistics.counts import Counts
from analytics.statistics.intervals import Spells

NEVER = np.iinfo(np.int64).max
HORIZON, A_TURN = 400, 20_000
COLUMNS = ("cohort", "eligible", "not_theirs", "skipped", "left_out", "reached", "gone", "ended")


@dataclass
class Sheet:
    """Everything that the matrices of a ladder hold about a segment, in memory; a page reads it once and asks it much."""

    rows: dict[tuple[str, str], list[tuple]] = field(default_factory=dict)  # (measure, role) → rows

    def counts(self, measure: str, span: Span, role: str = "") -> Counts:
        """One measure of those whose time began in the span; "" is every role."""
        return Counts.of(
            row
            for (name, of), rows in self.rows.items()
            if name == measure and role in ("", of)
            for row in rows
            if span.first <= row[0] <= span.last
        )

    @property
    def measures(self) -> set[str]:
        return {measure for measure, _ in self.rows}


COMPARED = ("first_value", "week", "month")  # what is laid beside the time before; so is the use of each feature


def read_sheet(asked: Asked, measures: Iterable[str] | None = None) -> Sheet:
    """The rows of the asked ladder and segment from the first asked day on: some measures, or all, and with all of them those
    that are compared from the time before.
    """
    found = MatrixRow.objects.filter(ladder_id=asked.ladder.pk, segment=asked.segment, value=asked.value)
    asked_for, earlier = Q(cohort__range=(asked.span.first, asked.until)), asked.span.before()
    if measures is None:
        compared = Q(measure__in=COMPARED) | Q(measure__startswith="use:")
        asked_for |= compared & Q(cohort__range=(earlier.first, earlier.last))
    else:
        asked_for &= Q(measure__in=list(measures))
    found = found.filter(asked_for)
    sheet = Sheet()
    for measure, role, *row in found.values_list("measure", "role", *COLUMNS).iterator():
        sheet.rows.setdefault((measure, role), []).append(tuple(row))
    return sheet


def climbs_of(asked: Asked):
    """The climbs that a question is about, those left out not among them."""
    found = Climb.objects.filter(
        ladder_id=asked.ladder.pk, left_out="", cohort__range=(asked.span.first, asked.span.last)
    )
    if asked.role:
        found = found.filter(role=asked.role)
    if asked.segment:
        found = found.filter(**{f"segments__{asked.segment - 1}": asked.value})
    return found


def read_spells(asked: Asked, what: str = "first_value") -> tuple[Spells, np.ndarray]:
    """(each person's way to first value, or to being done; each one's role) as known at the end of the asked day.

    Nobody is followed for longer than HORIZON days. Read in turns: a million people are not held as rows.
    """
    found = climbs_of(asked).filter(cohort__lte=asked.until).exclude(**{what: Climb.NOT_THEIRS})
    rows = found.values_list("account_id", "enrollment_id", "cohort", what, "gone", "ended", "role")
    parts = [_spells(asked, part) for part in batched(rows.iterator(chunk_size=A_TURN), A_TURN)]
    if not parts:
        nothing = np.zeros(0, dtype=np.int64)
        return Spells(nothing, nothing, nothing.astype(bool), nothing.astype(bool)), nothing.astype(object)
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return Spells(*columns[:4]), columns[4]


def batched(rows: Iterable[tuple], size: int) -> Iterator[list[tuple]]:
    turn = iter(rows)
    while part := list(islice(turn, size)):
        yield part


def _spells(asked: Asked, rows: list[tuple]) -> tuple[np.ndarray, ...]:
    cluster = np.array([account or -enrollment for account, enrollment, *_ in rows], dtype=np.int64)
    last = np.array([min((asked.until - row[2]).days, HORIZON) for row in rows], dtype=np.int64)
    reached, gone, ended = (_days([row[place] for row in rows]) for place in (3, 4, 5))
    is_reached = (reached <= last) & (reached <= gone) & (reached <= ended)
    is_gone = ~is_reached & (gone <= last) & (gone <= ended) & (gone < NEVER)
    day = np.where(is_reached, reached, np.minimum(np.minimum(gone, ended), last))
    return cluster, day, is_reached, is_gone, np.array([row[6] for row in rows], dtype=object)


def _days(values: list) -> np.ndarray:
    """Days as numbers, never where there is none."""
    return np.array([NEVER if value is None or value < 0 else value for value in values], dtype=np.int64)
