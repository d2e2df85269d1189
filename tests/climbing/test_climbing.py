"""The rules of climbing (DESIGN.md section 5) on the pure fold: each case of cases/*.yaml, computed by hand.

A case says the version's `rungs` in order (a bare key asks for one event), its `rules`, and what is known: `hits` (a rung's
moment, or a list of [epoch, signal, moment]), `acts`, `roles`, `active_days`. Of each rung it says what it expects; what it
does not name is not asked. Moments are offsets from the enrollment.
"""

from pathlib import Path

import pytest
import yaml

from milestones.climbing import Act, Carried, Found, Known, Rules, RungRule, fold
from milestones.criteria import parse
from tests.criteria.offsets import moment, span

FILES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
CASES = [(path.stem, case) for path in FILES for case in yaml.safe_load(path.read_text())]
MOMENTS = {
    "opened": "opened_at",
    "due": "due_at",
    "missed": "missed_at",
    "reached": "reached_at",
    "skipped": "skipped_at",
}


def rules_of(case: dict) -> Rules:
    said = case.get("rules", {})
    return Rules(
        rungs=tuple(rung_rule(said if isinstance(said, dict) else {"key": said}) for said in case["rungs"]),
        at_once=said.get("at_once"),
        per_day=said.get("per_day"),
        spacing=span(said.get("spacing", 0)),
    )


def rung_rule(said: dict) -> RungRule:
    return RungRule(
        key=said["key"],
        criteria=parse(said.get("criteria", {"event": said["key"]})),
        tracks=frozenset(said.get("tracks", [])),
        requires=tuple(said.get("requires", [])),
        due_days=said.get("due_days"),
        due_from=said.get("due_from", "opened"),
        due_business=said.get("due_business", False),
    )


def known_of(case: dict) -> Known:
    hits = {}
    for key, said in case.get("hits", {}).items():
        for epoch, signal, at in said if isinstance(said, list) else [(0, 0, said)]:
            hits[key, epoch, signal] = Found(moment(at))
    return Known(
        enrolled_at=moment(0),
        hits=hits,
        acts=[act(*said) for said in case.get("acts", [])],
        roles=[(moment(at), role) for at, role in case.get("roles", [])],
        active_days=[moment(at) for at in case.get("active_days", [0])],
    )


def act(at, verb: str, rung: str = "", more: dict | None = None) -> Act:
    said = dict(more or {})
    if "moment" in said:
        said["moment"] = moment(said["moment"])
    if "carried" in said:
        said["carried"] = {key: carried(**place) for key, place in said["carried"].items()}
    return Act(at=moment(at), verb=verb, rung=rung, **said)


def carried(opened=None, reached=None, skipped=None, how="sealed") -> Carried:
    return Carried(moment(opened), moment(reached), moment(skipped), how)


def differences(expected: dict, standing) -> list[str]:
    found = []
    for word, said in expected.items():
        wanted = moment(said) if word in MOMENTS else said
        got = getattr(standing, MOMENTS.get(word, word))
        if got != wanted:
            found.append(f"{standing.key} {word}: {got}, not {wanted}")
    return found


@pytest.mark.parametrize(("group", "case"), CASES, ids=[f"{group}: {case['name']}" for group, case in CASES])
def test_it_stands_where_it_should(group, case):
    standings = fold(rules_of(case), known_of(case))
    assert list(standings) == [said["key"] if isinstance(said, dict) else said for said in case["rungs"]]
    wrong = [each for key, expected in case["expect"].items() for each in differences(expected, standings[key])]
    assert not wrong, "\n".join(wrong)


def test_every_case_has_its_own_name_and_asks_something():
    names = [(group, case["name"]) for group, case in CASES]
    assert len(names) >= 60
    assert sorted(names) == sorted(set(names))
    assert all(any(expected for expected in case["expect"].values()) for _, case in CASES)
