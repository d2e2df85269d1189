"""Who is on which ladder since when: enrollments are folded from facts, by the ladder's rule and by what members did."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache

from milestones.acts import read, words_of_cairn
from milestones.climbing import Act
from milestones.criteria import Criteria, EventSignal, Group, TraitSignal, parse
from milestones.evaluation import BEGINNING, INSTANT, Candidate, find_hits, first_facts
from milestones.models import Enrollment, Ladder, Version
from milestones.places import Place
from milestones.rules import version_rules
from milestones.segments import frozen_enroll
from milestones.signals_in_sql import event_name
from milestones.transitions import Change, announce
from onboarding import clock
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.identities import Profile
from onboarding.tracking.models import Event, EventName, Seat
from onboarding.tracking.profiles import IDENTIFY
from onboarding.tracking.role_keys import role_key


@dataclass(frozen=True)
class Span:
    """One enrollment: since when, until when, on which version."""

    enrolled_at: datetime
    ended_at: datetime | None
    version_id: int


@dataclass(frozen=True)
class Taking:
    """How a ladder took people on during one span of time: facts in [since, until) that match enroll."""

    since: datetime
    until: datetime | None
    when: str
    roles: frozenset[str]
    where: tuple[Criteria, ...]  # of traits
    event: EventSignal | None


@dataclass(frozen=True)
class LadderRule:
    """A published ladder: how it takes people on, and its versions as (published_at, id, number) in order."""

    ladder_id: int
    key: str
    takings: tuple[Taking, ...]
    versions: tuple[tuple[datetime, int, int], ...]
    once: frozenset[int] = frozenset()  # the ids of the versions onto which nobody comes a second time

    def version_at(self, at: datetime) -> int:
        """The version live at that moment; the first, before any was."""
        return next((pk for published_at, pk, _ in reversed(self.versions) if published_at <= at), self.versions[0][1])

    def numbered(self, number: int) -> int | None:
        """The id of a version by its number."""
        return next((pk for _, pk, its in self.versions if its == number), None)


def ladder_rules() -> list[LadderRule]:
    """The enrollment rules of the open workspace's published ladders, in workspace order."""
    versions: dict[int, list[tuple]] = {}
    published = Version.objects.exclude(published_at=None).order_by("published_at", "number")
    for ladder, *version in published.values_list("ladder_id", "published_at", "id", "number"):
        versions.setdefault(ladder, []).append(tuple(version))
    ladders = (
        Ladder.objects.exclude(live=None).order_by("position", "id").values_list("id", "key", "first_published_at")
    )
    return [
        LadderRule(pk, key, _takings(tuple(versions[pk]), first), tuple(versions[pk]), _once(tuple(versions[pk])))
        for pk, key, first in ladders
    ]


@lru_cache(maxsize=5000)
def _once(versions: tuple) -> frozenset[int]:
    workspace_id = current_workspace_id()
    return frozenset(pk for _, pk, _ in versions if version_rules(pk, workspace_id).enroll.get("again") == "never")


def draft_rule(version: Version, now: datetime) -> LadderRule:
    """How a draft would take people on if it were published at `now`, and nothing had been before."""
    since = version.ladder.first_published_at or now
    taking = _taking(frozen_enroll(version.document.get("enroll") or {}), since, None, is_first=True)
    return LadderRule(version.ladder_id, version.ladder.key, (taking,), ((now, version.pk, version.number),))


@lru_cache(maxsize=5000)
def _takings(versions: tuple, first_published_at: datetime) -> tuple[Taking, ...]:
    """Each version's rule holds while that version is live, the first one's also before; equal neighbours are one."""
    workspace_id, rules = current_workspace_id(), []
    for published_at, pk, _ in versions:
        enroll = version_rules(pk, workspace_id).enroll
        if not rules or rules[-1][1] != enroll:
            rules.append((published_at, enroll))
    spans = zip(rules, [*(at for at, _ in rules[1:]), None], strict=True)
    return tuple(
        _taking(enroll, at if place else first_published_at, until, is_first=not place)
        for place, ((at, enroll), until) in enumerate(spans)
    )


def _taking(enroll: dict, since: datetime, until: datetime | None, *, is_first: bool) -> Taking:
    if enroll.get("since"):
        named = datetime.combine(date.fromisoformat(str(enroll["since"])), time.min, tzinfo=UTC)
        since = named if is_first else max(named, since)
    event = None
    if enroll.get("when") == "event":
        event = parse({"event": enroll["event"], "where": enroll.get("event_where", [])}).signals[0]
    when = enroll.get("when", "first_seen")
    return Taking(
        since=since,
        until=until,
        when="manual" if when == "finished" else when,  # what was finished is written as a fact then
        roles=frozenset(enroll.get("roles") or []),
        where=tuple(parse(cond) for cond in enroll.get("where") or []),
        event=event,
    )


