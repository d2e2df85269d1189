"""Climbing, rule by rule (DESIGN.md section 5): facts and a ladder file in, the progress of one enrollment out."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.reference.facts import Fact
from tests.reference.people import role_key
from tests.reference.signals import Hit, Span, event_hit, trait_hit, window_end

HOW_ON_A_TIE = ["criteria", "confirmed", "kept", "sealed"]


@dataclass(frozen=True)
class Reach:
    at: datetime
    how: str
    decided_by: tuple[Fact, ...] = ()
    carried: int = 0  # a carried reach says how it once came about, and gives way to everything on a tie


@dataclass(frozen=True)
class Place:
    """Where somebody stands on one rung: what Progress stores."""

    on_track: bool
    opened_at: datetime | None
    due_at: datetime | None
    missed_at: datetime | None
    reached_at: datetime | None
    skipped_at: datetime | None
    how: str
    decided_by: tuple[Fact, ...]


def moment(text) -> datetime:
    return datetime.fromisoformat(text) if isinstance(text, str) else text


def told_of(act: Fact) -> datetime:
    """The moment that an act is about: a promise's is the one it names, whenever it was written down."""
    return moment(act.properties["moment"]) if act.is_promise else act.at


def last_move(acts: list[Fact], span: Span) -> Fact | None:
    """The latest move to another version; only what is enrolled can be moved."""
    moves = [act for act in acts if act.verb == "moved_to_version" and act.at >= span.enrolled_at]
    return moves[-1] if moves else None


