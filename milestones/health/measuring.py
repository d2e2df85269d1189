"""Reads what is known of accounts, judges them, and keeps it: for a portfolio, hourly and after what a member does; for its
page, at that moment.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, Min, Q
from django.db.models.functions import Greatest

from milestones import voices
from milestones.acts import PREFIX
from milestones.health.judging import Agreement, Call, Case, Health, Rung, Word, judge
from milestones.models import (
    AccountHealth,
    Enrollment,
    HealthChange,
    Kickoff,
    Ladder,
    PeerTime,
    Progress,
    Standing,
    UsualTime,
)
from milestones.models import Rung as PlacedRung
from milestones.peers import ALIKE
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Account, Event, EventName, Seat

A_TURN = 500  # accounts
HERE = timedelta(days=7)
CALLS = timedelta(days=90)
TITLE = 300


@dataclass(frozen=True)
class Measured:
    """An account as it stands: the facts, the verdict, and its ladder (None: nobody is on one)."""

    case: Case
    health: Health
    ladder: Ladder | None


def turns(*, everybody: bool) -> list[list[int]]:
    """The accounts of the open workspace that are to be measured, so many in a turn: each is a transaction of its own.

    Everybody, else those that were never measured or were seen since.
    """
    AccountHealth.objects.filter(account__is_test=True).delete()
    accounts = Account.objects.filter(is_test=False).order_by("pk")
    if not everybody:
        known = AccountHealth.objects.filter(account__last_seen_at__lte=F("measured_at")).values("account")
        accounts = accounts.exclude(pk__in=known)
    pks = list(accounts.values_list("pk", flat=True))
    return [pks[start : start + A_TURN] for start in range(0, len(pks), A_TURN)]


def measure_everybody(now: datetime) -> int:
    """Measure every account of the open workspace within its scope; returns how many."""
    found = turns(everybody=True)
    for accounts in found:
        keep(accounts, now)
    return sum(map(len, found))


def keep(accounts: Sequence[int], now: datetime) -> None:
    """Measure these and write it, with each change of a pace as a row of its own."""
    if not accounts:
        return
    before = {row.account_id: row for row in AccountHealth.objects.filter(account__in=accounts)}
    rows, changes = [], []
    for pk, measured in measure(accounts, now).items():
        row, was = _row(pk, measured, now), before.get(pk)
        if was is not None and was.pace != row.pace:
            finding = row.findings[0] if row.findings else None
            own = {"workspace_id": row.workspace_id, "account_id": pk, "at": now}
            changes.append(HealthChange(**own, was=was.pace, pace=row.pace, finding=finding))
        elif was is not None:
            row.since = was.since
        rows.append(row)
    columns = [f.name for f in AccountHealth._meta.concrete_fields if f.name not in ("id", "workspace", "account")]
    AccountHealth.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["workspace", "account"], update_fields=columns
    )
    HealthChange.objects.bulk_create(changes)


def _row(pk: int, measured: Measured, now: datetime) -> AccountHealth:
    case, health, rungs = measured.case, measured.health, measured.case.rungs
    asked = [rung for rung in rungs if rung.asked]
    coming = next((rung for state in ("open", "locked") for rung in asked if rung.state == state), None)
    findings = [[f.kind, f.pace, f.said] for f in health.findings]
    return AccountHealth(
        workspace_id=current_workspace_id(),
        account_id=pk,
        ladder=measured.ladder,
        pace=health.pace,
        weight=health.weight,
        reason=health.reason,
        since=now,
        findings=findings,
        stones=[[rung.key, rung.title, rung.state, rung.is_late] for rung in asked],
        reached=sum(rung.state == "reached" for rung in asked),
        total=len(asked),
        phase=coming.phase if coming else "",
        next_key=coming.key if coming else "",
        next_title=coming.title[:TITLE] if coming else "",
        due_at=coming.due_at if coming else None,
        late=sum(rung.is_late for rung in asked),
        people=case.people,
        active=case.active,
        held=health.held,
        began_at=case.began_at,
        value_at=value_at(case),
        last_seen_at=case.last_seen_at,
        measured_at=now,
    )


def value_at(case: Case) -> datetime | None:
    """When anybody first reached a rung that is marked as first value."""
    return min((r.first_reached_at for r in case.rungs if r.is_value and r.first_reached_at), default=None)


def measure(accounts: Iterable[int], now: datetime) -> dict[int, Measured]:
    """account id → how it stands at `now`. A handful of queries, however many accounts."""
    accounts = list(accounts)
    zone = Workspace.objects.get(pk=current_workspace_id()).zone
    here = now.astimezone(zone)
    ladders = {ladder.pk: ladder for ladder in Ladder.objects.select_related("live").order_by("position", "id")}
    stood = _stood(accounts, now)
    people, calls, agreements, words = (
        _people(accounts, now),
        _calls(accounts, now),
        _agreements(accounts),
        _words(accounts),
    )
    climbed_on = {ladder for climbed in stood.values() for ladder in climbed}
    placed = {pk: _placed(ladder) for pk, ladder in ladders.items() if pk in climbed_on}
    likes = _Likes(accounts)
    found = {}
    for pk in accounts:
        climbed = stood.get(pk, {})
        ladder_id = _the_ladder(climbed, ladders)
        rungs, like = [], (0, "")
        if ladder_id is not None:
            rungs, like = _rungs(climbed[ladder_id], placed[ladder_id]), likes.of(pk, ladder_id)
            rungs = [replace(rung, peers=like[2].get(rung.key)) for rung in rungs]
        known = people.get(pk, _People())
        case = Case(
            now=here,
            today=here.date(),
            rungs=tuple(rungs),
            began_at=known.began_at.get(ladder_id) if ladder_id else None,
            people=known.people,
            active=known.active,
            last_seen_at=known.last_seen_at,
            under_way=known.under_way,
            calls=calls.get(pk, ()),
            agreement=agreements.get(pk),
            word=words.get(pk),
            like=like[:2],
        )
        found[pk] = Measured(case, judge(case), ladders.get(ladder_id) if ladder_id else None)
    return found


def _running(accounts: Sequence[int]):
    return Progress.objects.filter(
        enrollment__seat__account__in=accounts,
        enrollment__seat__left_at=None,
        enrollment__seat__person__is_test=False,
        enrollment__ended_at=None,
        on_track=True,
    )


def _stood(accounts: Sequence[int], now: datetime) -> dict[int, dict[int, dict[str, dict]]]:
    """account id → ladder id → rung key → its counts and moments."""
    is_reached = Q(reached_at__lte=now)
    is_left = (Q(reached_at=None) | Q(reached_at__gt=now)) & (Q(skipped_at=None) | Q(skipped_at__gt=now))
    is_open = is_left & Q(opened_at__lte=now)
    due = Greatest("due_at", "due_told")  # PostgreSQL's leaves out what is null
    rows = (
        _running(accounts)
        .order_by()
        .annotate(due=due)
        .values("enrollment__seat__account_id", "enrollment__ladder_id", "key")
        .annotate(
            asked=Count("pk", filter=is_reached | is_left),
            reached=Count("pk", filter=is_reached),
            at_it=Count("pk", filter=is_open),
            late=Count("pk", filter=is_open & Q(due__lte=now)),
            slow=Count("pk", filter=is_open & _too_long(now)),
            first_due=Min("due", filter=is_open),
            next_due=Min("due", filter=is_open & Q(due__gt=now)),
            first_reached_at=Min("reached_at", filter=is_reached),
            last_reached_at=Max("reached_at", filter=is_reached),
        )
    )
    found: dict[int, dict[int, dict[str, dict]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        account, ladder, key = (row.pop(n) for n in ("enrollment__seat__account_id", "enrollment__ladder_id", "key"))
        first_due, next_due = row.pop("first_due"), row.pop("next_due")
        row["due_at"] = first_due if 2 * row["late"] >= row["at_it"] else next_due or first_due
        found[account][ladder][key] = row
    return found


def _too_long(now: datetime) -> Q:
    """Open for longer than nine in ten of their role need, of all roles where too few of that one have been there."""
    times = list(UsualTime.objects.exclude(high=None))
    roles = defaultdict(set)
    for usual in times:
        if usual.role:
            roles[usual.ladder_id, usual.rung].add(usual.role)
    found = Q(pk=None)
    for usual in times:
        one = Q(enrollment__ladder_id=usual.ladder_id, key=usual.rung, opened_at__lt=now - timedelta(days=usual.high))
        mine = roles[usual.ladder_id, usual.rung]
        if usual.role:
            one &= Q(enrollment__seat__role=usual.role)
        elif mine:
            one &= ~Q(enrollment__seat__role__in=mine)
        found |= one
    return found


def _the_ladder(climbed: dict[int, dict], ladders: dict[int, Ladder]) -> int | None:
    """The first in the workspace's order with anything left for anybody, else the last of those that they are on."""
    on = [pk for pk in ladders if pk in climbed]
    with_rest = [pk for pk in on if any(row["asked"] > row["reached"] for row in climbed[pk].values())]
    return with_rest[0] if with_rest else on[-1] if on else None