@dataclass(slots=True)
class Fresh:
    """What is new about a person, in µs since the epoch: the earliest new fact, and the earliest of each name."""

    earliest: int
    names: dict[str, int]


def enroll_people(
    people: set[int],
    *,
    fresh: dict[int, Fresh] | None = None,
    places: Iterable[Place] = (),
    profiles: dict[int, Profile] | None = None,
) -> tuple[set[int], set[int]]:
    """Fold the enrollments of these people; returns the ids of those that are new or changed, and of those that are gone.

    With `fresh`, for people whose seats and roles are as they were, their `profiles` and their `places` beside the earliest
    new fact: who cannot be changed by these facts is not looked at again.
    """
    rules = ladder_rules()
    if not rules or not people:
        return set(), set()
    acts = read(people)
    if fresh is not None:
        acted = people & acts.keys()
        people = acted | _people_to_look_at(places, rules, fresh, profiles)
        if not people:
            return set(), set()
    seats = enrollable_seats(people)
    present: dict[tuple[int, int], list[Enrollment]] = {}
    for enrollment in Enrollment.objects.filter(seat__among=seats).order_by("ordinal"):
        present.setdefault((enrollment.seat_id, enrollment.ladder_id), []).append(enrollment)
    changed, gone = set(), set()
    for (seat, rule), spans in find_spans([(seat, rule) for seat in seats for rule in rules], acts).items():
        newly, lost = _store(seat, rule, spans, present.get((seat.pk, rule.ladder_id), []))
        changed |= newly
        gone |= lost
    return changed, gone


def _people_to_look_at(
    places: Iterable[Place], rules: list[LadderRule], fresh: dict[int, Fresh], profiles: dict[int, Profile]
) -> set[int]:
    """Those whose new facts may begin an enrollment, or begin one earlier; for most people it is nobody."""
    automatic = [(rule.ladder_id, taking) for rule in rules for taking in rule.takings if taking.when != "manual"]
    # What a seat of each role can be taken on by: looked up rather than searched, since every person of a drain is asked.
    open_to_all = [each for each in automatic if not each[1].roles]
    by_role = {
        role: [*open_to_all, *(each for each in automatic if role in each[1].roles)] for role in _roles(automatic)
    }
    before = {(place.seat, place.ladder) for place in places if place.is_before}
    found, looked = set(), set()
    for place in places:
        role_since, is_known = profiles[place.person]
        if place.seat in looked or place.person in found or not is_known:
            continue
        looked.add(place.seat)
        news = fresh[place.person]
        # Since the person's last role fact the role is the seat's present one; only an older fact can meet another.
        is_late = role_since is not None and news.earliest < role_since
        asked = automatic if is_late else by_role.get(place.role, open_to_all)
        if any((is_late or (place.seat, ladder) not in before) and _may_take(taking, news) for ladder, taking in asked):
            found.add(place.person)
    return found


def _roles(automatic: list[tuple[int, Taking]]) -> set[str]:
    return {role for _, taking in automatic for role in taking.roles}


def _may_take(taking: Taking, fresh: Fresh) -> bool:
    return not taking.event or bool(taking.where) or taking.event.event in fresh.names


def enrollable_seats(people: set[int]) -> list[Seat]:
    """The seats of those people whom the vendor knows by an id of its own."""
    known = Seat.objects.filter(person_id__among=people, person__external_id__isnull=False)
    return list(known.select_related("person", "account"))


def find_spans(wanted: list[tuple[Seat, "LadderRule"]], acts: dict) -> dict[tuple[Seat, "LadderRule"], list[Span]]:
    """The enrollments that the facts tell of, for each (seat, ladder); writes nothing."""
    automatic = _automatic_moments(wanted)
    found = {}
    for seat, rule in wanted:
        told = acts.get(seat.person_id, [])
        mine = [act for ladder, account, act in told if ladder == rule.key and account in (None, seat.account_id)]
        found[seat, rule] = enrollment_spans(automatic.get((seat.pk, rule.ladder_id)), mine, rule)
    return found


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
        if verb == "enrolled" and spans and rule.version_at(at) in rule.once:
            continue
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
    lost = present[len(spans) :]
    announce([Change(each, "", "ended", each.enrolled_at, "late") for each in lost], now=clock.now())
    for enrollment in lost:
        enrollment.delete()
    return changed, gone


