"""Answers of an account: kept, one row each time, and what they make of a ladder."""

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from milestones.discovery import Asked, Difference, Follows, Recommendation, difference, recommend
from milestones.drafting.edits import with_features
from milestones.drafting.naming import free_key
from milestones.drafting.saving import draft_of, feature_document, open_draft, replace
from milestones.ladder_files import FORMAT
from milestones.models import AnswerRule, Answers, Feature, Goal, Ladder, Milestone, Question, TailoredLadder, Version
from onboarding import clock
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Member
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Account

MOST_A_DAY = 100  # rounds of answers of one account


class TooOftenError(ValueError):
    """More rounds of answers within a day than anybody needs."""


def questions_for(role: str = "") -> list[Question]:
    """The questions in order: all, or what somebody of that role is asked."""
    asked = list(Question.objects.order_by("position", "pk"))
    return [each for each in asked if not role or not each.roles or role in each.roles]


def latest(account: Account) -> Answers | None:
    return Answers.objects.filter(account=account).order_by("-number").first()


@transaction.atomic
def answer(account: Account, said: Mapping, *, by: str, by_customer: bool) -> Answers | None:
    """Keep what was said now over what was said before; None where that is the same. `said` has None for what was emptied.

    Raises TooOftenError.
    """
    Account.objects.select_for_update().get(pk=account.pk)  # two at once: one after the other
    before = latest(account)
    old = before.answers if before else {}
    new = {key: value for key, value in {**old, **said}.items() if value not in (None, "", [])}
    if before and new == old:
        return None
    lately = Answers.objects.filter(account=account, answered_at__gt=clock.now() - timedelta(days=1))
    if lately.count() >= MOST_A_DAY:
        raise TooOftenError("These questions have been answered very often today. Please go on tomorrow.")
    return Answers.objects.create(
        workspace_id=current_workspace_id(),
        account=account,
        number=(before.number if before else 0) + 1,
        answers=new,
        answered_by=by[:254],
        by_customer=by_customer,
        answered_at=clock.now(),
    )


def recommendation(base: dict, answers: Mapping) -> Recommendation:
    """The base ladder's document as these answers ask for it."""
    questions = [Asked(each.key, each.text, each.kind) for each in Question.objects.order_by("position", "pk")]
    keys = dict(Question.objects.values_list("pk", "key"))
    rules = [
        Follows(keys[rule.question_id], rule.op, rule.value, rule.milestone, rule.goal)
        for rule in AnswerRule.objects.order_by("question__position", "pk")
    ]
    library = {each.key: each.content for each in Milestone.objects.filter(archived_at=None)}
    return recommend(base, library, questions, rules, answers)


def bases() -> list[Ladder]:
    """The published ladders that a tailored one can start from: those that are not tailored themselves."""
    tailored = TailoredLadder.objects.values("ladder")
    published = Ladder.objects.exclude(live=None).exclude(pk__in=tailored).select_related("live")
    return list(published.order_by("position", "id"))


def standing_document(ladder: Ladder) -> dict:
    """A ladder as it is being worked on: its draft, else what is live."""
    version = draft_of(ladder) or ladder.live or Version.objects.filter(ladder=ladder).order_by("-number").first()
    return version.document


def pending(tailored: TailoredLadder, answers: Mapping) -> tuple[Recommendation, Difference]:
    """What the answers make of an account's ladder, and how that differs from the ladder as it stands."""
    base = tailored.base.live or Version.objects.filter(ladder=tailored.base).order_by("-number")[0]
    made = recommendation(base.document, answers)
    return made, difference(standing_document(tailored.ladder), made)


@transaction.atomic
def tailor(account: Account, base: Ladder, answers: Answers, *, member: Member) -> TailoredLadder:
    """Make the account's own ladder, as a draft to be looked at and published; its goals with it."""
    made = recommendation(base.live.document, answers.answers)
    name = f"{base.name}, for {account}"[:200]
    document = _own(made.document, free_key(Ladder, f"for {account}"), name)
    ladder = Ladder.objects.create(
        workspace_id=current_workspace_id(), key=document["ladder"], name=name, position=Ladder.objects.count()
    )
    open_draft(ladder, member=member, document=document, said=f"Recommended by the answers of {account}")
    tailored = TailoredLadder.objects.create(
        workspace_id=current_workspace_id(), account=account, ladder=ladder, base=base
    )
    keep_goals(account, made, member=member)
    record(member=member, verb="made a recommended ladder", subject=name, detail={"answers": answers.number})
    return tailored


