"""What people do once they are in: coming back to key workflows, depth, being on time, buying more. Raw SQL, inside the open scope.

Each is counted by account, and by what a question is split by: `part` of `whole`. Slow enough for the worker.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
from django.db import connection

from analytics.asking import Asked
from analytics.climbers import Dimension, climbs
from analytics.models import CountingRules
from analytics.statistics.estimates import Estimate, by_cluster, mean, share
from milestones.goals import distance
from milestones.models import Feature, Goal
from onboarding.tracking.models import EventName

WEEKS, OFTEN = 4, 3  # a key workflow in three of the four weeks since it was first used
PROMOTER = 9  # of 10: who would recommend
ABSURD = 1_000_000_000_000  # of one purchase: no amount, whatever the unit

REPEAT, DEPTH, ON_TIME, BOUGHT, AMOUNT, RECOMMEND, REFER, WEEK, MONTH = (
    *("repeat", "depth", "on_time", "bought", "amount", "recommend", "refer", "week", "month"),
)
# An event that names no account is its person's: of the account at which they were then, the last where these are several.
PURCHASES = """
account as (select r, k, account_id, min(cohort) as cohort from climb where account_id is not null group by 1, 2, 3),
bought as (
    select e.id, a.r, a.k, a.account_id, e.properties from account a
    join tracking_event e on e.workspace_id = %(workspace)s and e.account_id = a.account_id and e.name_id = %(event)s
    where e.trusted and (e.occurred_at at time zone %(zone)s)::date between a.cohort and %(until)s
    union
    select e.id, a.r, a.k, a.account_id, e.properties from account a
    join tracking_seat s on s.workspace_id = %(workspace)s and s.account_id = a.account_id
    join tracking_event e on e.workspace_id = %(workspace)s and e.person_id = s.person_id and e.account_id is null and e.name_id = %(event)s
    where e.trusted and (e.occurred_at at time zone %(zone)s)::date between a.cohort and %(until)s
          and a.account_id = (
              select o.account_id from tracking_seat o
              where o.workspace_id = %(workspace)s and o.person_id = e.person_id and o.account_id is not null
              order by (o.since <= e.occurred_at and coalesce(o.left_at > e.occurred_at, true)) desc, o.since desc, o.id desc limit 1))"""
COUNTED = {
    REPEAT: f"""
begun as (
    select c.r, c.k, c.cluster, c.person_id, d.day from climb c cross join lateral (
        select min(d.day) as day from analytics_personday d
        where d.workspace_id = %(workspace)s and d.person_id = c.person_id and d.day >= c.cohort and d.names && %(names)s::bigint[]) d
    where d.day + {7 * WEEKS - 1} <= %(until)s),
used as (
    select r, k, cluster, (
        select count(distinct (d.day - b.day) / 7) from analytics_personday d
        where d.workspace_id = %(workspace)s and d.person_id = b.person_id and d.day between b.day and b.day + {7 * WEEKS - 1}
              and d.names && %(names)s::bigint[]) as weeks from begun b)
select r, k, cluster, count(*) filter (where weeks >= {OFTEN}), count(*) from used group by 1, 2, 3""",
    DEPTH: """
lived as (
    select c.r, c.k, c.cluster, count(distinct name) as n from climb c
    join analytics_personday d on d.workspace_id = %(workspace)s and d.person_id = c.person_id and d.day between c.cohort and %(until)s
    cross join lateral unnest(d.names) name
    group by c.r, c.k, c.cluster, c.person_id, (d.day - c.cohort) / 7)
select r, k, cluster, sum(n), count(*) from lived group by 1, 2, 3""",
    ON_TIME: """
due as (
    select c.r, c.k, c.cluster, g.reached_at <= greatest(g.due_at, g.due_told) as is_on_time from climb c
    join milestones_progress g on g.workspace_id = %(workspace)s and g.enrollment_id = c.enrollment_id
    where g.on_track and g.skipped_at is null
          and (greatest(g.due_at, g.due_told) at time zone %(zone)s)::date <= least(%(until)s, c.cohort + c.gone, c.cohort + c.ended))
select r, k, cluster, count(*) filter (where is_on_time), count(*) from due group by 1, 2, 3""",
    BOUGHT: f"""{PURCHASES}
select a.r, a.k, a.account_id, (exists (select from bought b where b.r = a.r and b.k = a.k and b.account_id = a.account_id))::int, 1
from account a""",
    AMOUNT: f"""{PURCHASES}
select r, k, account_id, sum(amount), 1 from (
    select r, k, account_id, (properties ->> %(property)s)::numeric as amount from bought
    where jsonb_typeof(properties -> %(property)s) = 'number') each where abs(amount) < {ABSURD} group by 1, 2, 3""",
    RECOMMEND: f"""
word as (
    select distinct on (e.person_id) e.person_id, e.properties -> 'rating' as rating from tracking_event e
    where e.workspace_id = %(workspace)s and e.name_id = %(recommended)s and (e.occurred_at at time zone %(zone)s)::date <= %(until)s
    order by e.person_id, e.id desc)
select c.r, c.k, c.cluster, count(*) filter (where rating::numeric >= {PROMOTER}), count(*)
from climb c join (select * from word where jsonb_typeof(rating) = 'number') w using (person_id) group by 1, 2, 3""",
    REFER: """
told as (
    select r, k, cluster, exists (
        select from analytics_personday d where d.workspace_id = %(workspace)s and d.person_id = c.person_id
               and d.day between c.cohort and %(until)s and d.names && array[%(refers)s::bigint]) as has_referred
    from climb c)
