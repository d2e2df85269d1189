"""The criteria builder's form: criteria as fields and back. What was typed is kept, also where it does not fit the language.

A node of the form is a dict of texts. Its fields are named by its path: "c" is the whole, "c.0" its first part,
"c.0.w1" the second condition of that. The buttons send `do` with a verb and a path.
"""

import json
import re
from collections.abc import Mapping

from milestones.criteria import CriteriaError, parse
from milestones.criteria.language import MAX_CONDS, MAX_DEPTH, MAX_SIGNALS
from milestones.studio.asked import whole_number

GROUPS = {"all": "all of these hold", "any": "any of these holds"}
KINDS = {
    "event": "an event",
    "trait": "a trait",
    "milestone": "another milestone",
    "confirmed_by": "a confirmation",
}
OPS = {
    "eq": "is",
    "ne": "is not",
    "in": "is one of",
    "not_in": "is none of",
    "gt": "is more than",
    "gte": "is at least",
    "lt": "is less than",
    "lte": "is at most",
    "contains": "contains",
    "starts_with": "starts with",
    "exists": "is known",
    "missing": "is not known",
}
SHAPES = {
    "count": "at least this many times",
    "distinct": "with this many different values of",
    "sum": "adding up to at least",
}
BY = {
    "person": "the person",
    "account": "the company’s people together",
    "people": "this many people at the company, each",
    "role": "a share of the company’s people with a role, each",
}
SOURCES = {"server": "events from your servers only", "any": "events from anywhere, browsers included"}
WINDOWS = {"": "at any time", "sliding": "within days of each other", "enrollment": "within days of starting"}
CONFIRMED = {"person": "by the person", "manager": "by customer success", "api": "by your product, through the API"}
TEXTS = {  # kind → its fields with what is in them at first
    "event": {
        "event": "",
        "from": "server",
        "shape": "count",
        "n": "1",
        "property": "",
        "window": "",
        "days": "",
        "by": "person",
        "people": "2",
        "role": "",
        "share": "50",
        "least": "1",
    },
    "trait": {"trait": "", "of": "person", "op": "eq", "value": "", "from": "server"},
    "milestone": {"milestone": ""},
    "confirmed_by": {"confirmed_by": "person"},
}
COND = {"property": "", "op": "eq", "value": ""}
ITEM = re.compile(r'\s*("(?:\\.|[^"\\])*"|[^,\n]+)')
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")


# --- criteria → form ------------------------------------------------------------------------------


def as_form(criteria: dict | None) -> dict:
    """The form of criteria that fit the language; a fresh form without any."""
    if not criteria:
        return {"kind": "all", "is_bare": True, "parts": [fresh("event")]}
    root = _node(criteria)
    return root | {"is_bare": False} if "parts" in root else {"kind": "all", "is_bare": True, "parts": [root]}


def fresh(kind: str) -> dict:
    """An empty node of a kind."""
    if kind in GROUPS:
        return {"kind": kind, "parts": [fresh("event")]}
    return {"kind": kind, **TEXTS[kind], **({"where": []} if kind == "event" else {})}


def _node(document: dict) -> dict:
    for kind in GROUPS:
        if kind in document:
            return {"kind": kind, "parts": [_node(part) for part in document[kind]]}
    kind = next(kind for kind in KINDS if kind in document)
    node = fresh(kind)
    node.update(
        {name: str(document[name]) for name in ("event", "milestone", "confirmed_by", "from") if name in document}
    )
    if kind == "trait":
        node |= {"trait": document["trait"], "of": document.get("of", "person"), **_op(document)}
    if kind == "event":
        node["where"] = [{"property": path_text(cond["property"]), **_op(cond)} for cond in document.get("where", [])]
        _shape(document, node)
        _by(document, node)
    return node


def _op(cond: dict) -> dict:
    op = cond.get("op", "eq" if "value" in cond else "exists")
    value = cond.get("value")
    return {
        "op": op,
        "value": list_text(value) if isinstance(value, list) else "" if value is None else value_text(value),
    }


def _shape(document: dict, node: dict) -> None:
    for shape in ("distinct", "sum"):
        if shape in document:
            node |= {"shape": shape, "n": value_text(document[shape]["at_least"])}
            node["property"] = path_text(document[shape]["property"])
    if "count" in document:
        node["n"] = str(document["count"])
    if "within" in document:
        node["days"] = value_text(document["within"]["days"])
        node["window"] = "enrollment" if "of" in document["within"] else "sliding"


def _by(document: dict, node: dict) -> None:
    by = document.get("by", "person")
    if isinstance(by, str):
        node["by"] = by
    elif "people" in by:
        node |= {"by": "people", "people": str(by["people"])}
    else:
        share = value_text(round(by["share"] * 100, 6))
        node |= {"by": "role", "role": by["role"], "share": share, "least": str(by.get("at_least", 1))}


