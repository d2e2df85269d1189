"""The criteria builder's part of the inspector: the form, its sentence, what the catalogue knows, and the trial."""

from dataclasses import dataclass, field
from datetime import datetime

from milestones.criteria import CriteriaError, EventSignal, TraitSignal, in_words, parse
from milestones.drafting import edits
from milestones.dry_run import Trial, try_rung
from milestones.models import Version
from milestones.studio import criteria_form
from milestones.studio.criteria_form import as_form, change, read_form, to_criteria
from milestones.studio.days import Calendar
from onboarding import clock
from onboarding.tracking.models import Event, EventName, EventProperty

TRIED, SHOWN = 5_000, 8
WORDS = {
    "kinds": list(criteria_form.KINDS.items()),
    "ops": list(criteria_form.OPS.items()),
    "shapes": list(criteria_form.SHAPES.items()),
    "windows": list(criteria_form.WINDOWS.items()),
    "by": list(criteria_form.BY.items()),
    "sources": list(criteria_form.SOURCES.items()),
    "confirmed": list(criteria_form.CONFIRMED.items()),
    "whose": [("person", "the person"), ("account", "the company")],
}
EVENTS_OFFERED, VALUES_FROM, VALUES_OFFERED = 500, 300, 30


@dataclass(frozen=True)
class Field:
    """One field of the form: its name, what stands in it, and what is wrong with that."""

    name: str
    value: str
    error: str

    @property
    def id(self) -> str:
        return self.name.replace(":", "-").replace(".", "-")


@dataclass(frozen=True)
class Node:
    """One node of the form as the page draws it; `fields` by their short names."""

    path: str
    kind: str
    fields: dict[str, Field]
    parts: list["Node"]
    conds: list["Node"]

    @property
    def has_value(self) -> bool:
        return self.fields["op"].value not in ("exists", "missing")

    @property
    def depth(self) -> int:
        return self.path.count(".") + 1


def _node(node: dict, path: str, errors: dict[str, str]) -> Node:
    texts = {name: value for name, value in node.items() if isinstance(value, str)}
    return Node(
        path=path,
        kind=node.get("kind", ""),
        fields={
            name: Field(f"{path}:{name}", value, errors.get(f"{path}:{name}", "")) for name, value in texts.items()
        },
        parts=[_node(part, f"{path}.{number}", errors) for number, part in enumerate(node.get("parts", []))],
        conds=[_node(cond, f"{path}.w{number}", errors) for number, cond in enumerate(node.get("where", []))],
    )


@dataclass
class CriteriaPart:
    """`form` is as it was sent or as the draft says; `criteria` what it means, None while something is wrong."""

    form: dict
    criteria: dict | None
    errors: dict[str, str]
    sentence: str
    unseen: list[str] = field(default_factory=list)
    earlier: list[tuple[str, str]] = field(default_factory=list)  # (key, title) of rungs before this one
    offers: dict[str, list[str]] = field(default_factory=dict)  # list's id → what may be typed
    trial: Trial | None = None
    missing: str = ""  # what still keeps the form from meaning anything

    @property
    def tree(self) -> "Node":
        return _node(self.form, "c", self.errors)

    def sample(self, calendar: Calendar) -> list[tuple]:
        """(person, account, when, evidence) of those who reached it last."""
        rows = []
        for concluded in reversed(self.trial.reached[-SHOWN:]):
            seat, standing = concluded.enrollment.seat, concluded.standings[self.trial.key]
            said = [_evidence(each) for each in standing.evidence]
            rows.append((seat.person, seat.account, calendar.date(standing.reached_at), said))
        return rows


def criteria_part(draft: Version, rung: str, sent) -> CriteriaPart:
    """The part for one rung: as the draft says, or as it was sent, changed by the button that was pressed."""
    document = draft.document
    placed = edits.keys(document)
    titles = {key: edits.title_of(document, key) for key in placed}
    earlier = [(key, titles[key]) for key in placed[: placed.index(rung)]]
    part = read_part(edits.content_of(document, rung).get("criteria"), sent, titles=titles, earlier=earlier)
    if part.criteria and sent is not None and sent.get("do") == "try":
        trial = Version(pk=draft.pk, ladder=draft.ladder, number=draft.number, state=draft.state)
        try:
            trial.document = edits.set_content(document, rung, criteria=part.criteria)
            part.trial = try_rung(trial, rung, now=clock.now(), most=TRIED)
        except (edits.EditRefusedError, CriteriaError) as error:
            part.errors["c:kind"] = str(error)
    return part


