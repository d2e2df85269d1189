"""Who is in a segment now, and what of it a ladder's enrollment keeps."""

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from milestones.criteria import parse
from milestones.criteria.compiling import compile_conds
from milestones.criteria.language import Cond
from milestones.drafting.naming import free_key
from milestones.models import Ladder, Segment, SegmentEntry, Version
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Account, Person, Seat

MOST, MOST_LISTED = 500, 50_000


class GoneError(ValueError):
    """A segment that is named and not there, or that cannot be used as it is asked to be."""


def members_of(segment: Segment) -> QuerySet[Person] | QuerySet[Account]:
    """The people or accounts that are in it now, tests included."""
    if segment.rule is None:
        ids = SegmentEntry.objects.filter(segment=segment).values("external_id")
        model = Person if segment.of == Segment.Of.PERSON else Account
        return model.objects.filter(external_id__in=ids)
    return _by_rule(segment.of, segment.rule)


def people_of(segment: Segment) -> QuerySet[Person]:
    """The people in it; of accounts, everybody who has a seat at one of them now."""
    members = members_of(segment)
    if segment.of == Segment.Of.PERSON:
        return members
    seats = Seat.objects.filter(person=OuterRef("pk"), left_at=None, account__in=members)
    return Person.objects.filter(Exists(seats))


def seats_of(segment: Segment) -> QuerySet[Seat]:
    """The seats because of which somebody is in it now: at its companies, or at those, and in those roles, that its rule asks for."""
    seats = Seat.objects.filter(left_at=None, person__external_id__isnull=False)
    if segment.of == Segment.Of.ACCOUNT:
        return seats.filter(account__in=members_of(segment))
    seats = seats.filter(person__in=members_of(segment))
    rule = segment.rule or {}
    if rule.get("roles"):
        seats = seats.filter(role__in=rule["roles"])
    if rule.get("join") != "any":  # of any, another condition may be the one that holds
        conds = [parse(cond).signals[0] for cond in rule.get("where", [])]
        for signal in conds:
            if signal.of == "account":
                seats = seats.filter(account__isnull=False).filter(_holds(signal.cond, "account__traits"))
    return seats


def _by_rule(of: str, rule: dict) -> QuerySet:
    conds = [parse(cond).signals[0] for cond in rule.get("where", [])]
    if of == Segment.Of.ACCOUNT:
        found = Account.objects.all()
        tests = [_holds(signal.cond, "traits") for signal in conds]
    else:
        found = Person.objects.exclude(external_id=None)
        tests = [
            _holds(signal.cond, "traits") if signal.of == "person" else _at_account(signal.cond) for signal in conds
        ]
        if rule.get("roles"):
            seats = Seat.objects.filter(person=OuterRef("pk"), left_at=None, role__in=rule["roles"])
            found = found.filter(Exists(seats))
    fitting = Q()
    for test in tests:
        fitting = fitting | Q(test) if rule.get("join") == "any" else fitting & Q(test)
    return found.filter(fitting)


def _at_account(cond: Cond) -> Exists:
    seats = Seat.objects.filter(person=OuterRef("pk"), left_at=None, account__isnull=False)
    return Exists(seats.filter(_holds(cond, "account__traits")))


def _holds(cond: Cond, traits: str):
    """Whether a condition holds of the traits as they are now: the same jsonpath that criteria are judged by."""
    compiled = compile_conds((cond,))
    asked = Func(
        F(traits),
        Func(Value(compiled.present or compiled.absent), template="%(expressions)s::jsonpath"),
        Func(Value(compiled.variables), template="%(expressions)s::jsonb"),
        Value(True),
        function="jsonb_path_match",
        output_field=BooleanField(),
    )
    held = Coalesce(asked, Value(False))
    return held if compiled.present else Func(held, template="not (%(expressions)s)", output_field=BooleanField())


def frozen_enroll(enroll: dict) -> dict:
    """An enrollment rule with the segment that it names written out, as a version keeps it.

    A later change of the segment moves nobody. Raises GoneError.
    """
    if not enroll.get("segment"):
        return enroll
    segment = Segment.objects.filter(key=enroll["segment"]).first()
    if segment is None:
        raise GoneError(f"The segment “{enroll['segment']}” that people are taken on by is gone. Choose another one.")
    if segment.rule is None:
        raise GoneError(
            f"“{segment}” is a list. Put the people of a list on the ladder by hand, from the segment’s page."
        )
    said = {**enroll}
    conds = segment.rule.get("where", [])
    if conds:
        tree = [{segment.rule["join"]: conds}] if segment.rule["join"] == "any" else conds
        said["where"] = [*enroll.get("where", []), *tree]
    if segment.rule.get("roles"):
        asked = enroll.get("roles") or segment.rule["roles"]
        said["roles"] = [role for role in asked if role in segment.rule["roles"]]
        if not said["roles"]:
            raise GoneError(f"Nobody can have a role of this ladder’s rule and one of the segment “{segment}”.")
    return said


def enrolling_obstacle(document: dict) -> str:
    """Why a ladder with this document cannot take people on as it says; "" where it can."""
    enroll = document.get("enroll") or {}
    try:
        frozen_enroll(enroll)
    except GoneError as error:
        return str(error)
    if enroll.get("when") != "finished":
        return ""
    before, seen = enroll["ladder"], {document["ladder"]}
    while before:
        if before in seen:
            return "The ladders would start each other in a circle. Choose another ladder whose end starts this one."
        seen.add(before)
        ladder = Ladder.objects.filter(key=before).select_related("live").first()
        if ladder is None or ladder.live is None:
            return f"The ladder “{before}” whose end starts this one is not published." if len(seen) == 2 else ""
        following = ladder.live.rules.get("enroll") or {}
        before = following.get("ladder") if following.get("when") == "finished" else None
    return ""


def write_list(segment: Segment, external_ids: list[str]) -> None:
    """Replace the entries of a list."""
    SegmentEntry.objects.filter(segment=segment).delete()
    SegmentEntry.objects.bulk_create(
        [
            SegmentEntry(workspace_id=current_workspace_id(), segment=segment, external_id=each)
            for each in dict.fromkeys(external_ids)
        ],
        batch_size=5_000,
    )


def make(*, name: str, of: str, rule: dict | None, external_ids: list[str] = ()) -> Segment:
    """A new segment with a key made from its name."""
    segment = Segment.objects.create(
        workspace_id=current_workspace_id(), key=free_key(Segment, name), name=name, of=of, rule=rule
    )
    if rule is None:
        write_list(segment, list(external_ids))
    return segment


def users_of(segment: Segment) -> list[str]:
    """The names of the ladders, live or in a draft, whose enrollment names it."""
    named = Version.objects.filter(document__enroll__segment=segment.key)
    live = Ladder.objects.exclude(live=None).values("live")
    rows = (
        named.filter(Q(pk__in=live) | Q(state=Version.State.DRAFT))
        .select_related("ladder")
        .order_by("ladder__position")
    )
    return list(dict.fromkeys(version.ladder.name for version in rows))
