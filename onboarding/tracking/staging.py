"""Writing facts in bulk: what one statement does for thousands of rows. Raw SQL, inside the open scope."""

import io
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from django.db import connection

from onboarding.tenancy import locks
from onboarding.tenancy.database.arrays import integers, texts
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.decoding import Fact

SEEN_APART = timedelta(hours=1)
DRAIN = 7210  # the lock of a workspace's drain
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


def moment(microseconds: int) -> datetime:
    """µs since the epoch as an aware datetime."""
    return EPOCH + timedelta(microseconds=microseconds)


def microseconds(at: datetime) -> int:
    """An aware datetime as µs since the epoch, exactly."""
    return (at - EPOCH) // INSTANT


def append_inbox_row(
    *, workspace_id: int, source_id: int, lane: int, received_at: datetime, body: bytes, facts: int
) -> None:
    """Append one inbox row outside a scope: the function ties itself to the workspace, under the same guard."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select append_inbox_row(%s, %s, %s::smallint, %s, %s, %s, 0)",
            [workspace_id, source_id, int(lane), received_at, body, facts],
        )


class Claim:
    """Claims (source, message id) pairs for ever while the caller goes on: `with Claim(keys) as claim: …; claim.settle()`.

    `keys` carry each content's hash and hold no pair twice. Nothing else may use the connection inside the block.
    """

    SIDE_BY_SIDE = (
        500  # from so many keys on, the database works in the background; below, a thread costs more than it saves
    )

    def __init__(self, keys: list[tuple[int, str, int]]):
        self.keys, self.pool = keys, None

    def __enter__(self):
        self.cursor = connection.cursor()
        if not self.keys:
            return self
        sources, messages, hashes = (list(column) for column in zip(*self.keys, strict=True))
        claim = (
            """insert into tracking_eventkey (workspace_id, source_id, message_id, content_hash)
               select %s, * from unnest(%s::bigint[], %s::text[], %s::bigint[]) order by 2, 3
               on conflict do nothing returning source_id, message_id""",
            [current_workspace_id(), integers(sources), texts(messages), integers(hashes)],
        )
        if len(self.keys) < self.SIDE_BY_SIDE:
            self.cursor.execute(*claim)
        else:
            self.pool = ThreadPoolExecutor(max_workers=1)
            self.claimed = self.pool.submit(self.cursor.execute, *claim)
        return self

    def __exit__(self, *error):
        if self.pool:
            self.pool.shutdown()
        self.cursor.close()

    def settle(self) -> tuple[set[tuple[int, str]], dict[tuple[int, str], int]]:
        """The pairs that are new, and for the others the hash of what was stored first."""
        if not self.keys:
            return set(), {}
        if self.pool:
            self.claimed.result()
        fresh = set(self.cursor.fetchall())
        if len(fresh) == len(self.keys):
            return fresh, {}
        old = [(source, message) for source, message, _ in self.keys if (source, message) not in fresh]
        self.cursor.execute(
            """select source_id, message_id, content_hash from tracking_eventkey
               where workspace_id = %s and (source_id, message_id) in
                     (select * from unnest(%s::bigint[], %s::text[]))""",
            [current_workspace_id(), integers(s for s, _ in old), texts(m for _, m in old)],
        )
        return fresh, {(source, message): content for source, message, content in self.cursor.fetchall()}


def _text(value: str | None) -> str:
    """A value in COPY's text format."""
    if value is None:
        return "\\N"
    if "\\" in value:
        value = value.replace("\\", "\\\\")
    if "\n" in value or "\t" in value or "\r" in value:
        value = value.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return value


def staged_line(fact: Fact, *, source_id: int, trusted: bool, received_at: int) -> str:
    """What of an event can be said in COPY's text format before it is known whose it is; `received_at` in µs."""
    return (
        f"{source_id}\t{_text(fact.message_id)}\t{fact.kind}\t{'t' if trusted else 'f'}\t{fact.occurred_at}\t{received_at}\t"
        f"{_text(fact.user_id)}\t{_text(fact.anonymous_id)}\t{_text(fact.properties.decode())}\t{fact.marks}"
    )


