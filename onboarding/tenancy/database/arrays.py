"""Thousands of values as one parameter: PostgreSQL's text form of an array, which the driver quotes once instead of once each.

Cast them where they are used: `%s::bigint[]`, `%s::text[]`.
"""

from collections.abc import Iterable


def integers(values: Iterable[int]) -> str:
    return f"{{{','.join(map(str, values))}}}"


def texts(values: Iterable[str]) -> str:
    return f"{{{','.join([_quoted(value) for value in values])}}}"


def _quoted(value: str) -> str:
    if "\\" in value or '"' in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'
