"""Reading the roll-ups: a question's matrices, and the way of each account's people to a step."""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter

import numpy as np
from django.db import connection
from django.db.models import Q

from analytics.asking import Asked, Span
from analytics.climbers import ACCOUNT_VALUE, USE, WAIT, Dimension, climbs, from_any_day, way
from analytics.models import MatrixRow
from analytics.rollups import matrices
from analytics.rollups.basis import read_basis
from analytics.statistics.counts import Counts, LifeTable, life_table
from analytics.statistics.intervals import Spells
from analytics.statistics.survival import Curve, incidence

HORIZON = 400  # days: no curve goes on for longer
COLUMNS = ("cohort", "eligible", "not_theirs", "skipped", "left_out", "reached", "gone", "ended")
PLAIN = 5  # of them, before those that are packed


@dataclass
class Sheet:
    """Everything that the matrices of a ladder hold about a segment, in memory; a page reads it once and asks it much."""

    rows: dict[tuple[str, str], list[tuple]] = field(default_factory=dict)  # (measure, role) → rows
    _unpacked: dict[tuple[tuple[str, ...], str], Counts] = field(default_factory=dict)  # of what was asked for

    def counts(self, measure: str, span: Span, role: str = "") -> Counts:
        """One measure of those whose time began in the span; "" is every role."""
        return self.joined([measure], span, role)

    def joined(self, measures: list[str], span: Span, role: str = "") -> Counts:
        """Several measures, each spell of each once."""
        key = (tuple(measures), role)
        if key not in self._unpacked:
            rows = (
                row for (name, of), rows in self.rows.items() if name in measures and role in ("", of) for row in rows
            )
            self._unpacked[key] = Counts.of(sorted(rows, key=itemgetter(0)))
        return self._unpacked[key].between(span.first, span.last)

    @property
    def measures(self) -> set[str]:
        return {measure for measure, _ in self.rows}

    def said(self) -> list:
        """As plain values, for keeping."""
        return [
            [
                measure,
                role,
                row[0].isoformat(),
                *row[1:PLAIN],
                *(b64encode(bytes(each)).decode() for each in row[PLAIN:]),
            ]
            for (measure, role), rows in self.rows.items()
            for row in rows
        ]

    @classmethod
    def read(cls, said: list) -> "Sheet":
        """What `said` said."""
        sheet = cls()
        for measure, role, day, *row in said:
            counts = (*row[: PLAIN - 1], *(b64decode(each) for each in row[PLAIN - 1 :]))
            sheet.rows.setdefault((measure, role), []).append((date.fromisoformat(day), *counts))
        return sheet


COMPARED = ("first_value", "week", "month")  # what is laid beside the time before; so is the use of each feature


def read_sheet(asked: Asked, measures: Iterable[str] | None = None) -> Sheet:
    """The rows of the asked ladder and segment from the first asked day on: some measures, or all, and with all of them those
    that are compared from the time before. The question has no further conditions: for these see `count_sheet`.
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


def count_sheet(asked: Asked) -> Sheet:
    """The same counted from the climbs, whatever the question's conditions are. Seconds for a million people: for the worker.

    Those left out as tests are not among these.
    """
    basis, _ = read_basis()
    sql, said = climbs(from_any_day(asked))
    sheet, earliest = Sheet(), asked.span.before().first
    for row in matrices.count_climbs(f"(select c.*, 1 as sign from ({sql}) c)", {**basis.parameters(), **said}):
        measure, role, *counts = row
        if counts[0] >= earliest:
            sheet.rows.setdefault((measure, role), []).append(tuple(counts))
    return sheet


class Reader:
    """Asks one sheet what a question's role did; `before` is the span of the same length just before."""

    def __init__(self, asked: Asked, sheet: Sheet):
        self.asked, self.sheet = asked, sheet
        self.span, self.before = asked.span, asked.span.before()

    def counts(self, measure: str, span: Span | None = None, role: str | None = None) -> Counts:
        return self.sheet.counts(measure, span or self.span, self.asked.role if role is None else role)

    def table(self, measure: str, span: Span | None = None, role: str | None = None) -> LifeTable:
        return life_table(self.counts(measure, span, role), self.asked.until)

    def curve(self, measure: str, span: Span | None = None, role: str | None = None) -> Curve:
        return incidence(self.table(measure, span, role))


# --- account by account -----------------------------------------------------------------------

OPEN, REACHED, GONE, ENDED = range(4)
SPELLS = """{head}
select r, k, cluster,
       case when is_reached then lag when is_gone then greatest(gone_after, 0) when is_ended then greatest(ended_after, 0)
            else %(until)s - since end,
       case when is_reached then 1 when is_gone then 2 when is_ended then 3 else 0 end,
       count(*)
from known where since between %(since_first)s and %(since_last)s group by 1, 2, 3, 4, 5"""


@dataclass(frozen=True)
class Ways:
    """Entry by entry: `n` people of one account, under what they are split by, who were last seen on their way after `day` days."""

    row: np.ndarray
    column: np.ndarray
    cluster: np.ndarray
    day: np.ndarray
    outcome: np.ndarray  # OPEN, REACHED, GONE or ENDED
    n: np.ndarray

    def only(self, which: np.ndarray) -> "Ways":
        return Ways(*(each[which] for each in (self.row, self.column, self.cluster, self.day, self.outcome, self.n)))

    @property
    def people(self) -> int:
        return int(self.n.sum())

    def spells(self) -> Spells:
        """One entry a person, followed for HORIZON days: who takes longer was last seen then."""
        cluster, day, outcome = (np.repeat(each, self.n) for each in (self.cluster, self.day, self.outcome))
        is_seen = day <= HORIZON
        return Spells(cluster, np.minimum(day, HORIZON), is_seen & (outcome == REACHED), is_seen & (outcome == GONE))


def counts_from_later(step: str) -> bool:
    """Whether the days of a way count from a later day than that on which somebody began."""
    return step.startswith((WAIT, USE, ACCOUNT_VALUE))


def read_ways(asked: Asked, step: str, row: Dimension | None = None, column: Dimension | None = None) -> Ways:
    """How far everybody who has the step was at the end of the asked day; `step` as `climbers.way` takes it.

    What counts from a later day than their beginning is asked of those for whom it began in the span, as in the matrices.
    """
    head, said = way(from_any_day(asked) if counts_from_later(step) else asked, step, row, column)
    said |= {"since_first": asked.span.first, "since_last": asked.span.last}
    with connection.cursor() as cursor:
        cursor.execute(SPELLS.format(head=head), said)
        columns = list(zip(*cursor.fetchall(), strict=True)) or [()] * 6
    texts, numbers = columns[:2], columns[2:]
    return Ways(
        *(np.array(each, dtype=object) for each in texts), *(np.array(each, dtype=np.int64) for each in numbers)
    )
