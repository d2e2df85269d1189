"""The climbs that a question is about, in SQL, each with what it is split by. Inside the open scope."""

from dataclasses import dataclass, replace

from analytics.asking import EARLIEST, Asked, Span
from analytics.conditions import ACCOUNT, MANAGER, PERSON, VALUE, VERSION
from milestones.models import Rung
from onboarding.tenancy.database.arrays import integers
from onboarding.tenancy.scope import current_workspace_id

WEEK, MONTH, ROLE = "week", "month", "role"
OTHERS = "\u2026"  # the value under which those of small groups are put together
JOINED = {
    "a": "left join tracking_account a on a.workspace_id = c.workspace_id and a.id = c.account_id",
    "h": "left join tracking_person h on h.workspace_id = c.workspace_id and h.id = c.person_id",
    "v": "left join milestones_version v on v.workspace_id = c.workspace_id and v.id = c.version_id",
}
# What is read of a climb, from which of the joined tables; {trait} is the place of the trait's name among the parameters.
READ = {
    ACCOUNT: ("a", f"coalesce(left(a.traits ->> %({{trait}})s, {VALUE}), '')"),
    PERSON: ("h", f"coalesce(left(h.traits ->> %({{trait}})s, {VALUE}), '')"),
    MANAGER: ("a", "coalesce(a.manager_id::text, '')"),
    VERSION: ("v", "v.number::text"),
    ROLE: ("", "c.role"),
    WEEK: ("", "date_trunc('week', c.cohort)::date::text"),
    MONTH: ("", "date_trunc('month', c.cohort)::date::text"),
}


@dataclass(frozen=True)
class Dimension:
    """What people are split by: `of` one of READ, and the trait's name where it is a trait. Of `shown` values each is its own, all
    others are OTHERS; of None each.
    """

    of: str
    name: str = ""
    shown: tuple[str, ...] | None = None

    def __str__(self) -> str:
        return f"{self.of}.{self.name}" if self.name else self.of


def climbs(asked: Asked, row: Dimension | None = None, column: Dimension | None = None) -> tuple[str, dict]:
    """(a select of the climbs, its parameters): the columns of Climb, `r` and `k` what each is split by ("" without), and `cluster`,
    the account or, of somebody without one, a number of their own. Those left out are not among them.
    """
    said: dict = {
        "workspace": current_workspace_id(),
        "ladder": asked.ladder.pk,
        "first": asked.span.first,
        "last": asked.span.last,
        "until": asked.until,
        "role": asked.role,
        "segment": asked.segment,
        "value": asked.value,
    }
    tables: set[str] = set()
    which = "".join(
        f" and {_read(condition, f'where_{n}', said, tables)} = %(is_{n})s" for n, condition in enumerate(asked.where)
    )
    said |= {f"is_{n}": condition.value for n, condition in enumerate(asked.where)}
    r, k = (_split(each, n, said, tables) if each else "''" for n, each in enumerate((row, column)))
    joins = " ".join(JOINED[table] for table in sorted(tables))
    return (
        f"""
    select c.*, {r} as r, {k} as k, coalesce(c.account_id, -c.enrollment_id) as cluster
    from analytics_climb c {joins}
    where c.workspace_id = %(workspace)s and c.ladder_id = %(ladder)s and c.left_out = ''
          and c.cohort between %(first)s and %(last)s and (%(role)s = '' or c.role = %(role)s)
          and (%(segment)s = 0 or c.segments[%(segment)s] = %(value)s){which}""",
        said,
    )


def _split(dimension: Dimension, n: int, said: dict, tables: set[str]) -> str:
    read = _read(dimension, f"split_{n}", said, tables)
    if dimension.shown is None:
        return read
    said |= {f"shown_{n}": list(dimension.shown), "others": OTHERS}
    return f"case when {read} = any(%(shown_{n})s::text[]) then {read} else %(others)s end"


def _read(what, place: str, said: dict, tables: set[str]) -> str:
    table, sql = READ[what.of]
    if table:
        tables.add(table)
    if what.name:
        said[place] = what.name
    return sql.format(trait=place)


