"""The one evaluator: which signals hold since when. Set-based SQL over events, used live, in replay, backfill and dry run.

A signal is data here (event name, jsonpath, variables, threshold, window), never SQL text. One statement per shape and kind of
subject finds the deciding event of every candidate.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection

from milestones.climbing import Found
from milestones.criteria import EventSignal, TraitSignal
from milestones.criteria.compiling import accessor, compile_conds
from onboarding.tenancy.scope import current_workspace_id

BEGINNING = datetime(1, 1, 2, tzinfo=UTC)
END = datetime(9999, 12, 30, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Candidate:
    """One signal to be judged for one subject. `after` is exclusive (a reopening), `since` inclusive (a re-enrollment)."""

    signal: EventSignal | TraitSignal
    person_id: int | None
    account_id: int | None
    since: datetime | None = None
    after: datetime | None = None
    until: datetime | None = None
    first_seen: datetime | None = None

    @property
    def start(self) -> datetime:
        return self.after + INSTANT if self.after else (self.since or BEGINNING)

    @property
    def subject(self) -> str:
        if isinstance(self.signal, TraitSignal):
            return self.signal.of
        return "account" if self.signal.by == "account" else "person"


def find_hits(candidates: list[Candidate], name_ids: dict[str, int]) -> dict[Candidate, Found]:
    """When each candidate's signal first held, for those that hold. Equal candidates are judged once.

    `name_ids` maps event names to ids; a name that is not there has never been seen.
    """
    groups: dict[str, list[Candidate]] = {}
    for candidate in dict.fromkeys(candidates):
        name = event_name(candidate.signal)
        if candidate.subject == "account" and candidate.account_id is None:
            continue  # nobody's company has done nothing
        if name in name_ids or _misses(candidate.signal):
            groups.setdefault(_shape(candidate), []).append(candidate)
    found: dict[Candidate, Found] = {}
    for shape, members in groups.items():
        for row in _ask(shape, members, name_ids):
            candidate = members[row[0]]
            found[candidate] = Found(row[1], (_evidence(candidate, row),))
    return found


def measure(candidates: list[Candidate], name_ids: dict[str, int], *, now: datetime) -> dict[Candidate, float]:
    """How far each event signal has come: matching events, different values or the sum, in the window that still counts."""
    groups: dict[str, list[Candidate]] = {}
    for candidate in dict.fromkeys(candidates):
        nobody = candidate.subject == "account" and candidate.account_id is None
        if event_name(candidate.signal) in name_ids and not nobody:
            groups.setdefault(f"measure_{candidate.signal.shape}/{candidate.subject}", []).append(candidate)
    measured: dict[Candidate, float] = {}
    for shape, members in groups.items():
        for position, value in _ask(shape, members, name_ids, now=now):
            measured[members[position]] = float(value or 0)
    return measured


def event_name(signal: EventSignal | TraitSignal) -> str:
    """The name of the events that a signal reads."""
    if isinstance(signal, EventSignal):
        return signal.event
    return "$identify" if signal.of == "person" else "$group"


def _misses(signal) -> bool:
    return isinstance(signal, TraitSignal) and signal.cond.op == "missing"


def _shape(candidate: Candidate) -> str:
    signal = candidate.signal
    if isinstance(signal, TraitSignal):
        return f"{'missing' if signal.cond.op == 'missing' else 'trait'}/{signal.of}"
    slides = signal.days is not None and not signal.of_enrollment
    return f"{signal.shape}{'_within' if slides else ''}/{candidate.subject}"


def _evidence(candidate: Candidate, row: tuple) -> dict:
    _, at, event_id, message_id, source_id, occurred_at, name, properties, person_id = row
    signal = candidate.signal
    paths = [signal.cond.path] if isinstance(signal, TraitSignal) else [c.path for c in signal.where] + [signal.path]
    keys = {path[0] for path in paths if path}
    if event_id is None:
        return {"at": at.isoformat(), "name": name or event_name(signal), "missing": sorted(keys)}
    return {
        "event": event_id,
        "message_id": message_id,
        "source": source_id,
        "at": occurred_at.isoformat(),
        "name": name,
        "person": person_id,
        "properties": {key: value for key, value in json.loads(properties or "{}").items() if key in keys},
    }


def _ask(shape: str, members: list[Candidate], name_ids: dict[str, int], now: datetime | None = None) -> list[tuple]:
    """(position, hit_at, event id, message id, source, occurred_at, name, properties, person) for those that hold."""
    specs: dict = {}
    rows = []
    for position, candidate in enumerate(members):
        spec = specs.setdefault(candidate.signal, len(specs))
        rows.append((position, spec, candidate))
    with connection.cursor() as cursor:
        cursor.execute(
            STATEMENTS[shape], {**spec_columns(specs, name_ids), **_candidate_columns(rows), **_scope(), "now": now}
        )
        return cursor.fetchall()


def _scope() -> dict:
    return {"workspace": current_workspace_id()}


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


def _candidate_columns(rows: list) -> dict:
    return {
        "c_position": [position for position, _, _ in rows],
        "c_spec": [spec for _, spec, _ in rows],
        "c_person": [c.person_id for _, _, c in rows],
        "c_account": [c.account_id for _, _, c in rows],
        "c_start": [c.start for _, _, c in rows],
        "c_asof": [c.after or c.since for _, _, c in rows],
        "c_until": [c.until or END for _, _, c in rows],
        "c_first": [c.first_seen or BEGINNING for _, _, c in rows],
    }


def first_facts(
    asked: list[tuple[int, int | None, datetime, datetime | None]], *, besides: list[int]
) -> list[tuple[int, datetime]]:
    """For each (person, account or None, since, until or None): its position and the moment of the first fact in
    [since, until) that names this account or none, none of the names `besides`; those without such a fact are left out.
    """
    if not asked:
        return []
    people, accounts, since, until = (list(column) for column in zip(*asked, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            """select c.place - 1, h.occurred_at
               from unnest(%(people)s::bigint[], %(accounts)s::bigint[], %(since)s::timestamptz[], %(until)s::timestamptz[])
                    with ordinality as c (person, account, since, until, place)
               cross join lateral (
                   select min(e.occurred_at) as occurred_at from tracking_event e
                   where e.workspace_id = %(workspace)s and e.person_id = c.person
                         and e.occurred_at >= c.since and e.occurred_at < c.until
                         and e.name_id <> all(%(besides)s::bigint[])
                         and (e.account_id is null or e.account_id = c.account)) h
               where h.occurred_at is not null""",
            {
                "people": people,
                "accounts": accounts,
                "since": since,
                "until": [each or END for each in until],
                "besides": besides,
                **_scope(),
            },
        )
        return cursor.fetchall()


def look_closely(signal: EventSignal, *, person_id: int, name_id: int, most: int) -> list[tuple]:
    """A person's latest events of the signal's name, whether they count or not: (id, occurred_at, trusted, account id,
    properties, a list that says which conditions each meets).
    """
    compiled = [compile_conds((cond,)) for cond in signal.where]
    with connection.cursor() as cursor:
        cursor.execute(
            """select e.id, e.occurred_at, e.trusted, e.account_id, e.properties, array(
                   select (c.present is null or coalesce(jsonb_path_match(e.properties, c.present::jsonpath, c.variables::jsonb, true), false))
                      and (c.absent is null or not coalesce(jsonb_path_match(e.properties, c.absent::jsonpath, c.variables::jsonb, true), false))
                   from unnest(%(present)s::text[], %(absent)s::text[], %(variables)s::text[])
                        with ordinality as c (present, absent, variables, place) order by place)
               from tracking_event e
               where e.workspace_id = %(workspace)s and e.person_id = %(person)s and e.name_id = %(name)s
               order by e.occurred_at desc limit %(most)s""",
            {
                "present": [c.present or None for c in compiled],
                "absent": [c.absent or None for c in compiled],
                "variables": [c.variables for c in compiled],
                "person": person_id,
                "name": name_id,
                "most": most,
                **_scope(),
            },
        )
        rows = cursor.fetchall()
    return [(*row[:4], json.loads(row[4]), row[5]) for row in rows]


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
                select *, row_number() over (order by {ORDER}) as place from ({events}) e) e
            where e.place >= c.threshold and (
                select b.occurred_at from (
                    select occurred_at, row_number() over (order by {ORDER}) as place from ({events}) e) b
                where b.place = e.place - c.threshold + 1) >= e.occurred_at - c.width
            order by {ORDER} limit 1) h"""
        made[f"sum/{subject}"] = f"""{CANDIDATES} {ANSWER} from candidate c cross join lateral (
            select * from (
                select e.*, sum(({AMOUNT})) over (order by {ORDER} rows unbounded preceding) as so_far from ({events}) e) e
            where e.so_far >= c.threshold order by {ORDER} limit 1) h"""
        made[f"sum_within/{subject}"] = f"""{CANDIDATES} {ANSWER} from candidate c cross join lateral (
            select * from (
                select e.*, sum(e.amount) over (order by {ORDER} rows unbounded preceding) as so_far
                from (select e.*, ({AMOUNT}) as amount from ({events}) e) e) e
            where e.so_far - coalesce((
                select sum(({AMOUNT.replace("e.properties", "b.properties")})) from ({events}) b
                where b.occurred_at < e.occurred_at - c.width), 0) >= c.threshold
            order by {ORDER} limit 1) h"""
        made[f"distinct/{subject}"] = f"""{CANDIDATES} {ANSWER} from candidate c cross join lateral (
            select * from (
                select distinct on (value) e.* from (select e.*, ({SCALAR}) as value from ({events}) e) e
                where value is not null order by value, {ORDER}) e
            order by {ORDER} offset (c.threshold - 1)::int limit 1) h"""
        made[f"distinct_within/{subject}"] = f"""{CANDIDATES} {ANSWER} from candidate c cross join lateral (
            select * from ({events}) e
            where ({SCALAR}) is not null and (
                select count(distinct ({SCALAR.replace("e.properties", "b.properties")})) from ({events}) b
                where b.occurred_at >= e.occurred_at - c.width
                      and (b.occurred_at, b.source_id, b.message_id) <= (e.occurred_at, e.source_id, e.message_id)
            ) >= c.threshold
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