def _automatic_moments(wanted: list[tuple[Seat, LadderRule]]) -> dict[tuple[int, int], datetime]:
    """(seat id, ladder id) → the first fact that matches what the ladder asked at that time."""
    asked = [(seat, rule.ladder_id, each) for seat, rule in wanted for each in rule.takings if each.when != "manual"]
    roles = seat_roles({seat.person_id for seat, _, taking in asked if taking.roles})
    floors = _floors(asked)
    moments: dict[tuple[int, int], datetime] = {}
    candidates: dict[Candidate, list[tuple[int, int]]] = {}  # several ladders may ask for the same
    facts: list[tuple[tuple[int, int], Seat, datetime, datetime | None]] = []
    for seat, ladder, taking in asked:
        for since, until in _spans(seat, taking, roles, floors.get((seat.pk, ladder, taking))):
            if taking.event:
                last = until - INSTANT if until else None
                candidate = Candidate(taking.event, seat.person_id, seat.account_id, since=since, until=last)
                candidates.setdefault(candidate, []).append((seat.pk, ladder))
            else:
                facts.append(((seat.pk, ladder), seat, since, until))
    hits = find_hits(list(candidates), _name_ids(candidates))
    found = [(key, hit.at) for candidate, hit in hits.items() for key in candidates[candidate]]
    asked_facts = [(seat.person_id, seat.account_id, since, until) for _, seat, since, until in facts]
    if asked_facts:
        found += [(facts[place][0], at) for place, at in first_facts(asked_facts, besides=words_of_cairn())]
    for key, at in found:
        moments[key] = min(at, moments.get(key, at))
    return moments


def _floors(asked: list[tuple[Seat, int, Taking]]) -> dict[tuple[int, int, Taking], datetime]:
    """The moment from which facts may enroll: the rule's span, the seat, and when each `where` first held."""
    candidates = {
        (seat.pk, signal): Candidate(signal, seat.person_id, seat.account_id, first_seen=_first_seen(seat, signal))
        for seat, _, taking in asked
        for criteria in taking.where
        for signal in criteria.signals
    }
    found = find_hits(list(candidates.values()), _name_ids(candidates.values())) if candidates else {}
    floors = {}
    for seat, ladder, taking in asked:
        held = [
            _held(criteria.root, [found.get(candidates[seat.pk, signal]) for signal in criteria.signals])
            for criteria in taking.where
        ]
        if all(held):
            floors[seat.pk, ladder, taking] = max([taking.since, seat.since, *held])
    return floors


def _held(node: Group | int, hits: list) -> datetime | None:
    """When criteria of traits first held."""
    if isinstance(node, int):
        return hits[node] and hits[node].at
    parts = [_held(part, hits) for part in node.parts]
    if node.kind == "any":
        return min(filter(None, parts), default=None)
    return max(parts) if all(parts) else None


def _first_seen(seat: Seat, signal: TraitSignal) -> datetime:
    return seat.account.first_seen_at if signal.of == "account" and seat.account else seat.person.first_seen_at


def fits(seat: Seat, enroll: dict, now: datetime) -> bool:
    """Whether a seat has what a version's rule asks for besides the moment: one of its roles, and the traits that must hold."""
    taking = _taking(enroll, BEGINNING, None, is_first=True)
    if taking.roles and seat.role not in taking.roles:
        return False
    floors = _floors([(seat, 0, taking)])
    floor = floors.get((seat.pk, 0, taking))
    return floor is not None and floor <= now


def _spans(seat: Seat, taking: Taking, roles: dict, floor: datetime | None) -> list[tuple[datetime, datetime | None]]:
    """The spans [since, until) during which a fact enrolls: within the rule's, with one of its roles where it names any."""
    if floor is None:
        return []
    spans = [(floor, taking.until)]
    if taking.roles:
        history = roles_of(roles, seat)
        ends = [*(at for at, _ in history[1:]), None] if history else []
        spans = [
            (max(floor, at), min(filter(None, (end, taking.until)), default=None))
            for (at, role), end in zip(history, ends, strict=True)
            if role in taking.roles
        ]
    return [(since, until) for since, until in spans if until is None or since < until]


def _name_ids(candidates) -> dict[str, int]:
    names = {event_name(candidate.signal) for candidate in candidates}
    return dict(EventName.objects.filter(name__among=names).values_list("name", "id"))


def seat_roles(people: set[int]) -> dict[int, list[tuple[datetime, int | None, str]]]:
    """person id → (moment, account id or None, role) in fact order, from trusted identify facts."""
    history: dict[int, list] = {}
    name_id = EventName.objects.filter(name=IDENTIFY).values_list("id", flat=True).first() if people else None
    if name_id is None:
        return history
    rows = Event.objects.filter(person_id__among=people, name_id=name_id, trusted=True, properties__has_key="role")
    rows = rows.order_by("occurred_at", "source_id", "message_id")
    for person, account, at, role in rows.values_list("person_id", "account_id", "occurred_at", "properties__role"):
        if role not in (None, ""):
            history.setdefault(person, []).append((at, account, role_key(role)))
    return history


def roles_of(history: dict, seat: Seat) -> list[tuple[datetime, str]]:
    """The roles of one seat over time: facts that name its account, or none."""
    return [(at, role) for at, account, role in history.get(seat.person_id, []) if account in (None, seat.account_id)]
