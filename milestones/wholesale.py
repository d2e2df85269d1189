"""A draft's signals judged for everybody under way at once, in the database: what the dry run needs and no more.

The evaluator's own conditions on events are asked here of all enrollments in one join, where it asks them once per enrollment
and signal; only moments come back, counted per rung. Raw SQL, inside the open scope; all of it lives until the transaction ends.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from milestones.climbing import RungRule
from milestones.criteria import EventSignal, Group, MilestoneSignal, TraitSignal
from milestones.evaluation import BEGINNING, END
from milestones.signals_in_sql import AMOUNT, EVENTS_OF, MATCHES, SCALAR, SPEC, event_name, spec_columns
from onboarding.tenancy.database.arrays import integers, texts
from onboarding.tenancy.scope import current_workspace_id


@dataclass(frozen=True)
class Tally:
    """One rung, over all that were judged: how many have it, would have it, newly would, and no longer would."""

    before: int
    after: int
    newly: int
    lost: int


def gather(ladder_id: int, *, deciding: Sequence[int], most: int) -> tuple[int, list[int]]:
    """Lay out the enrollments under way on a ladder, those that began last, at most `most`, without tests.

    Returns how many were laid out for judging here, and the ids of the others: who was on the ladder before, or has one of the
    facts named in `deciding` (ids of event names), is for the whole fold.
    """
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        cursor.execute(GATHER, {**_scope(), "ladder": ladder_id, "deciding": list(deciding), "most": most})
        laid = cursor.rowcount
        cursor.execute("delete from trial_enrollment where is_odd returning enrollment")
        odd = [pk for (pk,) in cursor.fetchall()]
        cursor.execute("analyze trial_enrollment")
    return laid - len(odd), odd


def gathered(after: int, count: int) -> list[int]:
    """The next ids of those laid out, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select enrollment from trial_enrollment where enrollment > %s order by enrollment limit %s", [after, count]
        )
        return [pk for (pk,) in cursor.fetchall()]


def judges(signal) -> bool:
    """Whether `judge` can tell this kind of signal; the others are told by `note`."""
    return _shape(signal) in STATEMENTS


def judge(signals: Sequence[EventSignal | TraitSignal], name_ids: dict[str, int]) -> None:
    """Note when each signal first held for each enrollment laid out; a signal's number is its place in `signals`."""
    groups: dict[str, dict] = {}
    for number, signal in enumerate(signals):
        if judges(signal) and event_name(signal) in name_ids:
            # The widths of sliding windows are part of the statement, so each has its own.
            width = signal.days if _slides(signal) else None
            groups.setdefault((_shape(signal), width), {})[signal] = number
    with connection.cursor() as cursor:
        for (shape, width), specs in groups.items():
            values = {**spec_columns(specs, name_ids), **_scope(), "beginning": BEGINNING, "end": END, "width": width}
            cursor.execute(STATEMENTS[shape], values)


def note(hits: Iterable[tuple[int, int, datetime]]) -> None:
    """Take in moments found elsewhere: (enrollment, signal's number, when it first held)."""
    hits = list(hits)
    if not hits:
        return
    enrollments, numbers, moments = zip(*hits, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into trial_hit select * from unnest(%s::bigint[], %s::int[], %s::timestamptz[])",
            [integers(enrollments), integers(numbers), texts(at.isoformat() for at in moments)],
        )


def settle(rungs: Sequence[RungRule], numbers: dict, kept: set[str]) -> int:
    """Work out when each rung would be reached, in their order; returns how many enrollments would change.

    `numbers` has each signal's number; what is reached of the rungs `kept` stays reached.
    """
    keys = [rung.key for rung in rungs]
    with connection.cursor() as cursor:
        cursor.execute(_settling(rungs, numbers, kept), {**_scope(), "keys": keys})
        changes = " or ".join(f"(was{n} is null) <> (at{n} is null)" for n in range(len(rungs))) or "false"
        cursor.execute(f"select count(*) from trial_reach where {changes}")
        return cursor.fetchone()[0]