def insert_events(rows: Iterable[tuple[str, int, int, int | None]]) -> None:
    """Append events. A row: its staged_line, name_id, person_id, account_id or None.

    COPY is refused on tables with row security, so the rows are staged and then inserted under the policy.
    """
    lines = "".join(f"{line}\t{name}\t{person}\t{account or chr(92) + 'N'}\n" for line, name, person, account in rows)
    with connection.cursor() as cursor:
        cursor.execute(
            """create temporary table if not exists staged_event (
                   source_id bigint, message_id text, kind smallint, trusted boolean, occurred bigint, received bigint,
                   user_id text, anonymous_id text, properties jsonb, marks smallint, name_id bigint, person_id bigint,
                   account_id bigint) on commit delete rows"""
        )
        cursor.cursor.copy_expert("copy staged_event from stdin", io.StringIO(lines))
        cursor.execute(
            """insert into tracking_event (workspace_id, source_id, message_id, kind, trusted, name_id, person_id, account_id,
                                           occurred_at, received_at, user_id, anonymous_id, properties, marks)
               select %s, source_id, message_id, kind, trusted, name_id, person_id, account_id,
                      'epoch'::timestamptz + occurred * interval '1 microsecond',
                      'epoch'::timestamptz + received * interval '1 microsecond',
                      user_id, anonymous_id, properties, marks from staged_event""",
            [current_workspace_id()],
        )
        cursor.execute("delete from staged_event")


def give_events(*, from_person: int, to_person: int, anonymous_id: str | None = None) -> None:
    """Hand one person's events to another; only those of an anonymous id when it is given."""
    sql = "update tracking_event set person_id = %s where workspace_id = %s and person_id = %s"
    parameters = [to_person, current_workspace_id(), from_person]
    if anonymous_id is not None:
        sql += " and anonymous_id = %s and user_id is null"
        parameters.append(anonymous_id)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def count_intake(counts: dict[tuple[int, object], tuple[int, int, int, int]]) -> None:
    """Add to the daily counts: (source, day) → (taken, duplicates, conflicts, refused)."""
    if not counts:
        return
    with connection.cursor() as cursor:
        for (source, day), added in sorted(counts.items(), key=str):
            cursor.execute(
                """insert into tracking_intakeday as d (workspace_id, source_id, day, taken, duplicates, conflicts, refused)
                   values (%s, %s, %s, %s, %s, %s, %s)
                   on conflict (workspace_id, source_id, day) do update set taken = d.taken + excluded.taken,
                       duplicates = d.duplicates + excluded.duplicates, conflicts = d.conflicts + excluded.conflicts,
                       refused = d.refused + excluded.refused""",
                [current_workspace_id(), source, day, *added],
            )


def see_names(names: dict[str, tuple[int, int, int]]) -> dict[str, int]:
    """Intern event names: name → (first µs, last µs, count). Returns name → id."""
    if not names:
        return {}
    ordered = sorted(names)
    with connection.cursor() as cursor:
        cursor.execute(
            """insert into tracking_eventname as n (workspace_id, name, first_seen_at, last_seen_at, seen)
               select %s, name, 'epoch'::timestamptz + first * interval '1 microsecond',
                      'epoch'::timestamptz + last * interval '1 microsecond', seen
               from unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[]) as t (name, first, last, seen)
               on conflict (workspace_id, name) do update set
                   first_seen_at = least(n.first_seen_at, excluded.first_seen_at),
                   last_seen_at = greatest(n.last_seen_at, excluded.last_seen_at), seen = n.seen + excluded.seen
               returning name, id""",
            [current_workspace_id(), ordered, *([names[name][i] for name in ordered] for i in range(3))],
        )
        return dict(cursor.fetchall())


EARLIER, OLDER, WIDER, KNOWN = 1, 2, 4, 8


