"""Conditions as data for PostgreSQL: a jsonpath predicate with variables, never SQL text.

jsonpath differs from our semantics (null != 1 is true there, lax mode unwraps arrays on the way, like_regex takes no
variable), so each condition carries its own type guards and runs in strict mode, in which whatever is wrong is 'unknown'
and counts as no match.
"""

import json
from dataclasses import dataclass

from milestones.criteria.language import Cond

COMPARE = {"eq": "==", "ne": "!=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
# jsonpath reads text as a double, exact to 15 digits: longer text is an identifier rather than an amount, and stays text.
NUMERIC_TEXT = '@ like_regex "^-?[0-9]+([.][0-9]+)?$" && @ like_regex "^-?[0-9.]{1,15}$"'


@dataclass(frozen=True)
class Compiled:
    """`present` must hold and `absent` must not, each a jsonpath predicate or '' for none; `variables` is a JSON object."""

    present: str
    absent: str
    variables: str


def compile_conds(conds: tuple[Cond, ...]) -> Compiled:
    variables: dict = {}
    present, absent = [], []
    for cond in conds:
        path = accessor(cond.path)
        if cond.op == "missing":
            absent.append(f'exists({path} ? (@.type() != "null"))')
        elif cond.op == "exists":
            present.append(f'exists({path} ? (@.type() != "null"))')
        else:
            present.append(_holds(path, cond, variables))
    return Compiled(
        present=f"strict {' && '.join(f'({part})' for part in present)}" if present else "",
        absent=f"strict {' || '.join(f'({part})' for part in absent)}" if absent else "",
        variables=json.dumps(variables),
    )


def accessor(path: tuple[str, ...]) -> str:
    """A property's place as jsonpath."""
    return "$" + "".join(f".{_quoted(key)}" for key in path)


def _holds(path: str, cond: Cond, variables: dict) -> str:
    """One condition on a value or, for an array, on its elements."""
    if cond.op in ("ne", "not_in"):
        values = cond.value if cond.op == "not_in" else (cond.value,)
        differs = " && ".join(_scalar("ne", value, variables) for value in values)
        same = " || ".join(_scalar("eq", value, variables) for value in values)
        if cond.op == "not_in":
            # A value of one listed type need only differ from the listed values of that type.
            differs = f"({' || '.join(_is_type(value) for value in values)}) && !({same})"
        array = f'exists({path} ? (@.type() == "array" && !exists(@[*] ? ({same}))))'
        return f'exists({path} ? (@.type() != "array" && {differs})) || {array}'
    values = cond.value if cond.op == "in" else (cond.value,)
    op = "eq" if cond.op == "in" else cond.op
    one = " || ".join(_scalar(op, value, variables) for value in values)
    element = f"{one} || {_scalar('eq', cond.value, variables)}" if cond.op == "contains" else one
    array = f'exists({path} ? (@.type() == "array") [*] ? ({element}))'
    return f'exists({path} ? (@.type() != "array" && ({one}))) || {array}'


def _is_type(value) -> str:
    if isinstance(value, bool):
        return '@.type() == "boolean"'
    if isinstance(value, str):
        return '@.type() == "string"'
    return f'(@.type() == "number" || (@.type() == "string" && {NUMERIC_TEXT}))'


def _scalar(op: str, value, variables: dict) -> str:
    """A comparison of @ with the value, guarded by type; text like -12.5 is a number where the value is one."""
    if op == "contains":
        if not isinstance(value, str):
            return '(@.type() == "object" && @.type() == "array")'  # only an array can contain a number: never
        return (
            f'(@.type() == "string" && @ like_regex {_quoted(value)} flag "q")' if value else '(@.type() == "string")'
        )
    name = f"v{len(variables)}"
    variables[name] = value
    if op == "starts_with":
        return f'(@.type() == "string" && @ starts with ${name})'
    sign = COMPARE[op]
    if isinstance(value, bool):
        return f'(@.type() == "boolean" && @ {sign} ${name})'
    if isinstance(value, str):
        return f'(@.type() == "string" && @ {sign} ${name})'
    number = f'(@.type() == "number" && @ {sign} ${name})'
    return f'({number} || (@.type() == "string" && {NUMERIC_TEXT} && @.double() {sign} ${name}))'


def _quoted(text: str) -> str:
    """A jsonpath string: JSON's own escapes, all beyond ASCII escaped."""
    return json.dumps(text)
