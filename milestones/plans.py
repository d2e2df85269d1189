"""The success plan of an account: what both sides agreed on for the first phase, and what became of it."""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from django.db import transaction
from django.db.models import Min

from milestones.models import Enrollment, Kickoff, Ladder, Milestone, Progress, Rung, TailoredLadder
from onboarding import clock
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Member
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Account

LONGEST_WISHES = 20_000  # characters, all wishes for one kickoff together
CHANGED = "This has changed since you opened the page. Please read it again."


class PlanRefusedError(ValueError):
    """A step that the plan does not allow, and why."""


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


def kickoff_since(account: Account, moment: datetime) -> Kickoff | None:
    """The latest that was there at a moment: a link that was made then speaks of no later one."""
    return Kickoff.objects.filter(account=account, created_at__lte=moment).order_by("-number").first()


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


@transaction.atomic
def agree_ours(kickoff: Kickoff, *, member: Member, seen: str) -> None:
    """The vendor's side agrees to what they were shown. Raises PlanRefusedError where it has changed meanwhile."""
    fresh = _as_seen(kickoff, seen)
    if fresh.ours_at is None and fresh.closed_at is None:
        Kickoff.objects.filter(pk=fresh.pk).update(ours=str(member.user), ours_at=clock.now())
        record(member=member, verb="agreed on the kickoff of", subject=str(fresh.account))


@transaction.atomic
def agree_theirs(kickoff: Kickoff, *, name: str, seen: str) -> None:
    """The customer's side agrees to what they were shown. Raises PlanRefusedError where it has changed meanwhile."""
    fresh = _as_seen(kickoff, seen)
    if fresh.theirs_at is None and fresh.closed_at is None:
        Kickoff.objects.filter(pk=kickoff.pk).update(theirs=name[:254], theirs_at=clock.now())
        record(member=None, verb="agreed on the kickoff of", subject=str(fresh.account), detail={"customer": name})


def _as_seen(kickoff: Kickoff, seen: str) -> Kickoff:
    fresh = Kickoff.objects.select_for_update(of=["self"]).select_related("account").get(pk=kickoff.pk)
    if stamp(fresh) != seen:
        raise PlanRefusedError(CHANGED)
    return fresh


@transaction.atomic
def wish(kickoff: Kickoff, *, name: str, text: str) -> None:
    """The customer would rather have something else; shown to the manager, beside what others of them wished for."""
    fresh = Kickoff.objects.select_for_update(of=["self"]).select_related("account").get(pk=kickoff.pk)
    if fresh.theirs_at or fresh.closed_at:
        raise PlanRefusedError("You have agreed on this already. Tell your contact what should change.")
    wishes = f"{fresh.wish}\n{name}: {text}".strip()
    if len(wishes) > LONGEST_WISHES:
        raise PlanRefusedError("That is a lot to write here. Please talk to your contact about it.")
    Kickoff.objects.filter(pk=fresh.pk).update(wish=wishes)
    detail = {"customer": name, "text": text}
    record(member=None, verb="asked for a change of the kickoff of", subject=str(fresh.account), detail=detail)


def stamp(kickoff: Kickoff) -> str:
    """What somebody agrees to, so that they agree to what they saw."""
    said = f"{kickoff.done_on.isoformat()}/{','.join(kickoff.milestones)}/{kickoff.done}"
    return (
        f"{kickoff.number}/{sha256(said.encode()).hexdigest()[:32]}"  # a browser changes the line ends of what it sends
    )


def reality(kickoff: Kickoff, zone) -> Reality:
    """What has become of it by now."""
    rows = Progress.objects.filter(
        enrollment__seat__account=kickoff.account,
        enrollment__seat__person__is_test=False,
        key__in=kickoff.milestones,
        reached_at__isnull=False,
    )
    reached = dict(rows.values_list("key").annotate(at=Min("reached_at")))
    titles = milestone_titles(kickoff.account, kickoff.milestones)
    met = [Met(key, titles.get(key, key), reached.get(key)) for key in kickoff.milestones]
    done_at = max(each.reached_at for each in met) if met and all(each.reached_at for each in met) else None
    late_by = (done_at.astimezone(zone).date() - kickoff.done_on).days if done_at else None
    return Reality(met, done_at, late_by)


@transaction.atomic
def close(kickoff: Kickoff, *, member: Member, zone, seen: str) -> None:
    """Keep what was true at the end, beside what was agreed; nothing of it changes any more.

    Raises PlanRefusedError where it is not the one that was shown, or not both have agreed.
    """
    fresh = _as_seen(kickoff, seen)
    if fresh.closed_at:
        return
    if not fresh.is_agreed:
        raise PlanRefusedError("Both sides agree on it first.")
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
    """(key, title) of the milestones on the ladders that the account's people are on, else on all live ones that were not made
    for another account; in their order.
    """
    on = Ladder.objects.filter(enrollments__seat__account=account, enrollments__ended_at=None).distinct()
    of_others = TailoredLadder.objects.exclude(account=account).values("ladder")
    ladders = on.exclude(live=None) if on.exists() else Ladder.objects.exclude(live=None).exclude(pk__in=of_others)
    rungs = Rung.objects.filter(version__in=ladders.values("live")).order_by("version__ladder__position", "position")
    return list(dict(rungs.values_list("key", "content__title")).items())


def milestone_titles(account: Account, keys: list[str]) -> dict[str, str]:
    """What the account calls these: as on its ladders now, else as it was on those its people were on, else as in the library.

    Never as on a ladder that was made for somebody else.
    """
    own = Enrollment.objects.filter(seat__account=account).values("version")
    rungs = Rung.objects.filter(key__in=keys, version__in=own).order_by("version__number")
    titles = {each.key: each.content["title"] for each in Milestone.objects.filter(key__in=keys)}
    titles |= dict(rungs.values_list("key", "content__title"))
    return titles | {key: title for key, title in milestone_choices(account) if key in keys}