def read_identities(kind: str, spans: dict[str, tuple[int, int]]) -> list[tuple[str, int, int, int | None]]:
    """Of each identity with one of these values, whose new facts span (first µs, last µs): value, person_id, what is so of
    it, and µs of the person's latest role fact.

    So may be: EARLIER, it has a fact older than all before; OLDER, its person has; WIDER, the person was last seen longer
    ago than SEEN_APART before the newest; KNOWN, the vendor has an id of its own for the person.
    """
    if not spans:
        return []
    with connection.cursor() as cursor:
        # The moments are compared there, and the answers sent as one number: this is read for every person of a drain.
        cursor.execute(
            """select i.value, i.person_id,
                      (i.first_seen_at > u.first_at)::int + (p.first_seen_at > u.first_at)::int * 2
                      + (p.last_seen_at < u.last_at - %s)::int * 4 + (p.external_id is not null)::int * 8,
                      (p.trait_times #>> '{role,1}')::bigint
               from (select value, 'epoch'::timestamptz + first * interval '1 microsecond' as first_at,
                            'epoch'::timestamptz + last * interval '1 microsecond' as last_at
                     from unnest(%s::text[], %s::bigint[], %s::bigint[]) as u (value, first, last)) u
               join tracking_identity i on i.workspace_id = %s and i.kind = %s and i.value = u.value
                    and i.value = any(%s::text[])  -- said twice, for the planner: by this it takes the index, not the table
               join tracking_person p on p.workspace_id = i.workspace_id and p.id = i.person_id""",
            [
                SEEN_APART,
                texts(spans),
                integers(first for first, _ in spans.values()),
                integers(last for _, last in spans.values()),
                current_workspace_id(),
                kind,
                texts(spans),
            ],
        )
        return cursor.fetchall()


def widen_seen(table: str, spans: dict[int, tuple[int, int]]) -> None:
    """Widen first_seen_at and last_seen_at of accounts or people: id → (first µs, last µs).

    The last moment is kept to within SEEN_APART: a busy row, with its indexes, is not written anew at each event.
    """
    if table not in ("tracking_person", "tracking_account"):
        raise ValueError(table)
    if not spans:
        return
    ids = sorted(spans)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""update {table} t set first_seen_at = least(t.first_seen_at, s.first_at), last_seen_at = greatest(t.last_seen_at, s.last_at)
                from (select id, 'epoch'::timestamptz + first * interval '1 microsecond' as first_at,
                             'epoch'::timestamptz + last * interval '1 microsecond' as last_at
                      from unnest(%s::bigint[], %s::bigint[], %s::bigint[]) as u (id, first, last)) s
                where t.workspace_id = %s and t.id = s.id
                      and (t.first_seen_at > s.first_at or t.last_seen_at < s.last_at - %s)""",
            [
                *(integers(each) for each in (ids, (spans[i][0] for i in ids), (spans[i][1] for i in ids))),
                current_workspace_id(),
                SEEN_APART,
            ],
        )


def take_turn() -> bool:
    """Take the workspace's drain lock until the transaction ends; False when somebody else has it."""
    return locks.take_turn(DRAIN)


def commit_lazily() -> None:
    """Let this transaction's commit not wait for the disk. For the drain: should it be lost in a crash, the inbox rows are
    back with it, and it is done again; and whoever acts on its outcome commits later, which waits for both.
    """
    with connection.cursor() as cursor:
        cursor.execute("set local synchronous_commit = off")


def wait_for_turn(milliseconds: int) -> bool:
    """Like take_turn, but wait a little; for a click that wants to show its effect at once."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('lock_timeout', %s, true)", [f"{milliseconds}ms"])
        cursor.execute("savepoint turn")
        try:
            cursor.execute("select pg_advisory_xact_lock(%s, %s::int)", [DRAIN, current_workspace_id()])
        except Exception:
            cursor.execute("rollback to savepoint turn")
            return False
        return True