@dataclass(frozen=True)
class _Placed:
    """The rungs of a ladder, the newest version first: key → (title, phase, is first value), and each's usual time."""

    rungs: dict[str, tuple[str, str, bool]]
    usual: dict[str, float]


def _placed(ladder: Ladder) -> _Placed:
    rows = PlacedRung.objects.filter(version__ladder=ladder).exclude(version__published_at=None)
    rows = rows.order_by("-version__number", "position")
    found: dict[str, tuple[str, str, bool]] = {}
    for key, title, phase, is_value in rows.values_list("key", "content__title", "phase__name", "first_value"):
        found.setdefault(key, (title, phase, is_value))
    usual = UsualTime.objects.filter(ladder=ladder, role="").exclude(high=None)
    return _Placed(found, dict(usual.values_list("rung", "high")))


def _rungs(climbed: dict[str, dict], placed: _Placed) -> list[Rung]:
    return [
        Rung(key=key, title=title, phase=phase, is_value=is_value, usual=placed.usual.get(key), **climbed[key])
        for key, (title, phase, is_value) in placed.rungs.items()
        if key in climbed
    ]


@dataclass
class _People:
    """Of an account: how many, and by ladder when the first of them began."""

    people: int = 0
    active: int = 0
    under_way: int = 0
    last_seen_at: datetime | None = None
    began_at: dict[int, datetime] = field(default_factory=dict)


