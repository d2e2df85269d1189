"""The evaluator's questions in SQL: one statement for each shape of signal and kind of subject, and what they are made of.

A signal is data here (event name, jsonpath, variables, threshold, window), never SQL text.
"""

from milestones.criteria import EventSignal, TraitSignal
from milestones.criteria.compiling import accessor, compile_conds


def event_name(signal: EventSignal | TraitSignal) -> str:
    """The name of the events that a signal reads."""
    if isinstance(signal, EventSignal):
        return signal.event
    return "$identify" if signal.of == "person" else "$group"


def spec_columns(specs: dict, name_ids: dict[str, int]) -> dict:
    """The parameters of SPEC: what each signal (→ its number) asks, as columns."""
    columns: dict[str, list] = {
        f"s_{c}": []
        for c in [
            "number",
            "name_id",
            "name",
            "present",
            "absent",
            "variables",
            "trusted",
            "threshold",
            "days",
            "span",
            "path",
            "key",
        ]
    }
    for signal, number in specs.items():
        is_event = isinstance(signal, EventSignal)
        compiled = compile_conds(signal.where if is_event else (signal.cond,))
        name = event_name(signal)
        values = {
            "number": number,
            "name_id": name_ids.get(name, 0),
            "name": name,
            "present": compiled.present or None,
            "absent": compiled.absent or None,
            "variables": compiled.variables,
            "trusted": signal.trusted_only,
            "threshold": str(signal.threshold if is_event else 1),
            "days": signal.days if is_event and not signal.of_enrollment else None,
            "span": signal.days if is_event and signal.of_enrollment else None,
            "path": f"strict {accessor(signal.path)}" if is_event and signal.path else None,
            "key": None if is_event else signal.cond.path[0],
        }
        for key, value in values.items():
            columns[f"s_{key}"].append(value)
    return columns


SPEC = """
with spec as materialized (
    select number, name_id, name, present::jsonpath, absent::jsonpath, variables::jsonb, trusted, threshold::numeric,
           days * interval '24 hours' as width, span * interval '24 hours' as span, path::jsonpath, key
    from unnest(%(s_number)s::int[], %(s_name_id)s::bigint[], %(s_name)s::text[], %(s_present)s::text[], %(s_absent)s::text[],
                %(s_variables)s::text[], %(s_trusted)s::boolean[], %(s_threshold)s::text[], %(s_days)s::float8[],
                %(s_span)s::float8[], %(s_path)s::text[], %(s_key)s::text[])
         as s (number, name_id, name, present, absent, variables, trusted, threshold, days, span, path, key)
)
"""
# `roams`: the person may have had seats at several accounts. Who asks for few does not know, and takes it for so.
CANDIDATES = f"""
{SPEC}, candidate as materialized (
    select c.position, c.person, c.account, true as roams, c.start, c.asof, c.until, c.first, s.*
    from unnest(%(c_position)s::int[], %(c_spec)s::int[], %(c_person)s::bigint[], %(c_account)s::bigint[],
                %(c_start)s::timestamptz[], %(c_asof)s::timestamptz[], %(c_until)s::timestamptz[], %(c_first)s::timestamptz[])
         as c (position, spec, person, account, start, asof, until, first)
    join spec s on s.number = c.spec
)
"""
MATCHES = """
    (c.present is null or coalesce(jsonb_path_match(e.properties, c.present, c.variables, true), false))
    and (c.absent is null or not coalesce(jsonb_path_match(e.properties, c.absent, c.variables, true), false))
"""
# Is another account than the candidate's the only one at which the person had a seat at that moment? Then the event is its.
ELSEWHERE = """
    (select count(*) filter (where o.account_id <> c.account) = 1 and count(*) filter (where o.account_id = c.account) = 0
     from tracking_seat o
     where o.workspace_id = %(workspace)s and o.person_id = e.person_id and o.account_id is not null
           and o.since <= e.occurred_at and (o.left_at is null or e.occurred_at < o.left_at))
"""
COLUMNS = "e.id, e.message_id, e.source_id, e.occurred_at, e.properties, e.person_id"
ORDER = "e.occurred_at, e.source_id, e.message_id"
EVENTS_OF = {
    "person": f"""
        select {COLUMNS} from tracking_event e
        where e.workspace_id = %(workspace)s and e.person_id = c.person and e.name_id = c.name_id
              and e.occurred_at >= c.start and e.occurred_at <= c.until and (e.trusted or not c.trusted)
              and (e.account_id = c.account or (e.account_id is null and (c.account is null or not c.roams or not {ELSEWHERE}))) and {MATCHES}""",
    "account": f"""
        select {COLUMNS} from tracking_event e
        where e.workspace_id = %(workspace)s and e.account_id = c.account and e.name_id = c.name_id
              and e.occurred_at >= c.start and e.occurred_at <= c.until and (e.trusted or not c.trusted) and {MATCHES}
        union all
        select {COLUMNS} from tracking_seat z
        join tracking_event e on e.workspace_id = z.workspace_id and e.person_id = z.person_id
        where z.workspace_id = %(workspace)s and z.account_id = c.account and e.account_id is null and e.name_id = c.name_id
              and e.occurred_at >= c.start and e.occurred_at <= c.until and (e.trusted or not c.trusted)
              and e.occurred_at >= z.since and (z.left_at is null or e.occurred_at < z.left_at)
              and not exists (select 1 from tracking_seat o where o.workspace_id = %(workspace)s and o.person_id = e.person_id
                              and o.account_id <> c.account and o.since <= e.occurred_at
                              and (o.left_at is null or e.occurred_at < o.left_at))
              and {MATCHES}""",
}
ANSWER = "select c.position, h.occurred_at, h.id, h.message_id, h.source_id, h.occurred_at, c.name, h.properties, h.person_id"
NUMERIC_TEXT = "'^-?(?=[0-9.]{1,15}$)[0-9]+([.][0-9]+)?$'"
# Negative amounts are ignored, and what is no number adds nothing.
AMOUNT = f"""
    select case when jsonb_typeof(v) = 'number' then greatest((v #>> '{{}}')::numeric, 0)
                when jsonb_typeof(v) = 'string' and (v #>> '{{}}') ~ {NUMERIC_TEXT} then greatest((v #>> '{{}}')::numeric, 0)
           else 0 end
    from jsonb_path_query_first(e.properties, c.path, '{{}}', true) v
"""
SCALAR = """
    select v from jsonb_path_query_first(e.properties, c.path, '{}', true) v
    where jsonb_typeof(v) in ('number', 'string', 'boolean')
"""


