"""The one evaluator: which signals hold since when. Set-based SQL over events, used live, in replay, backfill and dry run.

One statement per shape and kind of subject finds the deciding event of every candidate: signals_in_sql.py.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection

from milestones.climbing import Found
from milestones.criteria import EventSignal, TraitSignal
from milestones.criteria.compiling import compile_conds
from milestones.signals_in_sql import STATEMENTS, event_name, spec_columns
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
