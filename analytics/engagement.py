"""What people do once they are in: coming back to key workflows, depth, being on time, buying more. Raw SQL, inside the open scope.

Slow enough for the worker, from daily usage and progress; a page shows what it has kept.
"""

from dataclasses import asdict, dataclass

from django.db import connection
from django.db.models import Max

from analytics.asking import Asked
from analytics.models import CountingRules
from analytics.reading import climbs_of
from milestones.models import Feature, Goal
from milestones.plans import distance
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Event, EventName

WEEKS, OFTEN = 4, 3  # a key workflow in three of the four weeks since it was first used
PROMOTER = 9  # of 10: who would recommend
GOALS = 2_000
ABSURD = 1_000_000_000_000  # of one purchase: no amount, whatever the unit

CLIMBS = """
    select c.enrollment_id, c.person_id, c.account_id, c.cohort from analytics_climb c
    where c.workspace_id = %(workspace)s and c.ladder_id = %(ladder)s and c.left_out = ''
          and c.cohort between %(first)s and %(last)s and (%(role)s = '' or c.role = %(role)s)
          and (%(segment)s = 0 or c.segments[%(segment)s] = %(value)s)"""

REPEAT = f"""
with person as (select person_id, min(cohort) as cohort from ({CLIMBS}) c group by 1),
begun as (
    select p.person_id, d.day from person p cross join lateral (
        select min(d.day) as day from analytics_personday d
        where d.workspace_id = %(workspace)s and d.person_id = p.person_id and d.day >= p.cohort and d.names && %(names)s::bigint[]) d
    where d.day + {7 * WEEKS - 1} <= %(until)s)
select count(*), count(*) filter (where weeks >= {OFTEN}) from (
    select (select count(distinct (d.day - b.day) / 7) from analytics_personday d
            where d.workspace_id = %(workspace)s and d.person_id = b.person_id and d.day between b.day and b.day + {7 * WEEKS - 1}
                  and d.names && %(names)s::bigint[]) as weeks from begun b) each"""

DEPTH = f"""
with person as (select person_id, min(cohort) as cohort from ({CLIMBS}) c group by 1)
select count(*), avg(n) from (
    select count(distinct name) as n from person p
    join analytics_personday d on d.workspace_id = %(workspace)s and d.person_id = p.person_id and d.day >= p.cohort and d.day <= %(until)s
    cross join lateral unnest(d.names) name
    group by p.person_id, (d.day - p.cohort) / 7) each"""

ON_TIME = f"""
select count(*), count(*) filter (where g.reached_at <= due) from ({CLIMBS}) c
join analytics_climb k on k.workspace_id = %(workspace)s and k.enrollment_id = c.enrollment_id
join milestones_progress g on g.workspace_id = %(workspace)s and g.enrollment_id = c.enrollment_id
cross join lateral (select greatest(g.due_at, g.due_told) as due) d
where g.on_track and g.skipped_at is null
      and (due at time zone %(zone)s)::date <= least(%(until)s, k.cohort + k.gone, k.cohort + k.ended)"""

# An event that names no account is its person's account's.
EXPANSION = f"""
with account as (select account_id, min(cohort) as cohort from ({CLIMBS}) c where account_id is not null group by 1),
bought as (
    select e.id, a.account_id, e.properties from account a
    join tracking_event e on e.workspace_id = %(workspace)s and e.account_id = a.account_id and e.name_id = %(event)s
    where e.trusted and (e.occurred_at at time zone %(zone)s)::date between a.cohort and %(until)s
    union
    select e.id, a.account_id, e.properties from account a
    join tracking_seat s on s.workspace_id = %(workspace)s and s.account_id = a.account_id
    join tracking_event e on e.workspace_id = %(workspace)s and e.person_id = s.person_id and e.account_id is null and e.name_id = %(event)s
    where e.trusted and (e.occurred_at at time zone %(zone)s)::date between a.cohort and %(until)s)
select (select count(*) from account), count(distinct account_id),
       (select coalesce(sum(amount), 0) from (
            select distinct id, (properties ->> %(property)s)::numeric as amount from bought
            where jsonb_typeof(properties -> %(property)s) = 'number') each where abs(amount) < {ABSURD})
from bought"""