def value_text(value) -> str:
    """A value as it is typed; text that would be read as something else stands in quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:.15g}" if isinstance(value, float) else str(value)
    return value if read_value(value) == value and value.strip() == value else json.dumps(value, ensure_ascii=False)


def list_text(values: list) -> str:
    """A list of values as it is typed."""
    said = (
        json.dumps(value, ensure_ascii=False) if isinstance(value, str) and "," in value else value_text(value)
        for value in values
    )
    return ", ".join(said)


def path_text(path) -> str:
    """A property's name; inner names follow after ">"."""
    keys = [path] if isinstance(path, str) else list(path)
    if any(">" in key or key != key.strip() or key.startswith("[") for key in keys):
        return json.dumps(keys, ensure_ascii=False)
    return " > ".join(keys)


# --- what was sent → form ---------------------------------------------------------------------------


def read_form(data: Mapping[str, str]) -> dict:
    """The form as it was sent, within the language's bounds."""
    return _sent(data, "c", 1, [MAX_SIGNALS])


def _sent(data, path: str, depth: int, left: list[int]) -> dict:
    kind = data.get(f"{path}:kind", "all" if path == "c" else "event")
    if path == "c" and kind not in GROUPS:
        kind = "all"
    if kind in GROUPS and depth <= MAX_DEPTH:
        parts = []
        for number in range(_size(data, path)):
            if left[0] > 0:
                parts.append(_sent(data, f"{path}.{number}", depth + 1, left))
        node = {"kind": kind, "parts": parts}
        return node | ({"is_bare": data.get("c:is_bare") == "1"} if path == "c" else {})
    left[0] -= 1
    kind = kind if kind in KINDS else "event"
    node = {"kind": kind} | {name: data.get(f"{path}:{name}", usual)[:2100] for name, usual in TEXTS[kind].items()}
    if kind == "event":
        wheres = range(min(_size(data, path), MAX_CONDS))
        node["where"] = [
            {name: data.get(f"{path}.w{number}:{name}", usual)[:20_000] for name, usual in COND.items()}
            for number in wheres
        ]
    return node


def _size(data, path: str) -> int:
    size = data.get(f"{path}:size", "0")
    return min(whole_number(size) or 0, MAX_SIGNALS)


def change(root: dict, do: str) -> dict:
    """The form after one of its buttons: "add PATH", "group PATH", "remove PATH", "cond PATH", "uncond PATH.wN"."""
    verb, _, path = do.partition(" ")
    if not re.fullmatch(r"c(\.[0-9]{1,2})*(\.w[0-9]{1,2})?", path):
        return root
    steps = path.split(".")[1:]
    if verb in ("remove", "uncond") and steps:
        owner = _at(root, steps[:-1])
        held = owner.get("where" if verb == "uncond" else "parts") if owner else None
        number = int(steps[-1].lstrip("w"))
        if held and number < len(held):
            del held[number]
            if verb == "remove" and not held and len(steps) > 1:
                return change(root, "remove c." + ".".join(steps[:-1]))
        return root
    node = _at(root, steps)
    if node and verb == "add" and "parts" in node:
        node["parts"].append(fresh("event"))
    elif node and verb == "group" and "parts" in node:
        node["parts"].append(fresh("any" if node["kind"] == "all" else "all"))
    elif node and verb == "cond" and "where" in node:
        node["where"].append(dict(COND))
    if root.get("is_bare") and len(root["parts"]) > 1:
        root["is_bare"] = False
    return root


def _at(root: dict, steps: list[str]) -> dict | None:
    node = root
    for step in steps:
        parts = node.get("parts", [])
        if not step.isdigit() or int(step) >= len(parts):
            return None
        node = parts[int(step)]
    return node


# --- form → criteria ----------------------------------------------------------------------------------


def to_criteria(root: dict) -> tuple[dict | None, dict[str, str]]:
    """(criteria, {}) or (None, field name → what is wrong with it)."""
    errors: dict[str, str] = {}
    document = _document(root, "c", errors)
    if errors:
        return None, errors
    try:
        parse(document)
    except CriteriaError as error:
        return None, {_field(root, error.place): f"{error.message[0].upper()}{error.message[1:]}."}
    return document, {}


def _document(node: dict, path: str, errors: dict[str, str]) -> dict:
    if "parts" in node:
        parts = [_document(part, f"{path}.{number}", errors) for number, part in enumerate(node["parts"])]
        if not parts:
            errors[f"{path}:kind"] = "Add at least one condition."
        return parts[0] if node.get("is_bare") and len(parts) == 1 else {node["kind"]: parts}
    return {"event": _event, "trait": _trait, "milestone": _milestone, "confirmed_by": _confirmed}[node["kind"]](
        node, path, errors
    )


