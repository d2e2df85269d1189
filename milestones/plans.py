"""The success plan of an account: what both sides agreed on for the first phase and what became of it, and its goals."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Avg, F, FloatField, Min, Q, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from milestones.models import Goal, GoalReading, Kickoff, Ladder, Progress, Rung
from onboarding import clock
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Member
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Account, Event, EventName, Seat

NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$"
LATELY = timedelta(days=30)


class PlanRefusedError(ValueError):
    """A step that the plan does not allow, and why."""


# --- the kickoff ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Met:
    """One milestone of the agreement: when anybody of the account first reached it."""

    key: str
    title: str
    reached_at: datetime | None


@dataclass(frozen=True)
class Reality:
    """What became of an agreement. `done_at` is when the last milestone was reached; `late_by` in days, below 0 is early."""

    met: list[Met]
    done_at: datetime | None
    late_by: int | None

    @property
    def reached(self) -> int:
        return sum(each.reached_at is not None for each in self.met)


def kickoff_of(account: Account) -> Kickoff | None:
    """The latest one."""
    return Kickoff.objects.filter(account=account).order_by("-number").first()


def open_kickoff(account: Account) -> Kickoff | None:
    """The one that is being agreed on, or was agreed and is not closed."""
    kickoff = kickoff_of(account)
    return kickoff if kickoff and not kickoff.closed_at else None


@transaction.atomic
def write_kickoff(account: Account, *, done: str, done_on: date, milestones: list[str], member: Member) -> Kickoff:
    """Write what done looks like. While nobody has agreed it is changed; a changed one must be agreed on anew by both.

    Raises PlanRefusedError once both have agreed: it is frozen until it is closed.
    """
    Account.objects.select_for_update().get(pk=account.pk)
    kickoff = kickoff_of(account)
    if kickoff and kickoff.is_agreed and not kickoff.closed_at:
        raise PlanRefusedError("Both sides have agreed on this one. Close it first, then begin the next.")
    said = {"done": done, "done_on": done_on, "milestones": milestones}
    if kickoff is None or kickoff.closed_at:
        kickoff = Kickoff.objects.create(
            workspace_id=current_workspace_id(),
            account=account,
            number=(kickoff.number if kickoff else 0) + 1,
            created_at=clock.now(),
            **said,
        )
    elif any(getattr(kickoff, name) != value for name, value in said.items()):
        nobody = {"ours": "", "ours_at": None, "theirs": "", "theirs_at": None, "wish": ""}
        Kickoff.objects.filter(pk=kickoff.pk).update(**said, **nobody)
        kickoff.refresh_from_db()
    record(member=member, verb="wrote the kickoff of", subject=str(account), detail={"done_on": done_on.isoformat()})
    return kickoff


def agree_ours(kickoff: Kickoff, *, member: Member) -> None:
    """The vendor's side agrees."""
    now = clock.now()
    if Kickoff.objects.filter(pk=kickoff.pk, ours_at=None, closed_at=None).update(ours=str(member.user), ours_at=now):
        record(member=member, verb="agreed on the kickoff of", subject=str(kickoff.account))


def agree_theirs(kickoff: Kickoff, *, name: str, seen: str) -> None:
    """The customer's side agrees to what they were shown. Raises PlanRefusedError where it has changed meanwhile."""
    fresh = Kickoff.objects.select_for_update().get(pk=kickoff.pk)
    if stamp(fresh) != seen:
        raise PlanRefusedError("This has changed since you opened the page. Please read it again.")
    if fresh.theirs_at is None and fresh.closed_at is None:
        Kickoff.objects.filter(pk=kickoff.pk).update(theirs=name[:254], theirs_at=clock.now(), wish="")
        record(member=None, verb="agreed on the kickoff of", subject=str(kickoff.account), detail={"customer": name})


def wish(kickoff: Kickoff, *, name: str, text: str) -> None:
    """The customer would rather have something else; shown to the manager."""
    if not Kickoff.objects.filter(pk=kickoff.pk, theirs_at=None, closed_at=None).update(wish=f"{name}: {text}"):
        raise PlanRefusedError("You have agreed on this already. Tell your contact what should change.")


def stamp(kickoff: Kickoff) -> str:
    """What somebody agrees to, so that they agree to what they saw."""
    return f"{kickoff.number}/{kickoff.done_on.isoformat()}/{','.join(kickoff.milestones)}/{kickoff.done}"


def reality(kickoff: Kickoff, zone) -> Reality:
    """What has become of it by now."""
    rows = Progress.objects.filter(
        enrollment__seat__account=kickoff.account,
        enrollment__seat__person__is_test=False,
        key__in=kickoff.milestones,
        reached_at__isnull=False,
    )
    reached = dict(rows.values_list("key").annotate(at=Min("reached_at")))
    titles = milestone_titles(kickoff.milestones)
    met = [Met(key, titles.get(key, key), reached.get(key)) for key in kickoff.milestones]
    done_at = max(each.reached_at for each in met) if met and all(each.reached_at for each in met) else None
    late_by = (done_at.astimezone(zone).date() - kickoff.done_on).days if done_at else None
    return Reality(met, done_at, late_by)