select r, k, cluster, count(*) filter (where has_referred), count(*) from told group by 1, 2, 3""",
    WEEK: """
whole as (select * from climb where cohort + 7 * (%(number)s + 1) - 1 <= %(until)s)
select r, k, cluster, count(*) filter (where %(number)s = any(weeks)), count(*) from whole group by 1, 2, 3""",
    MONTH: """
whole as (select * from climb where cohort + 28 * (%(number)s + 1) - 1 <= %(until)s)
select r, k, cluster, count(*) filter (where exists (select from unnest(weeks) week where week / 4 = %(number)s)), count(*)
from whole group by 1, 2, 3""",
}


@dataclass(frozen=True)
class Counted:
    """What an account adds to a figure, under what it is split by ("" without)."""

    row: str
    column: str
    cluster: int
    part: float
    whole: float


def counted(
    what: str,
    asked: Asked,
    rules: CountingRules,
    zone: str,
    *,
    row: Dimension | None = None,
    column: Dimension | None = None,
    number: int = 0,
) -> list[Counted]:
    """Count one of COUNTED; `number` is the week or four weeks since the beginning."""
    event = {BOUGHT: rules.expansion_event, AMOUNT: rules.expansion_event, REFER: rules.referral_event}.get(what)
    if event is not None and _event_id(event) is None:
        return []  # nothing says it: that is not nobody
    sql, said = climbs(asked, row, column)
    said |= {
        "zone": zone,
        "names": workflow_ids(rules) if what == REPEAT else [],
        "property": rules.expansion_property,
        "event": _event_id(rules.expansion_event),
        "refers": _event_id(rules.referral_event),
        "recommended": _event_id("cairn:recommended"),
        "number": number,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"with climb as ({sql}), {COUNTED[what]}", said)
        return [
            Counted(r, k, cluster, float(part or 0), float(whole)) for r, k, cluster, part, whole in cursor.fetchall()
        ]


def workflow_ids(rules: CountingRules) -> list[int]:
    """The event names of key workflows; of the features' own events where none are named."""
    names = rules.workflows or [name for events in Feature.objects.values_list("events", flat=True) for name in events]
    return list(EventName.objects.filter(name__in=names).values_list("id", flat=True))


def _event_id(name: str) -> int | None:
    return EventName.objects.filter(name=name).values_list("id", flat=True).first()


def goals_counted(
    asked: Asked, row: Dimension | None = None, column: Dimension | None = None
) -> tuple[list[Counted], dict[str, float]]:
    """(goals reached of those with a baseline, a target and a value; what those in money are above their baseline)"""
    sql, said = climbs(asked, row, column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"with climb as ({sql}) select distinct r, k, account_id from climb where account_id is not null", said
        )
        accounts = cursor.fetchall()
    money: dict[str, float] = {}
    reached: dict[int, list[bool]] = {}
    for goal in Goal.objects.filter(account_id__in={account for _, _, account in accounts}):
        far = distance(goal)
        if far.percent is None:
            continue
        reached.setdefault(goal.account_id, []).append(far.is_reached)
        if goal.is_money:
            gained = far.current.value - goal.baseline
            money[goal.unit] = money.get(goal.unit, 0) + (gained if goal.target > goal.baseline else -gained)
    found = [
        Counted(r, k, account, sum(reached[account]), len(reached[account]))
        for r, k, account in accounts
        if account in reached
    ]
    return found, money


# --- all of it, for the executive view --------------------------------------------------------


@dataclass(frozen=True)
class Ratio:
    """`part` of `whole`, both 0 where there is nothing to say; with the ends of its interval, None where they are not known."""

    part: int
    whole: int
    low: float | None = None
    high: float | None = None

    @classmethod
    def of(cls, found: list[Counted], figure: Callable[..., Estimate] = share) -> "Ratio":
        part, whole = (np.array([getattr(each, name) for each in found], dtype=float) for name in ("part", "whole"))
        sure = figure(*by_cluster(np.array([each.cluster for each in found], dtype=np.int64), part, whole))
        return cls(round(part.sum()), round(whole.sum()), sure.low, sure.high)


@dataclass(frozen=True)
class Engagement:
    """Everything of one question, as it is kept."""

    repeat: Ratio
    depth: Ratio  # events of weeks
    on_time: Ratio
    expansion: Ratio | None  # None without an event that says it
    expanded_by: float
    recommend: Ratio
    refer: Ratio | None  # None without an event that says it
    goals: Ratio
    money: dict[str, float]  # unit → what the goals in money are above their baseline

    def said(self) -> dict:
        return asdict(self)


def engagement(asked: Asked, rules: CountingRules, zone: str) -> Engagement:
    """Work all of it out."""

    def all_of(what: str) -> list[Counted]:
        return counted(what, asked, rules, zone)

    buys = _event_id(rules.expansion_event) is not None
    goals, money = goals_counted(asked)
    return Engagement(
        Ratio.of(all_of(REPEAT)),
        Ratio.of(all_of(DEPTH), mean),
        Ratio.of(all_of(ON_TIME)),
        Ratio.of(all_of(BOUGHT)) if buys else None,
        sum(each.part for each in all_of(AMOUNT)) if buys else 0.0,
        Ratio.of(all_of(RECOMMEND)),
        Ratio.of(all_of(REFER)) if _event_id(rules.referral_event) is not None else None,
        Ratio.of(goals),
        money,
    )