def read_part(criteria: dict | None, sent, *, titles: dict[str, str], earlier: list[tuple[str, str]]) -> CriteriaPart:
    """The builder's form for these criteria, or as it was sent; `earlier` are the milestones that it may name."""
    form = as_form(_fitting(criteria)) if sent is None else read_form(sent)
    do = sent.get("do", "") if sent is not None else ""
    if do and do not in ("try", "look"):
        form = change(form, do)
    criteria, errors = to_criteria(form)
    part = CriteriaPart(
        missing=next(iter(errors.values()), ""),
        form=form,
        criteria=criteria,
        errors=errors if sent is not None and (not do or do == "try") else {},
        sentence=in_words(parse(criteria), titles) if criteria else "",
        earlier=earlier,
    )
    if criteria:
        part.unseen = _never_seen(criteria)
    _offer(part)
    return part


def _fitting(criteria: dict | None) -> dict | None:
    try:
        parse(criteria)
    except CriteriaError:
        return None
    return criteria


def _never_seen(criteria: dict) -> list[str]:
    """Sentences about events and properties that the catalogue does not know."""
    signals = parse(criteria).signals
    events = {signal.event for signal in signals if isinstance(signal, EventSignal)}
    known = dict(EventName.objects.filter(name__in=events).values_list("name", "id"))
    said = [f"“{name}” has never been seen. Check its spelling, or send one." for name in sorted(events - known.keys())]
    properties: dict[int, set[str]] = {}
    for name_id, key in EventProperty.objects.filter(event_name_id__in=known.values()).values_list(
        "event_name_id", "key"
    ):
        properties.setdefault(name_id, set()).add(key)
    for signal in signals:
        if isinstance(signal, EventSignal) and signal.event in known:
            paths = [cond.path for cond in signal.where] + ([signal.path] if signal.path else [])
            unknown = {path[0] for path in paths} - properties.get(known[signal.event], set())
            said += [f"“{signal.event}” has never come with the property “{key}”." for key in sorted(unknown)]
        elif isinstance(signal, TraitSignal):
            said += _trait_never_seen(signal)
    return said


def _trait_never_seen(signal: TraitSignal) -> list[str]:
    if signal.cond.path[0] in _properties("$identify" if signal.of == "person" else "$group"):
        return []
    return [
        f"No {'person' if signal.of == 'person' else 'company'} has come with the trait “{signal.cond.path[0]}” yet."
    ]


def known_events() -> list[str]:
    """The names of events that have been seen, the most frequent first."""
    names = EventName.objects.exclude(name__startswith="$").exclude(name__startswith="cairn:")
    return list(names.order_by("-seen", "name").values_list("name", flat=True)[:EVENTS_OFFERED])


def _offer(part: CriteriaPart) -> None:
    """What the catalogue can complete: events, properties of those named, and values seen lately."""
    part.offers["known-events"] = known_events()
    for whose, name in (("person", "$identify"), ("account", "$group")):
        part.offers[f"known-{whose}-traits"] = _properties(name)
    for path, node in _events(part.form, "c"):
        part.offers[f"properties-{path}"] = _properties(node["event"].strip())
        if node["where"]:
            values = _values_seen(node["event"].strip(), [cond["property"].strip() for cond in node["where"]])
            for number, seen in enumerate(values):
                part.offers[f"values-{path}.w{number}"] = seen


def _properties(event: str) -> list[str]:
    """The properties that an event of this name has come with."""
    names = EventName.objects.filter(name=event).values("id")
    return list(
        EventProperty.objects.filter(event_name_id__in=names).order_by("key").values_list("key", flat=True)[:200]
    )


def _events(node: dict, path: str):
    if "parts" in node:
        for number, each in enumerate(node["parts"]):
            yield from _events(each, f"{path}.{number}")
    elif node["kind"] == "event":
        yield path, node


def _values_seen(event: str, keys: list[str]) -> list[list[str]]:
    """For each property, the plain values that the event's latest occurrences carried."""
    name_id = EventName.objects.filter(name=event).values_list("id", flat=True).first()
    if name_id is None:
        return [[] for _ in keys]
    latest = Event.objects.filter(name_id=name_id).order_by("-occurred_at").values_list("properties", flat=True)
    seen: list[dict[str, None]] = [{} for _ in keys]
    for properties in latest[:VALUES_FROM]:
        for number, key in enumerate(keys):
            value = properties.get(key)
            if isinstance(value, str | int | float) and len(seen[number]) < VALUES_OFFERED:
                seen[number]["true" if value is True else "false" if value is False else str(value)[:200]] = None
    return [sorted(values) for values in seen]


def _evidence(said: dict) -> str:
    """One piece of evidence on a line."""
    if "event" not in said:
        return "another milestone" if "milestone" in said else "a confirmation" if "confirmed_by" in said else "a trait"
    at = datetime.fromisoformat(said["at"])
    matched = ", ".join(f"{key} {value}" for key, value in said.get("properties", {}).items())
    name = {"$identify": "What is known of the person", "$group": "What is known of the company"}.get(
        said["name"], said["name"]
    )
    return f"{name}, {at.day} {at:%b}{f' ({matched})' if matched else ''}"