@transaction.atomic
def close(kickoff: Kickoff, *, member: Member, zone) -> None:
    """Keep what was true at the end, beside what was agreed; nothing of it changes any more."""
    fresh = Kickoff.objects.select_for_update().select_related("account").get(pk=kickoff.pk)
    if fresh.closed_at:
        return
    found = reality(fresh, zone)
    outcome = {
        "met": [[each.key, each.title, each.reached_at and each.reached_at.isoformat()] for each in found.met],
        "done_at": found.done_at and found.done_at.isoformat(),
        "late_by": found.late_by,
    }
    Kickoff.objects.filter(pk=fresh.pk).update(closed_at=clock.now(), outcome=outcome)
    record(
        member=member, verb="closed the kickoff of", subject=str(fresh.account), detail=outcome | {"met": found.reached}
    )


def closed_reality(kickoff: Kickoff) -> Reality:
    """What was kept when it was closed."""
    said = kickoff.outcome
    met = [Met(key, title, at and datetime.fromisoformat(at)) for key, title, at in said["met"]]
    return Reality(met, said["done_at"] and datetime.fromisoformat(said["done_at"]), said["late_by"])


def milestone_choices(account: Account) -> list[tuple[str, str]]:
    """(key, title) of the milestones on the ladders that the account's people are on, else on all live ones; in their order."""
    on = Ladder.objects.filter(enrollments__seat__account=account, enrollments__ended_at=None).distinct()
    ladders = on.exclude(live=None) if on.exists() else Ladder.objects.exclude(live=None)
    rungs = Rung.objects.filter(version__in=ladders.values("live")).order_by("version__ladder__position", "position")
    return list(dict(rungs.values_list("key", "content__title")).items())


def milestone_titles(keys: list[str]) -> dict[str, str]:
    rungs = Rung.objects.filter(key__in=keys).order_by("version__number")
    return dict(rungs.values_list("key", "content__title"))


# --- goals ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Current:
    """A goal's measure now, and when that was so; None where nothing is known."""

    value: float | None
    at: datetime | None


@dataclass(frozen=True)
class Distance:
    """How far a goal has come: `percent` of the way from baseline to target, below 0 where it went the other way."""

    current: Current
    percent: int | None

    @property
    def is_reached(self) -> bool:
        return self.percent is not None and self.percent >= 100


def current_of(goal: Goal, until: datetime | None = None) -> Current:
    """The present value, from where the goal says, or as it was at an earlier moment."""
    if goal.source == Goal.Source.EVENT:
        return _from_events(goal, until or clock.now())
    readings = GoalReading.objects.filter(goal=goal)
    last = (readings.filter(at__lte=until) if until else readings).order_by("-at").first()
    return Current(last.value, last.at) if last else Current(None, None)


def distance(goal: Goal, until: datetime | None = None) -> Distance:
    current = current_of(goal, until)
    if None in (current.value, goal.baseline, goal.target) or goal.baseline == goal.target:
        return Distance(current, None)
    return Distance(current, round(100 * (current.value - goal.baseline) / (goal.target - goal.baseline)))


def _from_events(goal: Goal, until: datetime) -> Current:
    name_id = EventName.objects.filter(name=goal.event).values_list("id", flat=True).first()
    if name_id is None:
        return Current(None, None)
    people = Seat.objects.filter(account=goal.account).values("person_id")
    ours = Q(account_id=goal.account_id) | Q(account_id=None, person_id__in=people)
    rows = Event.objects.filter(ours, name_id=name_id, trusted=True, properties__has_key=goal.property)
    rows = rows.filter(occurred_at__lte=until)
    rows = rows.annotate(text=KeyTextTransform(goal.property, "properties")).filter(text__regex=NUMBER)
    latest = rows.order_by("-occurred_at", "-id").values_list("text", "occurred_at").first()
    if latest is None:
        return Current(None, None)
    if goal.how == Goal.How.LATEST:
        return Current(float(latest[0]), latest[1])
    number = Cast(F("text"), FloatField())
    if goal.how == Goal.How.AVERAGE:
        lately = rows.filter(occurred_at__gt=until - LATELY)
        return Current(lately.aggregate(value=Avg(number))["value"], latest[1])
    return Current(rows.aggregate(value=Sum(number))["value"], latest[1])


def note_value(goal: Goal, value: float, *, by: str, at: datetime | None = None) -> None:
    """Keep one value; one for the same moment replaces the other."""
    GoalReading.objects.update_or_create(
        workspace_id=current_workspace_id(), goal=goal, at=at or clock.now(), defaults={"value": value, "by": by[:254]}
    )
