"""What a condition means: each case of cases/*.yaml, in PostgreSQL."""

import json
from pathlib import Path

import pytest
import yaml

from milestones.criteria import parse
from milestones.evaluation import Candidate, find_hits
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.decoding import Fact, Kind
from onboarding.tracking.staging import insert_events, see_names, staged_line
from tests.criteria.offsets import BEGINNING

FILES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
CASES = {path.stem: yaml.safe_load(path.read_text()) for path in FILES}
EVENT = "Something happened"
AT = int(BEGINNING.timestamp()) * 1_000_000


def what_the_product_says(workspace, cases) -> list[bool]:
    """One person with one event for each case, all asked at once."""
    with workspace_scope(workspace.pk):
        names = see_names({EVENT: (AT, AT, len(cases))})
        insert_events([event(number, case["properties"], names[EVENT]) for number, case in enumerate(cases, start=1)])
        asked = [
            Candidate(parse({"event": EVENT, "where": case["where"]}).signals[0], number, None)
            for number, case in enumerate(cases, start=1)
        ]
        found = find_hits(asked, names)
    return [candidate in found for candidate in asked]


def event(person: int, properties: dict, name_id: int) -> tuple:
    said = json.dumps(properties, ensure_ascii=False)
    fact = Fact(Kind.TRACK, f"m{person}", AT, EVENT, str(person), None, None, None, said.encode())
    return (staged_line(fact, source_id=1, trusted=True, received_at=AT), name_id, person, None)


@pytest.mark.parametrize("group", CASES)
def test_postgresql_reads_the_conditions_as_written(acme, group):
    cases = CASES[group]
    said = what_the_product_says(acme, cases)
    wrong = [case["name"] for case, answer in zip(cases, said, strict=True) if answer is not case["matches"]]
    assert not wrong, "\n".join(wrong)


def test_every_case_has_its_own_name():
    names = [(group, case["name"]) for group, cases in CASES.items() for case in cases]
    assert len(names) > 200
    assert sorted(names) == sorted(set(names))
