"""The fold: from a version's rules and what is known of one enrollment to where the person stands.

Pure. It answers with moments, some of which may lie ahead; nothing here knows what time it is (DESIGN.md section 5).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from milestones.criteria import ConfirmedSignal, Criteria, EventSignal, Group, MilestoneSignal
from milestones.working_time import MONDAY_TO_FRIDAY, WorkingTime

HOW_ORDER = ("criteria", "confirmed", "kept", "sealed")


@dataclass(frozen=True)
class RungRule:
    key: str
    criteria: Criteria
    tracks: frozenset[str] = frozenset()  # empty: open to everybody
    requires: tuple[str, ...] = ()
    due_days: float | None = None
    due_from: str = "opened"
    due_business: bool = False  # whole business days


@dataclass(frozen=True)
class Rules:
    """What a version asks, in order."""

    rungs: tuple[RungRule, ...]
    at_once: int | None = None
    per_day: int | None = None
    spacing: timedelta = timedelta(0)
    working_time: WorkingTime = MONDAY_TO_FRIDAY


@dataclass(frozen=True)
class Found:
    """A signal's hit: when it first held, and what decided it."""

    at: datetime
    evidence: tuple = ()


@dataclass(frozen=True)
class Act:
    """A fact of Cairn about this enrollment, in fact order."""

    at: datetime
    verb: str  # confirmed, skipped, reopened, extended, paused, resumed, track_set, kept, sealed, moved_to_version
    rung: str = ""
    by: str = ""  # manager, person, api
    actor: str = ""
    note: str = ""
    moment: datetime | None = None  # extended: the date; kept and sealed: reached_at
    role: str = ""  # track_set
    version: int = 0  # moved_to_version: its number
    carried: Mapping[str, "Carried"] = field(default_factory=dict)  # moved_to_version


@dataclass(frozen=True)
class Carried:
    """What a move to another version carried over for one rung."""

    opened_at: datetime | None = None
    reached_at: datetime | None = None
    skipped_at: datetime | None = None
    how: str = "sealed"


@dataclass(frozen=True)
class Known:
    """All that the fold looks at for one enrollment. Hits are by (rung key, epoch, signal index): epoch 0 counts from the
    beginning, epoch e from the rung's e-th reopening on.
    """

    enrolled_at: datetime
    hits: Mapping[tuple[str, int, int], Found] = field(default_factory=dict)
    acts: Sequence[Act] = ()
    roles: Sequence[tuple[datetime, str]] = ()  # in fact order
    active_days: Sequence[datetime] = ()  # the first fact of each day (workspace's zone) with one since enrolled_at


@dataclass(frozen=True)
class Standing:
    """Where an enrollment stands on one rung."""

    key: str
    on_track: bool
    opened_at: datetime | None
    due_at: datetime | None
    missed_at: datetime | None
    reached_at: datetime | None
    skipped_at: datetime | None
    how: str = ""
    by: str = ""
    evidence: tuple = ()


def fold(rules: Rules, known: Known) -> dict[str, Standing]:
    """Where the enrollment stands on each rung, by key."""
    return _Climb(rules, known).standings()


def reopenings(acts: Sequence[Act], key: str) -> list[datetime]:
    """The moments at which a rung was reopened, in order; epoch e of its hits begins after the e-th."""
    return [act.at for act in acts if act.verb == "reopened" and act.rung == key]


def window_end(signal: EventSignal, enrolled_at: datetime, acts: Sequence[Act], key: str) -> datetime | None:
    """When a signal's window of enrollment closes: at the later of its length and a date it was extended to."""
    if not (signal.days and signal.of_enrollment):
        return None
    ends = [act.moment for act in acts if act.verb == "extended" and act.rung == key and act.moment]
    return max([enrolled_at + timedelta(days=signal.days), *ends])


@dataclass
class _Reach:
    at: datetime
    how: str
    by: str = ""
    evidence: tuple = ()
    is_carried: bool = False

    @property
    def order(self) -> tuple[datetime, int]:
        """On a tie the first of HOW_ORDER names how; what was carried over stands where a seal does."""
        return (self.at, HOW_ORDER.index("sealed" if self.is_carried else self.how))


