"""The worlds are worth something: whatever is broken on purpose, the quick run notices."""

import pytest

from tests.properties.mutants import MUTANTS
from tests.properties.test_progress_is_a_function_of_facts import QUICK, run


@pytest.mark.slow
@pytest.mark.parametrize("plant", [pytest.param(plant, id=name) for name, plant in MUTANTS.items()])
def test_the_quick_worlds_notice(client, db, monkeypatch, plant):
    plant(monkeypatch)
    # A mutant that only breaks the drain raises another error, and shows nothing.
    with pytest.raises(AssertionError, match=" is "):
        run(client, worlds_drawn=QUICK, shrink=False)