def _people(accounts: Sequence[int], now: datetime) -> dict[int, _People]:
    seats = Seat.objects.filter(
        account__in=accounts, left_at=None, person__is_test=False, person__external_id__isnull=False
    ).order_by()
    rows = seats.values("account_id").annotate(
        people=Count("person", distinct=True),
        active=Count("person", distinct=True, filter=Q(person__last_seen_at__gt=now - HERE)),
        last_seen_at=Max("person__last_seen_at"),
    )
    found = {
        row.pop("account_id"): _People(**row) for row in rows.values("account_id", "people", "active", "last_seen_at")
    }
    left = _running(accounts).filter(reached_at=None, skipped_at=None).order_by()
    for account, under_way in left.values_list("enrollment__seat__account_id").annotate(
        Count("enrollment__seat__person_id", distinct=True)
    ):
        found.setdefault(account, _People()).under_way = under_way
    began = Enrollment.objects.filter(seat__account__in=accounts, seat__person__is_test=False).order_by()
    for account, ladder, at in began.values_list("seat__account_id", "ladder_id").annotate(Min("enrolled_at")):
        found.setdefault(account, _People()).began_at[ladder] = at
    return found


def _calls(accounts: Sequence[int], now: datetime) -> dict[int, list[Call]]:
    """The calls for help that wait, by account. Only those who ever called are read."""
    name = EventName.objects.filter(name=f"{PREFIX}asked").values_list("id", flat=True).first()
    if name is None:
        return {}
    people = Seat.objects.filter(account__in=accounts, left_at=None).values_list("person_id", flat=True)
    asked = Event.objects.filter(person_id__among=set(people), name_id=name, occurred_at__gt=now - CALLS)
    asked = set(asked.values_list("person_id", flat=True))
    if not asked:
        return {}
    rows = Enrollment.objects.filter(
        seat__account__in=accounts,
        seat__left_at=None,
        seat__person__in=asked,
        seat__person__is_test=False,
        ended_at=None,
    )
    enrollments = list(rows.select_related("seat__person", "ladder", "version"))
    told = voices.read({each.seat.person_id for each in enrollments}) if enrollments else {}
    titles = dict(
        PlacedRung.objects.filter(version__in={each.version_id for each in enrollments}).values_list(
            "key", "content__title"
        )
    )
    found: dict[int, list[Call]] = defaultdict(list)
    for each in enrollments:
        for key, voice in voices.fold(voices.of_enrollment(told, each)).asks.items():
            person = each.seat.person
            call = Call(str(person), person.pk, titles.get(key, each.ladder.name), voice.at)
            found[each.seat.account_id].append(call)
    return found


