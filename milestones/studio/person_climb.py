"""One person's climbs: every rung with its evidence, or with what is missing and what came near."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from milestones import acts as cairn_acts
from milestones.checklist.document import document
from milestones.concluding import acts_of
from milestones.criteria import ABOUT
from milestones.models import Enrollment, Progress
from milestones.studio.days import Calendar, Moment
from milestones.studio.evidence import Evidence, evidence_of, how_reached, people_in
from milestones.studio.roles import role_label
from milestones.studio.splits import listed
from milestones.studio.stones import is_missed_now
from milestones.why_not import Gap, explain
from onboarding.tracking.models import Person


@dataclass(frozen=True)
class NearEvent:
    name: str
    reason: str
    when: Moment
    event_id: int | None


@dataclass(frozen=True)
class Missing:
    """One signal that is not met yet, or is, of a rung that is not reached."""

    sentence: str
    current: float
    target: float
    is_met: bool
    near: tuple[NearEvent, ...]


@dataclass(frozen=True)
class RungView:
    key: str
    title: str
    number: int
    state: str
    outcome: str
    sentence: str
    is_overdue: bool
    is_missed: bool
    is_first_value: bool
    opens_text: str
    opened: Moment | None
    due: Moment | None
    when: Moment | None  # reached or skipped
    missed: Moment | None
    how: str
    evidence: list[Evidence]
    gaps: list[Missing]

    @property
    def is_done(self) -> bool:
        return self.state in ("reached", "skipped")


@dataclass(frozen=True)
class ClimbView:
    """One enrollment. `aside` holds the rungs off the person's track that keep a record."""

    enrollment: Enrollment
    ladder: str
    version: int
    account: str
    role: str
    enrolled: Moment
    ended: Moment | None
    paused: Moment | None
    reached: int
    total: int
    phases: list[tuple[str, list[RungView]]]
    aside: list[RungView] = field(default_factory=list)

    @property
    def rungs(self) -> list[RungView]:
        return [rung for _, rungs in self.phases for rung in rungs]

    @property
    def current(self) -> RungView | None:
        return next((rung for rung in self.rungs if rung.state == "open" and not rung.is_missed), None)

    @property
    def overdue(self) -> int:
        return sum(rung.is_overdue and not rung.is_missed for rung in self.rungs)

    @property
    def is_finished(self) -> bool:
        return all(rung.is_done for rung in self.rungs)


def enrollments_of(person: Person) -> list[Enrollment]:
    """All of the person's enrollments, the running ones first."""
    rows = Enrollment.objects.filter(seat__person=person).select_related("ladder", "version", "seat__account")
    rows = list(rows.select_related("seat__person").order_by("ladder__position", "ladder_id", "seat_id", "-ordinal"))
    return sorted(rows, key=lambda row: row.ended_at is not None)


def view_climbs(enrollments: Iterable[Enrollment], calendar: Calendar) -> list[ClimbView]:
    return [_view(enrollment, calendar) for enrollment in enrollments]


def paused_since(enrollment: Enrollment) -> datetime | None:
    """When the pause began that is open now; None while the enrollment is not paused."""
    since = None
    for act in acts_of(cairn_acts.read({enrollment.seat.person_id}), enrollment):
        if act.verb == "paused":
            since = since or act.at
        elif act.verb == "resumed":
            since = None
    return since


def _view(enrollment: Enrollment, calendar: Calendar) -> ClimbView:
    told = document(enrollment, now=calendar.now, address=ABOUT)
    rows = Progress.objects.filter(enrollment=enrollment).select_related("rung").order_by("rung__position")
    by_key = {row.key: row for row in rows}
    reader = _Reader(enrollment, by_key, calendar)
    phases, number = [], 0
    for phase in told["phases"]:
        views = []
        for entry in phase["rungs"]:
            number += 1
            views.append(reader.on_track(by_key[entry["key"]], entry, number))
        phases.append((phase["name"], views))
    off = [row for row in by_key.values() if not row.on_track and (row.reached_at or row.skipped_at)]
    return ClimbView(
        enrollment=enrollment,
        ladder=enrollment.ladder.name,
        version=enrollment.version.number,
        account=str(enrollment.seat.account or ""),
        role=role_label(enrollment.seat.role),
        enrolled=calendar.date(enrollment.enrolled_at),
        ended=calendar.date(enrollment.ended_at),
        paused=calendar.date(paused_since(enrollment)),
        reached=told["reached"],
        total=told["total"],
        phases=phases,
        aside=[reader.off_track(row) for row in off],
    )


class _Reader:
    """Reads the rungs of one enrollment; names and titles are fetched once for all of them."""

    def __init__(self, enrollment: Enrollment, rows: dict[str, Progress], calendar: Calendar):
        self.enrollment, self.calendar = enrollment, calendar
        self.names = people_in(rows.values())
        self.titles = {key: row.rung.title for key, row in rows.items()}

    def on_track(self, row: Progress, entry: dict, number: int) -> RungView:
        is_done = entry["state"] in ("reached", "skipped")
        return self._rung(
            row,
            number=number,
            sentence=entry["sentence"],
            opens_text=_opens_text(entry, self.calendar) if entry["state"] == "locked" else "",
            gaps=[] if is_done else self._gaps(row, entry["signals"]),
        )

    def off_track(self, row: Progress) -> RungView:
        return self._rung(row, number=0, sentence="", opens_text="", gaps=[])

    def _rung(self, row: Progress, *, number: int, sentence: str, opens_text: str, gaps: list[Missing]) -> RungView:
        calendar, now = self.calendar, self.calendar.now
        state = row.state(now)
        is_missed = is_missed_now(row, state, now)
        return RungView(
            key=row.key,
            title=row.rung.title,
            number=number,
            state=str(state),
            outcome=row.rung.content.get("outcome", ""),
            sentence=sentence,
            is_overdue=row.is_overdue(now),
            is_missed=is_missed,
            is_first_value=row.rung.first_value,
            opens_text=opens_text,
            opened=calendar.day(row.opened_at) if state == "open" else None,
            due=calendar.due(row.due_shown) if state in ("open", "locked") else None,
            when=calendar.time(row.reached_at if state == "reached" else row.skipped_at),
            missed=calendar.date(row.missed_at) if is_missed else None,
            how=how_reached(row) if state == "reached" else "",
            evidence=self._evidence(row) if state == "reached" else [],
            gaps=gaps,
        )

    def _evidence(self, row: Progress) -> list[Evidence]:
        own = self.enrollment.seat.person_id
        return evidence_of(row, own=own, names=self.names, titles=self.titles, calendar=self.calendar)

    def _gaps(self, row: Progress, signals: list[dict]) -> list[Missing]:
        return [self._missing(gap) for gap in explain(self.enrollment, row, signals)]

    def _missing(self, gap: Gap) -> Missing:
        near = tuple(NearEvent(m.name, m.reason, self.calendar.time(m.at), m.event_id) for m in gap.near)
        return Missing(gap.sentence, gap.current, gap.target, gap.met, near)


def _opens_text(entry: dict, calendar: Calendar) -> str:
    """When a locked rung opens, as staff read it."""
    if entry["blocked_by"]:
        needed = [f"“{rung['title']}”" for rung in entry["blocked_by"]]
        return f"Opens after {listed(needed)}."
    if entry["opens_at"]:
        return f"Opens on {calendar.date(entry['opens_at']).words}."
    return "Opens when enough of the rungs before it are done."
