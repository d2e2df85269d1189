"""Whatever the facts, the ladders and the order of arrival: what is stored is what the slow reference works out."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.properties.comparison import compare
from tests.properties.occurrences import FEATURES
from tests.properties.worlds import worlds

QUICK, SLOW, OFTEN = 60, 1_300, 50
COMMON = {
    "deadline": None,
    "database": None,
    "derandomize": True,
    "print_blob": False,
    "suppress_health_check": list(HealthCheck),  # the database's fixture serves all worlds; each rolls itself back
}


def run(client, *, worlds_drawn: int, shrink: bool = True) -> Counter:
    """Compare so many worlds; the first difference (shrunk) fails. Returns what occurred."""
    seen = Counter()

    phases = [Phase.generate, Phase.shrink] if shrink else [Phase.generate]

    @settings(max_examples=worlds_drawn, phases=phases, **COMMON)
    @given(worlds())
    def the_product_agrees_with_the_reference(world):
        verdict = compare(client, world)
        seen.update(verdict.seen)
        assert verdict.differences == []

    the_product_agrees_with_the_reference()
    return seen


def test_stored_progress_is_what_the_reference_works_out(client, db):
    seen = run(client, worlds_drawn=QUICK)
    assert seen["late event"]
    assert seen["count"]


@pytest.mark.slow
def test_it_holds_in_many_worlds_in_which_everything_occurs(client, db):
    seen = run(client, worlds_drawn=SLOW)
    print("\n".join(f"{seen[feature]:6} {feature}" for feature in FEATURES))
    assert {feature: seen[feature] for feature in FEATURES if seen[feature] < OFTEN} == {}