# --- the way to a step ------------------------------------------------------------------------

BEGAN, FIRST_VALUE, DONE, RUNG, WAIT, USE = "began", "first_value", "done", "rung", "wait", "use"
ACCOUNT_VALUE = "account_value"
PLACES = "join unnest(%(versions)s::bigint[], %(places)s::int[]) p (version_id, place) using (version_id)"
WAYS = {
    BEGAN: "select c.*, c.cohort as since, 0 as lag from climb c",
    FIRST_VALUE: "select c.*, c.cohort as since, c.first_value::int as lag from climb c",
    # An account as one: from the day on which its first began to the first of them to reach first value.
    ACCOUNT_VALUE: """
        select r, k, cluster, min(cohort) as cohort, min(cohort) as since, null::int as ended,
               (case when bool_and(gone is not null) then max(cohort + gone) end - min(cohort))::int as gone,
               coalesce(min(cohort + first_value) filter (where first_value >= 0) - min(cohort),
                        case when bool_and(first_value = -2) then -2 else -1 end)::int as lag
        from climb where account_id is not null group by r, k, cluster""",
    DONE: "select c.*, c.cohort as since, c.done::int as lag from climb c",
    RUNG: f"select c.*, c.cohort as since, c.lags[p.place]::int as lag from climb c {PLACES}",
    WAIT: f"""
        select c.*, c.cohort + c.opened[p.place] as since,
               case when c.lags[p.place] < 0 then c.lags[p.place] else c.lags[p.place] - c.opened[p.place] end::int as lag
        from climb c {PLACES}
        where c.opened[p.place] is not null and (c.lags[p.place] < 0 or c.lags[p.place] >= c.opened[p.place])""",
    USE: """
        select c.*, c.cohort + (u.value ->> 0)::int as since, coalesce((u.value ->> 1)::int - (u.value ->> 0)::int, -1) as lag
        from climb c cross join lateral jsonb_each(c.uses) u where %(feature)s in ('', u.key)""",
}
# What has become of each by the end of the asked day; the days count from `since`.
KNOWN = """
    select *, cohort + gone - since as gone_after, cohort + ended - since as ended_after,
           lag >= 0 and since + lag <= %(until)s
               and cohort + gone - since >= lag is not false and cohort + ended - since >= lag is not false as is_reached,
           gone is not null and cohort + gone <= %(until)s and gone <= coalesce(ended, gone) as is_gone,
           ended is not null and cohort + ended <= %(until)s as is_ended
    from way where since <= %(until)s and lag not in (-2, -3)"""


def way(asked: Asked, step: str, row: Dimension | None = None, column: Dimension | None = None) -> tuple[str, dict]:
    """(the head of a statement that ends in `known`, its parameters): the climbs of those who have the step, since when it counts
    for them, after how many days they got there, and what is known of it. `step` is "began" (everybody, at once), "account_value" (of accounts as one), "first_value",
    "done", "rung:" or "wait:" and a rung's key, or "use:" and a feature's key, without one any feature.
    """
    kind, _, key = step.partition(":")
    sql, said = climbs(asked, row, column)
    if kind == USE:
        said["feature"] = key
    if kind in (RUNG, WAIT):
        said |= _places(asked, key)
    return f"with climb as ({sql}), way as ({WAYS[kind]}), known as ({KNOWN})", said


def _places(asked: Asked, step: str) -> dict:
    """In which versions the step stands, and at which place among their rungs."""
    place: dict[int, int] = {}
    found = []
    rungs = Rung.objects.filter(version__ladder=asked.ladder).exclude(version__published_at=None)
    for version, key in rungs.order_by("version_id", "position", "id").values_list("version_id", "key"):
        place[version] = place.get(version, 0) + 1
        if key == step:
            found.append((version, place[version]))
    return {"versions": integers(version for version, _ in found), "places": integers(at for _, at in found)}


def from_any_day(asked: Asked) -> Asked:
    """The same of everybody who ever began: for what counts from a later day than their beginning."""
    return replace(asked, span=Span(EARLIEST, asked.until))