def _event(node: dict, path: str, errors: dict[str, str]) -> dict:
    said: dict = {"event": node["event"].strip()}
    if not said["event"]:
        errors[f"{path}:event"] = "Name the event that your product sends."
    where = [_cond(cond, f"{path}.w{number}", errors) for number, cond in enumerate(node["where"])]
    if where:
        said["where"] = where
    if node["from"] == "any":
        said["from"] = "any"
    number = _number(node["n"], f"{path}:n", errors)
    if node["shape"] == "count":
        if number != 1:
            said["count"] = number
    else:
        said[node["shape"]] = {"property": _path(node["property"], f"{path}:property", errors), "at_least": number}
    if node["window"]:
        said["within"] = {"days": _number(node["days"], f"{path}:days", errors)}
        if node["window"] == "enrollment":
            said["within"]["of"] = "enrollment"
    if node["by"] == "account":
        said["by"] = "account"
    elif node["by"] == "people":
        said["by"] = {"people": _number(node["people"], f"{path}:people", errors)}
    elif node["by"] == "role":
        share = _number(node["share"].strip().removesuffix("%"), f"{path}:share", errors)
        if share is not None and not 0 < share <= 100:
            errors[f"{path}:share"] = "Write a percentage above 0, at most 100."
        if not node["role"].strip():
            errors[f"{path}:role"] = "Name the role."
        said["by"] = {"role": node["role"].strip(), "share": round((share or 0) / 100, 8)}
        least = _number(node["least"], f"{path}:least", errors)
        if least != 1:
            said["by"]["at_least"] = least
    return said


def _trait(node: dict, path: str, errors: dict[str, str]) -> dict:
    said = {"trait": node["trait"].strip()}
    if not said["trait"]:
        errors[f"{path}:trait"] = "Name the trait."
    if node["of"] == "account":
        said["of"] = "account"
    cond = _cond({"property": "x", **node}, path, errors)
    said |= {key: cond[key] for key in ("op", "value") if key in cond}
    return said | ({"from": "any"} if node["from"] == "any" else {})


def _milestone(node: dict, path: str, errors: dict[str, str]) -> dict:
    if not node["milestone"]:
        errors[f"{path}:milestone"] = "Choose a milestone that stands earlier on the ladder."
    return {"milestone": node["milestone"]}


def _confirmed(node: dict, path: str, errors: dict[str, str]) -> dict:
    return {"confirmed_by": node["confirmed_by"]}


def _cond(cond: dict, path: str, errors: dict[str, str]) -> dict:
    said = {"property": _path(cond["property"], f"{path}:property", errors), "op": cond["op"]}
    if cond["op"] in ("exists", "missing"):
        return said
    if cond["op"] in ("in", "not_in"):
        said["value"] = read_list(cond["value"])
        if not said["value"]:
            errors[f"{path}:value"] = "Write one value or more, with commas between them."
        return said
    said["value"] = read_value(cond["value"].strip())
    if cond["value"].strip() == "":
        errors[f"{path}:value"] = 'Write a value; "" stands for empty text.'
    elif cond["op"] == "starts_with" and not isinstance(said["value"], str):
        said["value"] = cond["value"].strip()
    return said


def read_value(text: str):
    """true and false, numbers, and text; what stands in double quotes is text whatever it looks like."""
    if text in ("true", "false"):
        return text == "true"
    if NUMBER.fullmatch(text) and len(text) < 16:
        return float(text) if "." in text else int(text)
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def read_list(text: str) -> list:
    """Values with commas between them; one that holds a comma stands in double quotes."""
    return [read_value(each.strip()) for each in ITEM.findall(text) if each.strip()]


def _path(text: str, field: str, errors: dict[str, str]):
    text = text.strip()
    if text.startswith("["):
        try:
            found = json.loads(text)
            if isinstance(found, list):
                return found
        except ValueError:
            pass
    keys = [key.strip() for key in text.split(">")]
    if not all(keys):
        errors[field] = "Name the property."
    return keys[0] if len(keys) == 1 else keys


def _number(text: str, field: str, errors: dict[str, str]):
    value = read_value(text.strip())
    if isinstance(value, bool) or not isinstance(value, int | float):
        errors[field] = "Write a number."
        return None
    return value


FIELDS = {"count": "n", "at_least": "n", "distinct": "n", "sum": "n", "within": "days", "of": "window", "by": "by"}


def _field(root: dict, place: str) -> str:
    """The field that a place in the criteria, such as all[1].where[0].value, stands for."""
    path, node, name = "c", root, "kind"
    if root.get("is_bare"):
        path, node = "c.0", root["parts"][0]
    for word, number in re.findall(r"([a-z_]+)(?:\[([0-9]+)\])?", place):
        if word in GROUPS and number and "parts" in node and int(number) < len(node["parts"]):
            path, node = f"{path}.{number}", node["parts"][int(number)]
        elif word == "where" and number:
            path = f"{path}.w{number}"
        elif word in ("people", "role", "share") or (
            word == "at_least" and node.get("by") == "role" and ".by" in place
        ):
            name = "least" if word == "at_least" else word
        else:
            name = FIELDS.get(word, word)
    return f"{path}:{name}"
