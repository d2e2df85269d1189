"""Who is on which ladder since when: enrollments are folded from facts, by the ladder's rule and by what members did."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from milestones.acts import read
from milestones.climbing import Act
from milestones.criteria import EventSignal, TraitSignal, parse
from milestones.evaluation import Candidate, event_name, find_hits
from milestones.models import Enrollment, Ladder, Version
from milestones.rules import version_rules
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Event, EventName, Seat
from onboarding.tracking.profiles import IDENTIFY, role_key


@dataclass(frozen=True)
class Span:
    """One enrollment: since when, until when, on which version."""

    enrolled_at: datetime
    ended_at: datetime | None
    version_id: int


@dataclass(frozen=True)
class LadderRule:
    """How a ladder takes people on; `versions` is (published_at, id, number) in order."""

    ladder_id: int
    key: str
    since: datetime
    when: str
    roles: frozenset[str]
    where: tuple[TraitSignal, ...]
    event: EventSignal | None
    versions: tuple[tuple[datetime, int, int], ...]

    def version_at(self, at: datetime) -> int:
        """The version live at that moment; the first, before any was."""
        return next((pk for published_at, pk, _ in reversed(self.versions) if published_at <= at), self.versions[0][1])

    def numbered(self, number: int) -> int | None:
        """The id of a version by its number."""
        return next((pk for _, pk, its in self.versions if its == number), None)


def ladder_rules() -> list[LadderRule]:
    """The enrollment rules of the open workspace's published ladders, in workspace order."""
    found = []
    for ladder in Ladder.objects.exclude(live=None).order_by("position", "id"):
        versions = tuple(
            Version.objects.filter(ladder=ladder)
            .exclude(published_at=None)
            .order_by("published_at", "number")
            .values_list("published_at", "id", "number")
        )
        enroll = version_rules(ladder.live_id, current_workspace_id()).enroll
        found.append(_ladder_rule(ladder, enroll, versions))
    return found


def _ladder_rule(ladder: Ladder, enroll: dict, versions: tuple) -> LadderRule:
    since = ladder.first_published_at
    if enroll.get("since"):
        since = datetime.combine(date.fromisoformat(str(enroll["since"])), time.min, tzinfo=UTC)
    conds = enroll.get("where") or []
    event = None
    if enroll.get("when") == "event":
        event = parse({"event": enroll["event"], "where": enroll.get("event_where", [])}).signals[0]
    return LadderRule(
        ladder_id=ladder.pk,
        key=ladder.key,
        since=since,
        when=enroll.get("when", "first_seen"),
        roles=frozenset(enroll.get("roles") or []),
        where=tuple(parse(cond).signals[0] for cond in conds),
        event=event,
        versions=versions,
    )


def enroll_people(people: set[int], *, earliest: dict[int, datetime] | None = None) -> tuple[set[int], set[int]]:
    """Fold the enrollments of these people; returns the ids of those that are new or changed, and of those that are gone.

    `earliest` gives each person's earliest new fact: who is on a ladder since before it is not looked at again.
    """
    rules = ladder_rules()
    if not rules or not people:
        return set(), set()
    seats = enrollable_seats(people)
    present: dict[tuple[int, int], list[Enrollment]] = {}
    for enrollment in Enrollment.objects.filter(seat__in=seats).order_by("ordinal"):
        present.setdefault((enrollment.seat_id, enrollment.ladder_id), []).append(enrollment)
    acts = read(people)
    wanted = [
        (seat, rule)
        for rule in rules
        for seat in seats
        if _may_change(present.get((seat.pk, rule.ladder_id)), seat, rule, acts, earliest)
    ]
    changed, gone = set(), set()
    for (seat, rule), spans in find_spans(wanted, acts).items():
        newly, lost = _store(seat, rule, spans, present.get((seat.pk, rule.ladder_id), []))
        changed |= newly
        gone |= lost
    return changed, gone


def enrollable_seats(people: set[int]) -> list[Seat]:
    """The seats of those people whom the vendor knows by an id of its own."""
    known = Seat.objects.filter(person_id__in=people, person__external_id__isnull=False)
    return list(known.select_related("person", "account"))


def find_spans(wanted: list[tuple[Seat, "LadderRule"]], acts: dict) -> dict[tuple[Seat, "LadderRule"], list[Span]]:
    """The enrollments that the facts tell of, for each (seat, ladder); writes nothing."""
    automatic = _automatic_moments([(seat, rule) for seat, rule in wanted if rule.when != "manual"])
    found = {}
    for seat, rule in wanted:
        told = acts.get(seat.person_id, [])
        mine = [act for ladder, account, act in told if ladder == rule.key and account in (None, seat.account_id)]
        found[seat, rule] = enrollment_spans(automatic.get((seat.pk, rule.ladder_id)), mine, rule)
    return found


def _may_change(present, seat, rule, acts, earliest) -> bool:
    if not present or earliest is None or acts.get(seat.person_id):
        return True
    return seat.person_id in earliest and earliest[seat.person_id] < present[0].enrolled_at


def enrollment_spans(automatic: datetime | None, acts: list[Act], rule: LadderRule) -> list[Span]:
    """The enrollments of one seat on one ladder, in order. Pure."""
    happened = sorted(
        [*((act.at, act.verb, act) for act in acts if act.verb in ("enrolled", "unenrolled", "moved_to_version"))]
        + ([(automatic, "automatic", None)] if automatic else []),
        key=lambda each: (each[0], each[1] != "automatic"),
    )
    spans: list[Span] = []
    for at, verb, act in happened:
        is_open = bool(spans) and spans[-1].ended_at is None
        if (verb == "enrolled" and not is_open) or (verb == "automatic" and not spans):
            spans.append(Span(at, None, rule.version_at(at)))
        elif verb == "unenrolled" and is_open:
            spans[-1] = Span(spans[-1].enrolled_at, at, spans[-1].version_id)
        elif verb == "moved_to_version" and is_open and rule.numbered(act.version):
            spans[-1] = Span(spans[-1].enrolled_at, None, rule.numbered(act.version))
    return spans