@transaction.atomic
def put_into_draft(tailored: TailoredLadder, answers: Answers, *, member: Member) -> None:
    """Let the account's ladder be what the answers ask for now, as one edit of its draft that can be undone.

    What was changed on the ladder by hand stays, but for the milestones that come and go.
    """
    made, differs = pending(tailored, answers.answers)
    draft = open_draft(tailored.ladder, member=member)
    document = _merged(draft.document, made, differs)
    replace(draft, document, said=f"Put in what was answered on {answers.answered_at:%-d %B}", member=member)
    keep_goals(tailored.account, made, member=member)


def _merged(document: dict, made: Recommendation, differs: Difference) -> dict:
    goes, comes = {key for key, _ in differs.goes}, {key for key, _, _ in differs.comes}
    merged = document | {"milestones": [each for each in document["milestones"] if each["key"] not in goes]}
    merged["milestones"] += [each for each in made.document["milestones"] if each["key"] in comes]
    phases = [
        phase | {"rungs": [_freed(rung, goes) for rung in phase["rungs"] if rung["milestone"] not in goes]}
        for phase in document["phases"]
    ]
    for phase in made.document["phases"]:
        fresh = [rung for rung in phase["rungs"] if rung["milestone"] in comes]
        same = next((each for each in phases if each["name"] == phase["name"]), None)
        if same:
            same["rungs"] = same["rungs"] + fresh
        elif fresh:
            phases.append({"name": phase["name"], "rungs": fresh})
    # A prerequisite stands earlier; one that would not is dropped.
    seen: set[str] = set()
    for rung in (rung for phase in phases for rung in phase["rungs"]):
        if rung.get("requires"):
            rung["requires"] = [key for key in rung["requires"] if key in seen]
        seen.add(rung["milestone"])
    merged["phases"] = [phase for phase in phases if phase["rungs"]]
    return _with_features(merged)


def _freed(rung: dict, goes: set[str]) -> dict:
    kept = [key for key in rung.get("requires", []) if key not in goes]
    return rung | ({"requires": kept} if rung.get("requires") else {})


def _own(document: dict, key: str, name: str) -> dict:
    """A document as the account's own: members put its people on it by hand."""
    own = document | {"format": FORMAT, "ladder": key, "name": name, "enroll": {"when": "manual"}}
    return _with_features(own)


def _with_features(document: dict) -> dict:
    return with_features(document, {each.key: feature_document(each) for each in Feature.objects.all()})


def keep_goals(account: Account, made: Recommendation, *, member: Member | None) -> int:
    """Give the account the goals that its answers set; one that is there already stays as it is. Returns how many are new."""
    present = set(Goal.objects.filter(account=account).values_list("title", flat=True))
    fresh = [goal for goal in made.goals if goal.title not in present]
    for goal in fresh:
        Goal.objects.create(
            workspace_id=current_workspace_id(),
            account=account,
            key=free_goal_key(account, goal.title),
            title=goal.title,
            unit=goal.unit,
            baseline=goal.baseline,
            target=goal.target,
            assumptions=f"{goal.why[0].upper()}{goal.why[1:]}."[:500],
            created_at=clock.now(),
        )
    if fresh:
        titles = [goal.title for goal in fresh]
        record(member=member, verb="took goals from the answers of", subject=str(account), detail={"goals": titles})
    return len(fresh)


def free_goal_key(account: Account, title: str) -> str:
    base = slugify(title)[:80] or "goal"
    taken = set(Goal.objects.filter(account=account).values_list("key", flat=True))
    return base if base not in taken else next(f"{base}-{n}" for n in range(2, 10_000) if f"{base}-{n}" not in taken)


def next_position() -> int:
    return (Question.objects.aggregate(last=Max("position"))["last"] or 0) + 1
