"""What there is to choose from on pages that ask the same question: ladder, period, role, segment, and further conditions."""

from dataclasses import replace

from analytics.asking import PERIODS, Asked, roles_of, segments_of
from analytics.dimensions import Namer
from milestones.models import Ladder


def filters(asked: Asked) -> dict:
    namer = Namer()
    return {
        "ladders": Ladder.objects.exclude(first_published_at=None).order_by("position", "id"),
        "periods": [(key, name, key == asked.period) for key, name in PERIODS.items()],
        "role_choices": roles_of(asked.ladder),
        "segment_choices": [
            (name, [(f"{trait}:{value}", value, (trait, value) == (asked.trait, asked.value)) for value in values])
            for trait, name, values in segments_of(asked.ladder)
        ],
        "conditions": [
            (namer.condition(each), str(each), replace(asked, where=tuple(c for c in asked.where if c != each)).query())
            for each in asked.where
        ],
    }


def of_a_year(said):
    """The same address, of a year where it names no time: for pages whose people must have had months."""
    if said.get("period") or said.get("from"):
        return said
    said = said.copy()
    said["period"] = "365"
    return said