class _Climb:
    """One fold under way: rungs are judged in order, since each may name only earlier ones."""

    def __init__(self, rules: Rules, known: Known):
        self.rules, self.known = rules, known
        move = [act for act in known.acts if act.verb == "moved_to_version"]
        self.move = move[-1] if move else None
        self.carried = dict(self.move.carried) if self.move else {}
        self.tracks = _track_history(known)
        self.track = self.tracks[-1][1]
        self.reached_spans: dict[str, list[tuple[datetime, datetime | None]]] = {}
        self.done: dict[str, datetime | None] = {}
        self.slot_done: list[datetime | None] = []  # of the rungs on the current track, in order

    def standings(self) -> dict[str, Standing]:
        return {rung.key: self._judge(rung) for rung in self.rules.rungs}

    def _judge(self, rung: RungRule) -> Standing:
        reaches = self._reaches(rung)
        reach = reaches[-1][0]
        skipped_at = self._skipped_at(rung)
        first = _earliest([r.at for r, _ in reaches if r])
        self.reached_spans[rung.key] = [(r.at, end) for r, end in reaches if r]
        self.done[rung.key] = _earliest([first, *self._skips(rung)])
        missed_at = self._missed_at(rung, reaches)
        on_track = not rung.tracks or self.track in rung.tracks
        since = self._on_track_since(rung)
        opened_at = self._opened_at(rung, since, first, on_track)
        if on_track:
            self.slot_done.append(_earliest([self.done[rung.key], missed_at]))
        return Standing(
            key=rung.key,
            on_track=on_track,
            opened_at=opened_at,
            due_at=self._due_at(rung, opened_at, since),
            missed_at=missed_at,
            reached_at=reach.at if reach else None,
            skipped_at=skipped_at,
            how=reach.how if reach else "",
            by=reach.by if reach else "",
            evidence=reach.evidence if reach else (),
        )

    # --- reaching: truth before order ---------------------------------------------------------

    def _reaches(self, rung: RungRule) -> list[tuple[_Reach | None, datetime | None]]:
        """For each epoch: how the rung was reached in it, if it was, and when a reopening ended the epoch."""
        marks = reopenings(self.known.acts, rung.key)
        starts, ends = [None, *marks], [*marks, None]
        found = []
        for epoch, (start, end) in enumerate(zip(starts, ends, strict=True)):
            ways = [way for way in self._ways(rung, epoch, start, end) if end is None or way.at <= end]
            best = min(ways, key=lambda way: way.order, default=None)
            found.append((best, end))
        return found

    def _ways(self, rung: RungRule, epoch: int, start: datetime | None, end: datetime | None) -> list[_Reach]:
        ways = []
        held = self._holds(rung, rung.criteria.root, epoch, start, end)
        if held:
            ways.append(_Reach(held.at, "criteria", evidence=held.evidence))
        for act in self._acts_in(start, end, rung.key):
            if act.verb == "confirmed" and act.by == "manager":
                said = {"confirmed_by": act.by, "actor": act.actor, "at": act.at.isoformat(), "note": act.note}
                ways.append(_Reach(act.at, "confirmed", act.actor, (said,)))
        for act in self.known.acts:
            # A reopening clears what was reached up to it, whenever the promise was written down.
            if act.rung == rung.key and act.verb in ("kept", "sealed") and _within(act.moment, start, end):
                ways.append(_Reach(act.moment, act.verb, evidence=({act.verb: act.moment.isoformat()},)))
        carried = self.carried.get(rung.key)
        if carried and carried.reached_at and _within(carried.reached_at, start, end):
            said = {"carried": carried.how, "at": carried.reached_at.isoformat()}
            ways.append(_Reach(carried.reached_at, carried.how, evidence=(said,), is_carried=True))
        return ways

    def _acts_in(self, start: datetime | None, end: datetime | None, key: str) -> list[Act]:
        return [act for act in self.known.acts if act.rung == key and _within(act.at, start, end)]

    def _holds(self, rung, node, epoch, start, end) -> Found | None:
        """When a criterion first holds in an epoch, with the evidence of the parts that decided it."""
        if isinstance(node, Group):
            parts = [self._holds(rung, part, epoch, start, end) for part in node.parts]
            if node.kind == "all":
                if any(part is None for part in parts):
                    return None
                return Found(max(part.at for part in parts), tuple(e for part in parts for e in part.evidence))
            return min((part for part in parts if part), key=lambda part: part.at, default=None)
        signal = rung.criteria.signals[node]
        if isinstance(signal, MilestoneSignal):
            at = self._still_reached(signal.key, start)
            return at and Found(at, ({"signal": node, "milestone": signal.key, "at": at.isoformat()},))
        if isinstance(signal, ConfirmedSignal):
            acts = [a for a in self._acts_in(start, end, rung.key) if a.verb == "confirmed" and a.by == signal.by]
            if not acts:
                return None
            said = {"signal": node, "confirmed_by": signal.by, "actor": acts[0].actor, "at": acts[0].at.isoformat()}
            return Found(acts[0].at, ({**said, "note": acts[0].note},))
        return self.known.hits.get((rung.key, epoch, node))

    def _still_reached(self, key: str, start: datetime | None) -> datetime | None:
        """The first moment, not before `start`, at which an earlier rung counts as reached."""
        for at, until in self.reached_spans.get(key, []):
            if start is None or until is None or until > start:
                return at if start is None else max(at, start)
        return None

    def _skips(self, rung: RungRule) -> list[datetime]:
        carried = self.carried.get(rung.key)
        skips = [act.at for act in self.known.acts if act.verb == "skipped" and act.rung == rung.key]
        return [*skips, *([carried.skipped_at] if carried and carried.skipped_at else [])]

    def _skipped_at(self, rung: RungRule) -> datetime | None:
        marks = reopenings(self.known.acts, rung.key)
        return _earliest([at for at in self._skips(rung) if not marks or at > marks[-1]])

    # --- opening, due, missed ------------------------------------------------------------------

    def _on_track_since(self, rung: RungRule) -> datetime | None:
        """The first moment ≥ enrolled_at at which the rung's track was the person's."""
        enrolled_at = self.known.enrolled_at
        if self.move and rung.key not in self.carried:
            enrolled_at = max(enrolled_at, self.move.at)
        if not rung.tracks:
            return enrolled_at
        spans = zip(self.tracks, [*self.tracks[1:], None], strict=True)
        for (since, role), following in spans:
            if role in rung.tracks and (following is None or following[0] > enrolled_at):
                return max(since, enrolled_at) if since else enrolled_at
        return None

    def _opened_at(self, rung, since, first_reach, on_track) -> datetime | None:
        carried = self.carried.get(rung.key)
        if carried and carried.opened_at:
            return carried.opened_at
        opened = self._opens(rung, since, on_track)
        return _earliest([opened, first_reach])

    def _opens(self, rung: RungRule, since: datetime | None, on_track: bool) -> datetime | None:
        bounds = [since, *(self.done[key] for key in rung.requires)]
        before = self.slot_done
        if self.rules.at_once is not None and len(before) >= self.rules.at_once:
            done = sorted(at for at in before if at is not None)
            needed = len(before) - self.rules.at_once + 1
            bounds.append(done[needed - 1] if len(done) >= needed else None)
        if any(bound is None for bound in bounds):
            return None
        opened = max(self.known.enrolled_at, *bounds)
        if opened > self.known.enrolled_at:
            opened += self.rules.spacing
        if self.rules.per_day and on_track:
            day = len(before) // self.rules.per_day
            if day >= len(self.known.active_days):
                return None
            opened = max(opened, self.known.active_days[day])
        return opened

    def _due_at(self, rung: RungRule, opened_at: datetime | None, since: datetime | None) -> datetime | None:
        due = self._due_before_pauses(rung, opened_at, since)
        dates = [a.moment for a in self.known.acts if a.verb == "extended" and a.rung == rung.key and a.moment]
        if due is not None:
            for began, ended in _pauses(self.known.acts):
                if due is not None and began < due:
                    due = due + (ended - began) if ended else None
        return max([*dates, *([due] if due else [])], default=None)

    def _due_before_pauses(self, rung: RungRule, opened_at: datetime | None, since: datetime | None) -> datetime | None:
        if rung.due_days is None:
            return None
        if rung.due_from == "opened":
            return self._days_after(opened_at, rung) if opened_at else None
        return max(self._days_after(self.known.enrolled_at, rung), since) if since else None

    def _days_after(self, at: datetime, rung: RungRule) -> datetime:
        if rung.due_business:
            return self.rules.working_time.after(at, int(rung.due_days))
        return at + timedelta(days=rung.due_days)

    def _missed_at(self, rung: RungRule, reaches) -> datetime | None:
        """When the rung can no longer be reached by events; None while it is reached before, or never closes."""
        epoch = len(reaches) - 1
        closes = self._closes(rung, rung.criteria.root, epoch)
        reach = reaches[-1][0]
        return None if closes is None or (reach and reach.at <= closes) else closes

    def _closes(self, rung, node, epoch) -> datetime | None:
        """The moment at which a criterion closes without having held; None: never."""
        if isinstance(node, Group):
            closes = [self._closes(rung, part, epoch) for part in node.parts]
            if node.kind == "all":
                return _earliest(closes)
            return None if any(close is None for close in closes) else max(closes)
        signal = rung.criteria.signals[node]
        if not isinstance(signal, EventSignal) or (rung.key, epoch, node) in self.known.hits:
            return None
        return window_end(signal, self.known.enrolled_at, self.known.acts, rung.key)


