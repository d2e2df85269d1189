"""The suite is worth something: whatever is broken on purpose, the cases of signals or the drawn worlds notice."""

import pytest

from tests import cast
from tests.criteria.test_signals import FILES, Stage, read
from tests.properties.mutants import MUTANTS
from tests.properties.pipeline import undone
from tests.properties.test_progress_is_a_function_of_facts import SLOW, run


@pytest.mark.slow
@pytest.mark.parametrize("plant", [pytest.param(plant, id=name) for name, plant in MUTANTS.items()])
def test_the_suite_notices(client, db, monkeypatch, plant):
    plant(monkeypatch)
    if any(cases_notice(client, path) for path in FILES):
        return
    # A mutant that only breaks the drain raises another error, and shows nothing.
    with pytest.raises(AssertionError, match=" is "):
        run(client, worlds_drawn=SLOW, shrink=False)


def cases_notice(client, path) -> bool:
    """Whether a file of cases ends otherwise than it says, in either order of arrival."""
    settings, cases = read(path)
    for first in ([], [case for case in cases if not case.said.get("order_matters")]):
        told = first or cases
        with undone():
            workspace = cast.workspace("Acme", owner=cast.user("alice@acme.example", "Alice"))
            stage = Stage(client, workspace, settings, told)
            halves = [(len(case.events) // 2 if first else 0) for case in told]
            stage.send([event for case, half in zip(told, halves, strict=True) for event in case.events[half:]])
            stage.send([event for case, half in zip(told, halves, strict=True) for event in case.events[:half]])
            stage.act(told)
            if stage.problems(told):
                return True
    return False