def _statements() -> dict[str, str]:
    made = {}
    for subject, events in EVENTS_OF.items():
        made[f"count/{subject}"] = f"""{CANDIDATES} {ANSWER} from candidate c cross join lateral (
            select * from ({events}) e order by {ORDER} offset (c.threshold - 1)::int limit 1) h"""
        # The n-th event of a sliding window is one whose (n-1)-th predecessor lies within the window's width.
        made[f"count_within/{subject}"] = f"""{CANDIDATES} {ANSWER} from candidate c cross join lateral (
            select * from (
                select *, lag(occurred_at, (c.threshold - 1)::int) over (order by {ORDER}) as opened from ({events}) e) e
            where e.opened >= e.occurred_at - c.width order by {ORDER} limit 1) h"""
        made[f"sum/{subject}"] = f"""{CANDIDATES} {ANSWER} from candidate c cross join lateral (
            select * from (
                select e.*, sum(({AMOUNT})) over (order by {ORDER} rows unbounded preceding) as so_far from ({events}) e) e
            where e.so_far >= c.threshold order by {ORDER} limit 1) h"""
        # All so far, less what had passed out of the window: one pass, where a look back from each event would be n of them.
        made[f"sum_within/{subject}"] = f"""{CANDIDATES} {ANSWER} from candidate c cross join lateral (
            select * from (
                select e.*, sum(e.amount) over (order by {ORDER} rows unbounded preceding) as so_far,
                       sum(e.amount) over (order by e.occurred_at
                           range between unbounded preceding and c.width + interval '1 microsecond' preceding) as passed
                from (select e.*, ({AMOUNT}) as amount from ({events}) e) e) e
            where e.so_far - coalesce(e.passed, 0) >= c.threshold
            order by {ORDER} limit 1) h"""
        made[f"distinct/{subject}"] = f"""{CANDIDATES} {ANSWER} from candidate c cross join lateral (
            select * from (
                select distinct on (value) e.* from (select e.*, ({SCALAR}) as value from ({events}) e) e
                where value is not null order by value, {ORDER}) e
            order by {ORDER} offset (c.threshold - 1)::int limit 1) h"""
        # A value is held from an event until the width after the last one that follows within a width: what is held is
        # counted up and down along these moments. At the same moment up comes first, for the window holds both its ends.
        made[f"distinct_within/{subject}"] = f"""{CANDIDATES} {ANSWER} from candidate c cross join lateral (
            with told as materialized (
                select e.*, lag(occurred_at) over (partition by value order by {ORDER}) as earlier,
                       lead(occurred_at) over (partition by value order by {ORDER}) as later
                from (select e.*, ({SCALAR}) as value from ({events}) e) e where value is not null)
            select * from (
                select e.*, sum(step) over (order by moment, step desc, source_id, message_id rows unbounded preceding) as held
                from (
                    select told.*, occurred_at as moment, 1 as step from told
                    where earlier is null or earlier < occurred_at - c.width
                    union all
                    select told.*, occurred_at + c.width, -1 from told
                    where later is null or later > occurred_at + c.width) e) e
            where e.step = 1 and e.held >= c.threshold
            order by {ORDER} limit 1) h"""
    amounts = {"count": "count(*)", "sum": f"sum(({AMOUNT}))", "distinct": f"count(distinct ({SCALAR}))"}
    for subject, events in EVENTS_OF.items():
        for shape, amount in amounts.items():
            made[f"measure_{shape}/{subject}"] = f"""{CANDIDATES} select c.position, h.amount from candidate c
                cross join lateral (select {amount} as amount from ({events}) e
                                    where c.width is null or e.occurred_at >= %(now)s::timestamptz - c.width) h"""
    for subject, column in (("person", "person_id"), ("account", "account_id")):
        mine = f"e.workspace_id = %(workspace)s and e.{column} = c.{subject} and e.name_id = c.name_id and (e.trusted or not c.trusted)"
        made[f"trait/{subject}"] = f"""{CANDIDATES}
            select c.position, coalesce(case when a.holds then c.asof end, h.occurred_at),
                   case when a.holds then a.id else h.id end, case when a.holds then a.message_id else h.message_id end,
                   case when a.holds then a.source_id else h.source_id end,
                   case when a.holds then a.occurred_at else h.occurred_at end, c.name,
                   case when a.holds then a.properties else h.properties end,
                   case when a.holds then a.person_id else h.person_id end
            from candidate c
            left join lateral (
                select e.*, ({MATCHES}) as holds from (
                    select * from tracking_event e where {mine} and e.occurred_at <= c.asof and e.properties ? c.key
                    order by e.occurred_at desc, e.source_id desc, e.message_id desc limit 1) e) a on true
            left join lateral (
                select {COLUMNS} from tracking_event e where {mine} and e.occurred_at >= c.start and {MATCHES}
                order by {ORDER} limit 1) h on true
            where a.holds or h.id is not null"""
        # What was known when it was looked at: nothing, or a fact that says null, which is then the evidence.
        at_start = "greatest(c.first, coalesce(c.asof, c.first))"
        made[f"missing/{subject}"] = f"""{CANDIDATES}
            select c.position, case when b.missing then b.at else h.occurred_at end,
                   case when b.missing then k.id else h.id end, case when b.missing then k.message_id else h.message_id end,
                   case when b.missing then k.source_id else h.source_id end,
                   case when b.missing then k.occurred_at else h.occurred_at end, c.name,
                   case when b.missing then k.properties else h.properties end,
                   case when b.missing then k.person_id else h.person_id end
            from candidate c
            left join lateral (
                select {COLUMNS} from tracking_event e
                where {mine} and e.occurred_at <= {at_start} and e.properties ? c.key
                order by e.occurred_at desc, e.source_id desc, e.message_id desc limit 1) k on true
            cross join lateral (
                select {at_start} as at, coalesce(k.properties -> c.key, 'null'::jsonb) = 'null'::jsonb as missing) b
            left join lateral (
                select {COLUMNS} from tracking_event e
                where {mine} and e.occurred_at > b.at and e.properties -> c.key = 'null'::jsonb
                order by {ORDER} limit 1) h on true
            where b.missing or h.id is not null"""
    return made


STATEMENTS = _statements()