@dataclass(frozen=True)
class Share:
    """`part` of `whole`; both 0 where there is nothing to say."""

    part: int
    whole: int


@dataclass(frozen=True)
class Engagement:
    """Everything of one question, as it is kept."""

    repeat: Share
    depth: float | None
    weeks: int
    on_time: Share
    expansion: Share | None  # None without an event that says it
    expanded_by: float
    recommend: Share
    goals: Share
    money: dict[str, float]  # unit → what the goals in money are above their baseline

    def said(self) -> dict:
        return asdict(self)


def engagement(asked: Asked, rules: CountingRules, zone: str) -> Engagement:
    """Work all of it out."""
    parameters = {
        "workspace": current_workspace_id(),
        "ladder": asked.ladder.pk,
        "first": asked.span.first,
        "last": asked.span.last,
        "until": asked.until,
        "role": asked.role,
        "segment": asked.segment,
        "value": asked.value,
        "zone": zone,
        "names": workflow_ids(rules),
        "property": rules.expansion_property,
        "event": EventName.objects.filter(name=rules.expansion_event).values_list("id", flat=True).first(),
    }
    whole, often = _row(REPEAT, parameters)
    weeks, depth = _row(DEPTH, parameters)
    due, on_time = _row(ON_TIME, parameters)
    accounts, expanded, amount = _row(EXPANSION, parameters) if parameters["event"] else (0, 0, 0)
    goals, money = _goals(asked)
    return Engagement(
        Share(often, whole),
        float(depth) if depth is not None else None,
        weeks,
        Share(on_time, due),
        Share(expanded, accounts) if parameters["event"] else None,
        float(amount),
        _recommending(asked),
        goals,
        money,
    )


def workflow_ids(rules: CountingRules) -> list[int]:
    """The event names of key workflows; of the features' own events where none are named."""
    names = rules.workflows or [name for events in Feature.objects.values_list("events", flat=True) for name in events]
    return list(EventName.objects.filter(name__in=names).values_list("id", flat=True))


def _row(sql: str, parameters: dict) -> tuple:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()


def _recommending(asked: Asked) -> Share:
    """Of those who were asked at the end and answered, how many said 9 or 10; each person's last word."""
    name = EventName.objects.filter(name="cairn:recommended").values_list("id", flat=True).first()
    if name is None:
        return Share(0, 0)
    people = climbs_of(asked).values("person_id")
    words = Event.objects.filter(name_id=name, person_id__in=people, occurred_at__date__lte=asked.until)
    last = {row["person_id"]: row["last"] for row in words.order_by().values("person_id").annotate(last=Max("id"))}
    ratings = [
        said.get("rating") for said in Event.objects.filter(id__in=last.values()).values_list("properties", flat=True)
    ]
    ratings = [rating for rating in ratings if isinstance(rating, (int, float))]
    return Share(sum(rating >= PROMOTER for rating in ratings), len(ratings))


def _goals(asked: Asked) -> tuple[Share, dict[str, float]]:
    """(goals reached of those with a baseline, a target and a value; what those in money are above their baseline)"""
    accounts = climbs_of(asked).exclude(account_id=None).values("account_id")
    reached = known = 0
    money: dict[str, float] = {}
    for goal in Goal.objects.filter(account_id__in=accounts).order_by("pk")[:GOALS]:
        far = distance(goal)
        if far.percent is None:
            continue
        known, reached = known + 1, reached + far.is_reached
        if goal.is_money:
            gained = far.current.value - goal.baseline
            money[goal.unit] = money.get(goal.unit, 0) + (gained if goal.target > goal.baseline else -gained)
    return Share(reached, known), money