def tallies(rungs: int) -> list[Tally]:
    """What `settle` found, rung by rung."""
    counted = ", ".join(
        f"count(was{n}), count(at{n}), count(*) filter (where was{n} is null and at{n} is not null),"
        f" count(*) filter (where was{n} is not null and at{n} is null)"
        for n in range(rungs)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"select {counted} from trial_reach")
        row = cursor.fetchone()
    return [Tally(*row[place : place + 4]) for place in range(0, len(row), 4)]


def newly(rung: int, most: int) -> list[tuple[int, datetime]]:
    """Some of those who would newly reach the rung at that place: (enrollment, when)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select enrollment, at{int(rung)} from trial_reach
                where was{int(rung)} is null and at{int(rung)} is not null order by enrollment limit %s""",
            [most],
        )
        return cursor.fetchall()


def lost(rung: int, most: int) -> list[int]:
    """Some of those who would no longer have it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select enrollment from trial_reach
                where was{int(rung)} is not null and at{int(rung)} is null order by enrollment limit %s""",
            [most],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _scope() -> dict:
    return {"workspace": current_workspace_id()}


def _slides(signal) -> bool:
    return isinstance(signal, EventSignal) and signal.days is not None and not signal.of_enrollment


def _shape(signal) -> str:
    if isinstance(signal, TraitSignal):
        return "missing" if signal.cond.op == "missing" else f"trait/{signal.of}"
    return f"{signal.shape}{'_within' if _slides(signal) else ''}/{signal.by}"


def _settling(rungs: Sequence[RungRule], numbers: dict, kept: set[str]) -> str:
    """The statement that lays out, for each enrollment, when it has reached each rung (was0, was1, …) and would (at0, …).

    Its text is made of places in lists only, never of anything that somebody wrote.
    """
    used = sorted(set(numbers.values()))
    hits = "".join(f", min(h.at) filter (where h.signal = {n}) as s{n}" for n in used)
    was = "".join(
        f", min(p.reached_at) filter (where p.key = (%(keys)s::text[])[{n + 1}]) as was{n}" for n in range(len(rungs))
    )
    body = f"""select t.enrollment{"".join(f", s{n}" for n in used)}{"".join(f", was{n}" for n in range(len(rungs)))}
        from trial_enrollment t
        left join (select h.enrollment{hits} from trial_hit h group by h.enrollment) h on h.enrollment = t.enrollment
        left join (select p.enrollment_id{was} from milestones_progress p
                   where p.workspace_id = %(workspace)s and p.reached_at is not null
                         and p.enrollment_id in (select enrollment from trial_enrollment)
                   group by p.enrollment_id) p on p.enrollment_id = t.enrollment"""
    places = {rung.key: n for n, rung in enumerate(rungs)}
    for n, rung in enumerate(rungs):
        # Each rung may ask for those before it, so each is worked out on top of the last.
        held = _held(rung, rung.criteria.root, numbers, places)
        at = f"least({held}, was{n})" if rung.key in kept else held
        body = f"select *, {at} as at{n} from ({body}) r{n}"
    return f"create temporary table trial_reach on commit drop as {body}"


def _held(rung: RungRule, node, numbers: dict, places: dict[str, int]) -> str:
    if isinstance(node, Group):
        parts = [_held(rung, part, numbers, places) for part in node.parts]
        if node.kind == "any":
            return f"least({', '.join(parts)})"
        # greatest overlooks what is null; all must not.
        return (
            f"case when {' and '.join(f'({part}) is not null' for part in parts)} then greatest({', '.join(parts)}) end"
        )
    signal = rung.criteria.signals[node]
    if isinstance(signal, MilestoneSignal):
        return f"at{places[signal.key]}" if signal.key in places else "null::timestamptz"
    return f"s{numbers[signal]}" if signal in numbers else "null::timestamptz"