def _agreements(accounts: Sequence[int]) -> dict[int, Agreement]:
    kickoffs = list(Kickoff.objects.filter(account__in=accounts, closed_at=None).order_by("number"))
    if not kickoffs:
        return {}
    reached = Progress.objects.filter(
        enrollment__seat__account__in=[each.account_id for each in kickoffs],
        enrollment__seat__person__is_test=False,
        key__in={key for each in kickoffs for key in each.milestones},
        reached_at__isnull=False,
    )
    met = set(reached.values_list("enrollment__seat__account_id", "key").distinct())
    return {
        each.account_id: Agreement(
            made_at=each.created_at,
            done_on=each.done_on,
            ours=each.ours_at is not None,
            theirs=each.theirs_at is not None,
            wish=each.wish,
            met=sum((each.account_id, key) in met for key in each.milestones),
            asked=len(each.milestones),
        )
        for each in kickoffs
    }


def _words(accounts: Sequence[int]) -> dict[int, Word]:
    rows = Standing.objects.filter(account__in=accounts, ended_at=None)
    return {row.account_id: Word(row.kind, row.note, row.since, row.until) for row in rows}


class _Likes:
    """With whom accounts are compared: those alike in the most telling trait of which something is known, else all."""

    def __init__(self, accounts: Sequence[int]):
        self.traits = dict(Account.objects.filter(pk__in=accounts).values_list("pk", "traits"))
        self.known: dict[tuple[int, str, str], dict[str, PeerTime]] = defaultdict(dict)
        for row in PeerTime.objects.all():
            self.known[row.ladder_id, row.trait, row.value][row.rung] = row

    def of(self, account: int, ladder: int) -> tuple[int, str, dict[str, float]]:
        """(accounts, the value they share, rung → days by which half had reached it)."""
        traits = self.traits.get(account) or {}
        alike = [(trait, str(traits[trait])[:200]) for trait in ALIKE if traits.get(trait) not in (None, "")]
        for trait, value in (*alike, ("", "")):
            rows = self.known.get((ladder, trait, value))
            if rows:
                days = {key: row.middle for key, row in rows.items() if row.middle is not None}
                return max(row.accounts for row in rows.values()), value.replace("_", " "), days
        return 0, "", {}