class Climb:
    """One enrollment on one version's document. `acts`: Cairn's facts about this seat and ladder that count, in order."""

    def __init__(self, document: dict, span: Span, acts: list[Fact], zone: str):
        self.document, self.span, self.acts, self.zone = document, span, acts, ZoneInfo(zone)
        library = {m["key"]: m for m in document["milestones"]}
        self.rungs = [
            {**rung, "criteria": {**library[rung["milestone"]], **rung.get("override", {})}["criteria"]}
            for phase in document["phases"]
            for rung in phase["rungs"]
        ]
        self.move = last_move(acts, span)
        self.reaches: dict[str, list[Reach | None]] = {}  # rung → its reach in each epoch
        self.close: dict[str, datetime | None] = {}
        self.missed: dict[str, datetime | None] = {}
        self.opened: dict[str, datetime | None] = {}

    def places(self) -> dict[str, Place]:
        for rung in self.rungs:
            self._climb(rung["milestone"], rung["criteria"])
        for rung in self.rungs:
            self.opened[rung["milestone"]] = self._opens(rung)
        return {rung["milestone"]: self._place(rung) for rung in self.rungs}

    # -- rule 1: truth before order; rule 6: reopening

    def _climb(self, key: str, criteria: dict) -> None:
        """`reopened` at R clears the rung's reach up to R; afterwards only what comes after R counts."""
        self.reaches[key] = []
        for reopened in [None, *self._reopenings(key)]:
            span = replace(self.span, reopened=reopened, extended=tuple(self._extended(key)))
            hit = self._tree(criteria, key, span)
            self.reaches[key].append(self._reach(key, hit, reopened))
            self.close[key] = self._closes(criteria, key, span)
        now = self._reached_now(key)
        close = self.close[key]
        self.missed[key] = None if close is None or (now and now.at <= close) else close

    def _reopenings(self, key: str) -> list[datetime]:
        return sorted({act.at for act in self._about(key, "reopened")})

    def _about(self, key: str, verb: str) -> list[Fact]:
        return [act for act in self.acts if act.verb == verb and act.properties.get("rung") == key]

    def _extended(self, key: str) -> list[datetime]:
        return [moment(act.properties["moment"]) for act in self._about(key, "extended")]

    def _reach(self, key: str, hit: Hit | None, reopened: datetime | None) -> Reach | None:
        """The earliest of criteria, a manager's `confirmed`, `kept`, `sealed`; a tie goes to the first in that list."""
        ways = []
        for act in self._about(key, "confirmed"):
            if act.properties.get("by") == "manager":
                ways.append(Reach(act.at, "confirmed", (act,)))
        for act in self._about(key, "kept"):
            ways.append(Reach(moment(act.properties["moment"]), "kept", (act,)))
        for act in self._about(key, "sealed"):
            ways.append(Reach(moment(act.properties["moment"]), "sealed", (act,)))
        carried = self._carried(key)
        if carried.get("reached_at"):
            ways.append(Reach(moment(carried["reached_at"]), carried.get("how", "sealed"), (), len(HOW_ON_A_TIE)))
        ways = [way for way in ways if reopened is None or way.at > reopened]
        if hit:  # what still holds counts at R itself
            ways.append(Reach(hit.at, "criteria", hit.decided_by))
        return min(ways, key=lambda way: (way.at, way.carried or HOW_ON_A_TIE.index(way.how)), default=None)

    def _carried(self, key: str) -> dict:
        """Rule 9: the fold runs the latest version only and starts from the carried list as from seals."""
        return self.move.properties.get("carried", {}).get(key, {}) if self.move else {}

    def _is_carried(self, key: str) -> bool:
        return self.move is not None and key in self.move.properties.get("carried", {})

    def _epochs(self, key: str) -> list[tuple[Reach | None, datetime | None, datetime | None]]:
        """(reach, reopened at, ended at) of each epoch; a reach counts only up to the epoch's end."""
        starts = [None, *self._reopenings(key)]
        ends = [*self._reopenings(key), None]
        valid = [
            r if r and (end is None or r.at <= end) else None for r, end in zip(self.reaches[key], ends, strict=True)
        ]
        return list(zip(valid, starts, ends, strict=True))

    def _reached_now(self, key: str) -> Reach | None:
        return self.reaches[key][-1]

    def _reached_first(self, key: str) -> datetime | None:
        return min((reach.at for reach, _, _ in self._epochs(key) if reach), default=None)

    # -- criteria

    def _tree(self, node: dict, key: str, span: Span) -> Hit | None:
        if "all" in node:
            hits = [self._tree(part, key, span) for part in node["all"]]
            if None in hits:
                return None
            return Hit(max(hit.at for hit in hits), tuple(fact for hit in hits for fact in hit.decided_by))
        if "any" in node:
            hits = [hit for hit in (self._tree(part, key, span) for part in node["any"]) if hit]
            return min(hits, key=lambda hit: hit.at, default=None)
        if "event" in node:
            return event_hit(node, span)
        if "trait" in node:
            return trait_hit(node, span)
        if "milestone" in node:
            return self._milestone_hit(node["milestone"], span.reopened)
        return self._confirmed_hit(node["confirmed_by"], key, span)

    def _milestone_hit(self, named: str, reopened: datetime | None) -> Hit | None:
        """The first moment it was reached; for a rung reopened at R: R if it still counted then, else its next reach."""
        if reopened is None:
            first = self._reached_first(named)
            return Hit(first) if first else None
        later = []
        for reach, start, end in self._epochs(named):
            if reach is None:
                continue
            still_counts = (start is None or start <= reopened) and (end is None or end > reopened)
            if reach.at > reopened:
                later.append(reach.at)
            elif still_counts:
                return Hit(reopened)
        return Hit(min(later)) if later else None

    def _confirmed_hit(self, by: str, key: str, span: Span) -> Hit | None:
        for act in self._about(key, "confirmed"):
            if act.properties.get("by") == by and span.counts(act.at):
                return Hit(act.at, (act,))
        return None

    def _closes(self, node: dict, key: str, span: Span) -> datetime | None:
        """The earliest close in `all`, the latest in `any`, never (None) if a branch of it never closes."""
        if "all" in node:
            closes = [self._closes(part, key, span) for part in node["all"]]
            return min((close for close in closes if close), default=None)
        if "any" in node:
            closes = [self._closes(part, key, span) for part in node["any"]]
            return None if None in closes else max(closes)
        end = window_end(node, span) if "event" in node else None
        return None if end is None or self._tree(node, key, span) else end

    # -- rule 2: done

    def _skips(self, key: str) -> list[datetime]:
        skips = [act.at for act in self._about(key, "skipped")]
        carried = self._carried(key).get("skipped_at")
        return sorted(skips + ([moment(carried)] if carried else []))

    def _done(self, key: str) -> datetime | None:
        """The first moment it was ever reached or skipped, ignoring later reopenings."""
        first = self._reached_first(key)
        return min([*([first] if first else []), *self._skips(key)], default=None)

    def _done_for_slots(self, key: str) -> datetime | None:
        """For slots also from missed_at."""
        return min((at for at in (self._done(key), self.missed[key]) if at), default=None)

    # -- rule 7: tracks

    def _role_changes(self) -> list[tuple[datetime, str]]:
        """Roles and `track_set` in time order, role facts first on a tie."""
        seat = self.span.seat
        roles = [(at, 0, n, role) for n, (at, role) in enumerate(self.span.people.roles(seat.person, seat.account))]
        acts = [act for act in self.acts if act.verb == "track_set"]
        sets = [(act.at, 1, n, role_key(act.properties["role"])) for n, act in enumerate(acts)]
        changes = sorted(roles + sets)
        return [(at, role) for at, _, _, role in changes if self.span.end is None or at <= self.span.end]

    def _climbs(self, rung: dict, role: str | None) -> bool:
        """Without a known role a person climbs the rungs open to all."""
        return not rung.get("tracks") or role in rung["tracks"]

    def _is_on_track(self, rung: dict) -> bool:
        changes = self._role_changes()
        return self._climbs(rung, changes[-1][1] if changes else None)

    def _on_track_since(self, rung: dict) -> datetime | None:
        """The first moment ≥ enrolled_at (new keys: ≥ the move) at which its track was the person's."""
        since = self.span.enrolled_at
        if self.move is not None and not self._is_carried(rung["milestone"]):
            since = max(since, self.move.at)
        changes = self._role_changes()
        for at in sorted({since, *(at for at, _ in changes if at > since)}):
            known = [role for changed, role in changes if changed <= at]
            if self._climbs(rung, known[-1] if known else None):
                return at
        return None

    # -- rule 3: opens

    def _opens(self, rung: dict) -> datetime | None:
        key, enrolled_at = rung["milestone"], self.span.enrolled_at
        if self._carried(key).get("opened_at"):
            return moment(self._carried(key)["opened_at"])
        bounds = [enrolled_at, self._on_track_since(rung), *(self._done(k) for k in rung.get("requires", []))]
        bounds.append(self._slot_free(rung))
        opens = None
        if None not in bounds:
            opens = max(bounds)
            if opens > enrolled_at:
                opens += timedelta(hours=self.document.get("spacing_hours", 0))
            if self.document.get("per_day") and self._is_on_track(rung):
                day = self._active_day(rung)
                opens = max(opens, day) if day else None
        first = self._reached_first(key)
        return min((at for at in (opens, first) if at), default=None)

    def _slot_free(self, rung: dict) -> datetime | None:
        """The first moment at which fewer than at_once of the rungs before it on the track were not done."""
        at_once = self.document.get("at_once")
        if at_once is None:
            return self.span.enrolled_at
        before = [r for r in self.rungs[: self.rungs.index(rung)] if self._is_on_track(r)]
        done = [self._done_for_slots(r["milestone"]) for r in before]
        for at in [self.span.enrolled_at, *sorted(d for d in done if d)]:
            if sum(1 for d in done if d is None or d > at) < at_once:
                return at
        return None

    def _active_day(self, rung: dict) -> datetime | None:
        """The first fact of the ⌈i/k⌉-th day with a fact of the person since enrolled_at."""
        on_track = [r for r in self.rungs if self._is_on_track(r)]
        i, k = on_track.index(rung) + 1, self.document["per_day"]
        days: dict = {}
        for fact in self.span.people.facts_of[self.span.seat.person]:
            if fact.is_promise:  # nobody's activity
                continue
            if fact.at >= self.span.enrolled_at and (self.span.end is None or fact.at <= self.span.end):
                days.setdefault(fact.at.astimezone(self.zone).date(), fact.at)
        firsts = list(days.values())
        wanted = -(-i // k)
        return firsts[wanted - 1] if len(firsts) >= wanted else None

    # -- rule 5: due

    def _due(self, rung: dict) -> datetime | None:
        key, due = rung["milestone"], rung.get("due")
        date = None
        if due and due.get("from", "opened") == "enrolled":
            since = self._on_track_since(rung)  # a due date counted from enrolled_at is never before that
            date = max(self._days_after(self.span.enrolled_at, due), since) if since else None
        elif due and self.opened[key]:
            date = self._days_after(self.opened[key], due)
        if date:
            date = self._paused(date)
        return max([*([date] if date else []), *self._extended(key)], default=None)

    def _days_after(self, at: datetime, due: dict) -> datetime:
        """So many times 24 hours; or the same time of day in the workspace's zone, so many of Monday to Friday later."""
        if not due.get("business"):
            return at + timedelta(days=due["days"])
        local, count = at.astimezone(self.zone), 0
        while count < due["days"]:
            local += timedelta(days=1)  # a wall clock's day, whatever its length
            count += local.isoweekday() < 6
        return local.astimezone(at.tzinfo)

    def _paused(self, due: datetime) -> datetime | None:
        """Each pause, in time order, moves it by its length if it began before the due date so far; None while one is open."""
        began = None
        for act in self.acts:
            if act.verb == "paused" and began is None:
                began = act.at
            elif act.verb == "resumed" and began is not None:
                if began < due:
                    due += act.at - began
                began = None
        return None if began is not None and began < due else due

    # -- what is stored

    def _place(self, rung: dict) -> Place:
        key = rung["milestone"]
        reach = self._reached_now(key)
        reopenings = self._reopenings(key)
        skips = [at for at in self._skips(key) if not reopenings or at > reopenings[-1]]
        return Place(
            on_track=self._is_on_track(rung),
            opened_at=self.opened[key],
            due_at=self._due(rung),
            missed_at=self.missed[key],
            reached_at=reach.at if reach else None,
            skipped_at=min(skips, default=None),
            how=reach.how if reach else "",
            decided_by=reach.decided_by if reach else (),
        )
