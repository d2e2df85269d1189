"""What the dry run works out for everybody at once is what folding each enrollment would say, whatever the facts and rules."""

from collections import Counter

import pytest
from hypothesis import Phase, given, settings

from milestones import dry_run as trying
from milestones.criteria import EventSignal
from milestones.drafting.saving import draft_of, open_draft, replace
from milestones.dry_run import DryRun, RungEffect, dry_run
from milestones.models import Enrollment, Ladder
from milestones.rules import document_rules
from onboarding.tenancy.scope import workspace_scope
from tests.properties.pipeline import NOW, Vendor, undone
from tests.properties.test_progress_is_a_function_of_facts import COMMON
from tests.properties.worlds import worlds

QUICK, SLOW, OFTEN = 30, 300, 20
EVERYBODY = 1_000


def by_fold(draft, carry: set[str] | None) -> DryRun:
    """The dry run with the whole fold for everybody."""
    rules = document_rules(draft)
    run = DryRun(rungs={rule.key: RungEffect(rule.key, "", []) for rule in rules.rules.rungs})
    kept = {key for key in run.rungs if carry is None or key in carry}
    ids = list(Enrollment.objects.filter(ladder=draft.ladder, ended_at=None).values_list("pk", flat=True))
    trying._try_on(run, rules, kept, ids, draft, NOW)
    return run


def said(run: DryRun) -> dict:
    rungs = {
        key: (e.before, e.after, e.newly, e.lost, sorted(e.newly_named), sorted(e.lost_named))
        for key, e in run.rungs.items()
    }
    return {"affected": run.affected, **rungs}


def shapes(draft) -> set[str]:
    found = set()
    for rule in document_rules(draft).signals:
        signal = rule.signal
        window = "" if not getattr(signal, "days", None) else " of enrollment" if signal.of_enrollment else " within"
        by = signal.by if isinstance(signal, EventSignal) else signal.of
        found.add(f"{getattr(signal, 'shape', 'trait')}{window} by {by}")
    return found


def run(client, examples: int) -> Counter:
    seen = Counter()

    @settings(max_examples=examples, phases=[Phase.generate], **COMMON)
    @given(worlds())
    def it_says_what_the_fold_says(world):
        with undone():
            vendor = Vendor(client, world)
            vendor.publish()
            for batch in world.batches:
                vendor.send(batch)
            with workspace_scope(vendor.workspace.pk):
                for ladder in Ladder.objects.select_related("live").exclude(live=None):
                    for document in [v.document for v in ladder.versions.order_by("number")]:
                        open_draft(ladder, member=None)
                        replace(draft_of(ladder), document, said="Tried", member=None)
                        draft = draft_of(ladder)
                        draft.ladder = ladder
                        some = {rung["milestone"] for phase in document["phases"] for rung in phase["rungs"][::2]}
                        for carry in (None, some):
                            told = dry_run(draft, carry=carry, now=NOW, most=EVERYBODY)
                            assert said(told) == said(by_fold(draft, carry))
                            seen["newly"] += told.newly
                            seen["lost"] += told.lost
                            seen.update(shapes(draft) if told.judged else ())

    it_says_what_the_fold_says()
    return seen


def test_the_dry_run_says_what_the_fold_says(client, db):
    seen = run(client, QUICK)
    assert seen["newly"]
    assert seen["lost"]


@pytest.mark.slow
def test_it_does_for_every_shape_of_signal(client, db):
    seen = run(client, SLOW)
    print(seen)
    shaped = [f"{shape}{window}" for shape in ("count", "sum", "distinct") for window in ("", " within")]
    wanted = [
        *(f"{shape} by person" for shape in shaped),
        "count by account",
        "count of enrollment by person",
        "trait by person",
        "trait by account",
        "count by role",
        "count by people",
    ]
    assert {each: seen[each] for each in [*wanted, "newly", "lost"] if seen[each] < OFTEN} == {}