def _track_history(known: Known) -> list[tuple[datetime | None, str]]:
    """(since, role) in order; the first holds from the beginning. A track that was set holds until the next role fact.

    Of several facts of one instant the last one counts: nobody had the role of the others for any time at all.
    """
    changes = [(at, 0, role) for at, role in known.roles]
    changes += [(act.at, 1, act.role) for act in known.acts if act.verb == "track_set"]
    changes.sort(key=lambda change: change[:2])
    return [(None, ""), *{at: role for at, _, role in changes}.items()]


def _pauses(acts: Sequence[Act]) -> list[tuple[datetime, datetime | None]]:
    """(began, ended) of each pause in time order; an open one has no end."""
    pauses: list[tuple[datetime, datetime | None]] = []
    for act in acts:
        is_open = bool(pauses) and pauses[-1][1] is None
        if act.verb == "paused" and not is_open:
            pauses.append((act.at, None))
        elif act.verb == "resumed" and is_open:
            pauses[-1] = (pauses[-1][0], act.at)
    return pauses


def _within(at: datetime, start: datetime | None, end: datetime | None) -> bool:
    """After a reopening, up to and including the next."""
    return (start is None or at > start) and (end is None or at <= end)


def _earliest(moments) -> datetime | None:
    return min((at for at in moments if at is not None), default=None)