TABLES = """
drop table if exists pg_temp.trial_enrollment, pg_temp.trial_hit, pg_temp.trial_reach;
create temporary table trial_enrollment (
    enrollment bigint, person bigint, account bigint, enrolled_at timestamptz, roams boolean, is_odd boolean) on commit drop;
create temporary table trial_hit (enrollment bigint, signal int, at timestamptz) on commit drop;
"""
GATHER = """
insert into trial_enrollment
with acted as materialized (
    select distinct person_id from tracking_event where workspace_id = %(workspace)s and name_id = any(%(deciding)s::bigint[])
), roaming as materialized (
    select person_id from tracking_seat where workspace_id = %(workspace)s and account_id is not null
    group by person_id having count(distinct account_id) > 1
)
select e.id, s.person_id, s.account_id, e.enrolled_at, s.person_id in (select person_id from roaming),
       e.ordinal > 1 or s.person_id in (select person_id from acted)
from (select * from milestones_enrollment where workspace_id = %(workspace)s and ladder_id = %(ladder)s and ended_at is null
      order by id desc limit %(most)s) e
join tracking_seat s on s.workspace_id = %(workspace)s and s.id = e.seat_id
join tracking_person p on p.workspace_id = %(workspace)s and p.id = s.person_id and not p.is_test
left join tracking_account a on a.workspace_id = %(workspace)s and a.id = s.account_id
where a.is_test is distinct from true
"""
ASKED = f"""
{SPEC}, c as (
    select s.*, t.enrollment, t.person, t.account, t.roams,
           case when s.span is null then %(beginning)s::timestamptz else t.enrolled_at end as start,
           case when s.span is null then %(end)s::timestamptz else t.enrolled_at + s.span end as until
    from spec s cross join trial_enrollment t
)
"""


def _statements() -> dict[str, str]:
    asked, per = f"insert into trial_hit {ASKED}", "partition by c.enrollment, c.number"
    matched = f"from c cross join lateral ({EVENTS_OF['person']}) e"
    first = "select enrollment, number, min(occurred_at)"
    # The window's width must not come from a row: PostgreSQL takes no column there.
    sliding = (
        f"{per} order by e.occurred_at range between make_interval(secs => %(width)s * 86400) preceding and current row"
    )
    made = {
        "count/person": f"""{asked} select enrollment, number, occurred_at from (
            select c.enrollment, c.number, c.threshold, e.occurred_at,
                   row_number() over ({per} order by e.occurred_at) as place {matched}) m where place = threshold""",
        "count_within/person": f"""{asked} {first} from (
            select c.enrollment, c.number, c.threshold, e.occurred_at, count(*) over ({sliding}) as so_far {matched}) m
            where so_far >= threshold group by 1, 2""",
        "sum/person": f"""{asked} {first} from (
            select c.enrollment, c.number, c.threshold, e.occurred_at, sum(({AMOUNT})) over ({per} order by e.occurred_at) as so_far
            {matched}) m where so_far >= threshold group by 1, 2""",
        "sum_within/person": f"""{asked} {first} from (
            select c.enrollment, c.number, c.threshold, e.occurred_at, sum(({AMOUNT})) over ({sliding}) as so_far {matched}) m
            where so_far >= threshold group by 1, 2""",
        "distinct/person": f"""{asked} select enrollment, number, occurred_at from (
            select enrollment, number, threshold, occurred_at,
                   row_number() over (partition by enrollment, number order by occurred_at) as place
            from (select c.enrollment, c.number, c.threshold, min(e.occurred_at) as occurred_at
                  from c cross join lateral (select e.*, ({SCALAR}) as value from ({EVENTS_OF["person"]}) e) e
                  where e.value is not null group by c.enrollment, c.number, c.threshold, e.value) d) m where place = threshold""",
    }
    for subject in ("person", "account"):
        made[f"trait/{subject}"] = f"""{asked} select c.enrollment, c.number, min(e.occurred_at) from c
            join tracking_event e on e.workspace_id = %(workspace)s and e.{subject}_id = c.{subject} and e.name_id = c.name_id
                 and (e.trusted or not c.trusted) and {MATCHES}
            group by 1, 2"""
    return made


STATEMENTS = _statements()