def _store(seat: Seat, rule: LadderRule, spans: list[Span], present: list[Enrollment]) -> tuple[set[int], set[int]]:
    changed = set()
    for ordinal, span in enumerate(spans, start=1):
        values = {"enrolled_at": span.enrolled_at, "ended_at": span.ended_at, "version_id": span.version_id}
        if ordinal <= len(present):
            enrollment = present[ordinal - 1]
            if any(getattr(enrollment, key) != value for key, value in values.items()):
                for key, value in values.items():
                    setattr(enrollment, key, value)
                enrollment.save(update_fields=list(values))
                changed.add(enrollment.pk)
        else:
            own = {
                "workspace_id": current_workspace_id(),
                "seat": seat,
                "ladder_id": rule.ladder_id,
                "ordinal": ordinal,
            }
            changed.add(Enrollment.objects.create(**own, **values).pk)
    gone = {enrollment.pk for enrollment in present[len(spans) :]}
    for enrollment in present[len(spans) :]:
        enrollment.delete()
    return changed, gone


def _automatic_moments(wanted: list[tuple[Seat, LadderRule]]) -> dict[tuple[int, int], datetime]:
    """(seat id, ladder id) → the first fact that matches the ladder's rule."""
    if not wanted:
        return {}
    roles = seat_roles({seat.person_id for seat, rule in wanted if rule.roles})
    floors = _where_held(wanted)
    moments: dict[tuple[int, int], datetime] = {}
    event_candidates: dict[Candidate, tuple[int, int]] = {}
    for seat, rule in wanted:
        floor = floors.get((seat.pk, rule.ladder_id))
        if floor is None:
            continue
        for start, end in _role_spans(seat, rule, roles):
            since = max(floor, start) if start else floor
            if end is not None and since >= end:
                continue
            if rule.event:
                candidate = Candidate(rule.event, seat.person_id, seat.account_id, since=since, until=end)
                event_candidates[candidate] = (seat.pk, rule.ladder_id)
                continue
            at = _first_fact(seat, since, end)
            if at is not None:
                moments[seat.pk, rule.ladder_id] = at
                break
    if event_candidates:
        for candidate, found in find_hits(list(event_candidates), _name_ids(event_candidates)).items():
            key = event_candidates[candidate]
            moments[key] = min(found.at, moments.get(key, found.at))
    return moments


def _where_held(wanted) -> dict[tuple[int, int], datetime]:
    """(seat id, ladder id) → the moment from which facts may enroll: publication, the seat, and each `where` first held."""
    candidates: dict[tuple, Candidate] = {}
    for seat, rule in wanted:
        for signal in rule.where:
            candidates[seat.pk, rule.ladder_id, signal] = Candidate(
                signal, seat.person_id, seat.account_id, first_seen=seat.person.first_seen_at
            )
    found = find_hits(list(candidates.values()), _name_ids(candidates.values())) if candidates else {}
    floors = {}
    for seat, rule in wanted:
        held = [found.get(candidates[seat.pk, rule.ladder_id, signal]) for signal in rule.where]
        if all(held):
            floors[seat.pk, rule.ladder_id] = max([rule.since, seat.since, *(hit.at for hit in held)])
    return floors


def _name_ids(candidates) -> dict[str, int]:
    names = {event_name(candidate.signal) for candidate in candidates}
    return dict(EventName.objects.filter(name__in=names).values_list("name", "id"))


def _role_spans(seat: Seat, rule: LadderRule, roles: dict) -> list[tuple[datetime | None, datetime | None]]:
    """The spans during which the seat has one of the rule's roles; the whole of time where the rule names none."""
    if not rule.roles:
        return [(None, None)]
    history = roles_of(roles, seat)
    ends = [at for at, _ in history[1:]] + [None]
    return [(at, end) for (at, role), end in zip(history, ends, strict=True) if role in rule.roles]


def seat_roles(people: set[int]) -> dict[int, list[tuple[datetime, int | None, str]]]:
    """person id → (moment, account id or None, role) in fact order, from trusted identify facts."""
    history: dict[int, list] = {}
    name_id = EventName.objects.filter(name=IDENTIFY).values_list("id", flat=True).first() if people else None
    if name_id is None:
        return history
    rows = Event.objects.filter(person_id__in=people, name_id=name_id, trusted=True, properties__has_key="role")
    rows = rows.order_by("occurred_at", "source_id", "message_id")
    for person, account, at, role in rows.values_list("person_id", "account_id", "occurred_at", "properties__role"):
        if role not in (None, ""):
            history.setdefault(person, []).append((at, account, role_key(role)))
    return history


def roles_of(history: dict, seat: Seat) -> list[tuple[datetime, str]]:
    """The roles of one seat over time: facts that name its account, or none."""
    return [(at, role) for at, account, role in history.get(seat.person_id, []) if account in (None, seat.account_id)]


def _first_fact(seat: Seat, since: datetime, until: datetime | None) -> datetime | None:
    """The first fact of the person, at this account or none named, from `since` on and before `until`."""
    facts = Event.objects.filter(person_id=seat.person_id, occurred_at__gte=since)
    if until is not None:
        facts = facts.filter(occurred_at__lt=until)
    if seat.account_id is not None:
        facts = facts.filter(account_id=seat.account_id) | facts.filter(account_id=None)
    return facts.order_by("occurred_at").values_list("occurred_at", flat=True).first()
