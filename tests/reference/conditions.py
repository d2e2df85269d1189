"""What a condition means: does a value satisfy an op? A wrong type is no match, never an error."""

import re
from decimal import Decimal

ABSENT = object()
NUMERIC = re.compile(r"^-?(?=[0-9.]{1,15}\Z)[0-9]+([.][0-9]+)?\Z")


def value_at(properties: dict, path: list[str] | str):
    """Follow a path through objects only; an array on the way means absent. The final value may be an array."""
    value = properties
    for key in [path] if isinstance(path, str) else path:
        if not isinstance(value, dict) or key not in value:
            return ABSENT
        value = value[key]
    return value


def matches(where: list[dict], properties: dict) -> bool:
    """Whether all conditions of a `where` hold for an event's properties."""
    return all(holds(condition, properties) for condition in where)


def holds(condition: dict, properties: dict) -> bool:
    """Whether one condition holds for an event's properties."""
    return satisfies(condition, value_at(properties, condition["property"]))


def satisfies(condition: dict, value) -> bool:
    """Whether a value (or ABSENT) satisfies `op` and `value` of a condition."""
    op = condition.get("op", "eq" if "value" in condition else "exists")
    is_present = value is not ABSENT and value is not None
    if op == "exists":
        return is_present
    if op == "missing":
        return not is_present
    if not is_present:
        return False
    wanted = condition["value"]
    if isinstance(value, list):
        return _array(op, value, wanted)
    return _scalar(op, value, wanted)


def _array(op: str, array: list, wanted) -> bool:
    if op == "ne":  # no element equals, so an empty array matches
        return not any(equals(element, wanted) for element in array)
    if op == "not_in":
        return not any(equals(element, one) for element in array for one in wanted)
    if op == "contains":  # any element equals it, or (text) contains it
        return any(equals(element, wanted) or _scalar(op, element, wanted) for element in array)
    return any(_scalar(op, element, wanted) for element in array)


def _scalar(op: str, value, wanted) -> bool:
    if op == "eq":
        return equals(value, wanted)
    if op == "ne":
        return is_of_type(value, wanted) and not equals(value, wanted)
    if op == "in":
        return any(equals(value, one) for one in wanted)
    if op == "not_in":
        return any(is_of_type(value, one) for one in wanted) and not any(equals(value, one) for one in wanted)
    if op == "contains":
        return isinstance(value, str) and isinstance(wanted, str) and wanted in value
    if op == "starts_with":
        return isinstance(value, str) and value.startswith(wanted)
    return _compare(op, value, wanted)


def _compare(op: str, value, wanted) -> bool:
    if not is_of_type(value, wanted) or isinstance(wanted, bool):
        return False
    left, right = (value, wanted) if isinstance(wanted, str) else (number(value), number(wanted))
    return {"gt": left > right, "gte": left >= right, "lt": left < right, "lte": left <= right}[op]


def equals(value, wanted) -> bool:
    """Equal in the type of the wanted value."""
    if not is_of_type(value, wanted):
        return False
    if isinstance(wanted, str | bool):
        return value == wanted
    return number(value) == number(wanted)


def is_of_type(value, wanted) -> bool:
    """A number is compared with numbers and numeric text; text only with text; true and false only with booleans."""
    if isinstance(wanted, bool):
        return isinstance(value, bool)
    if isinstance(wanted, str):
        return isinstance(value, str)
    return number(value) is not None


def number(value) -> Decimal | None:
    """A JSON number, or text that reads like -12.5, exactly; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str):
        return Decimal(value) if NUMERIC.match(value) else None
    return Decimal(str(value))
