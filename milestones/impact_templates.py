"""Sentences with the customer's own numbers: a template and the measures that it names, as a ladder file holds them.

A measure counts, sums or tells apart events, as a signal of the criteria language does, in a span of time:
`{name_before}` and `{name_after}` in the days before and after the step was reached, `{name_total}` since the person began.
"""

import re
from collections.abc import Container
from dataclasses import dataclass

from milestones.criteria import EventSignal, parse

DAYS = 14
AT_LEAST = 3  # below that a number says more about chance than about the step
SPANS = ("before", "after", "total")
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)_(before|after|total)\}")
ANY_BRACE = re.compile(r"\{[^{}]*\}|[{}]")


@dataclass(frozen=True)
class Measure:
    """One number: `worth` is what one counts for, such as 1/60 for minutes that are told in hours."""

    name: str
    signal: EventSignal
    worth: float = 1
    better: str = "more"  # or "less"


@dataclass(frozen=True)
class Template:
    """A sentence with placeholders, and the measures that they name."""

    text: str
    measures: tuple[Measure, ...]
    days: int = DAYS
    at_least: float = AT_LEAST

    @property
    def asked(self) -> list[tuple[Measure, str]]:
        """(measure, span) of each placeholder, in order, once."""
        by_name = {each.name: each for each in self.measures}
        return [(by_name[name], span) for name, span in dict.fromkeys(PLACEHOLDER.findall(self.text))]


def read(said: dict, spans: Container[str] = SPANS) -> Template:
    """The template of a ladder file's `impact` or `value`. Raises CriteriaError or ValueError, with words for its author."""
    measures = tuple(_measure(each) for each in said["measures"])
    names = [each.name for each in measures]
    for brace in ANY_BRACE.findall(said["text"]):
        found = PLACEHOLDER.fullmatch(brace)
        if not found or found[1] not in names or found[2] not in spans:
            likes = " or ".join(f"{{{names[0]}_{span}}}" for span in SPANS if span in spans)
            raise ValueError(f"{brace} is not one of its measures: write {likes}")
    if len(set(names)) < len(names):
        raise ValueError("two measures have the same name")
    if not PLACEHOLDER.search(said["text"]):
        raise ValueError("the text shows no measure; without a number it says the same to everybody")
    return Template(said["text"], measures, said.get("days", DAYS), said.get("at_least", AT_LEAST))


def fits(said: dict) -> bool:
    """Whether its text names its own measures."""
    try:
        read(said)
    except ValueError:
        return False
    return True


def _measure(said: dict) -> Measure:
    signal = {name: said[name] for name in ("event", "where", "from", "by") if name in said}
    if "sum" in said:
        signal["sum"] = {"property": said["sum"], "at_least": 1}
    if "distinct" in said:
        signal["distinct"] = {"property": said["distinct"], "at_least": 1}
    return Measure(said["name"], parse(signal).signals[0], said.get("worth", 1), said.get("better", "more"))
