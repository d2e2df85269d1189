"""Ways in which the product could be wrong: each is planted in the running product, and the worlds must notice it."""

import math
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

from milestones import acts, climbing, concluding, enrolling, evaluation, quorum
from onboarding.tracking import identities, intake

MUTANTS = {}


def mutant(plant):
    MUTANTS[plant.__name__] = plant
    return plant


def edit_statements(patch, old: str, new: str) -> None:
    """Change a piece of the evaluator's SQL wherever it stands; it must stand somewhere."""
    edited = {shape: sql.replace(old, new) for shape, sql in evaluation.STATEMENTS.items()}
    assert edited != evaluation.STATEMENTS, f"no statement holds {old!r}"
    patch.setattr(evaluation, "STATEMENTS", edited)


def edit_rules(patch, edit) -> None:
    """Fold with other rules than the version's."""
    fold = concluding.fold
    patch.setattr(concluding, "fold", lambda rules, known: fold(edit(rules), known))


def edit_rungs(patch, **fields) -> None:
    edit_rules(patch, lambda rules: replace(rules, rungs=tuple(replace(rung, **fields) for rung in rules.rungs)))


def forget_acts(patch, *verbs: str) -> None:
    """Read no acts of these verbs."""
    read = acts.read

    def forgetful(people):
        return {who: [told for told in all_told if told[2].verb not in verbs] for who, all_told in read(people).items()}

    patch.setattr(acts, "read", forgetful)


@mutant
def one_event_fewer_is_enough(patch):
    edit_statements(patch, "offset (c.threshold - 1)::int", "offset greatest(c.threshold - 2, 0)::int")


@mutant
def a_sliding_window_is_open_at_its_start(patch):
    edit_statements(patch, ">= e.occurred_at - c.width", "> e.occurred_at - c.width")


@mutant
def a_sliding_window_never_slides(patch):
    edit_statements(patch, "c.width", "interval '9999 days'")


@mutant
def a_window_of_enrollment_is_open_at_its_end(patch):
    edit_statements(patch, "e.occurred_at <= c.until", "e.occurred_at < c.until")


@mutant
def arrival_decides_the_order(patch):
    edit_statements(patch, f"order by {evaluation.ORDER}", "order by e.id")


@mutant
def events_of_other_accounts_count(patch):
    edit_statements(patch, "(e.account_id = c.account or", "(true or")


@mutant
def browser_events_count_everywhere(patch):
    edit_statements(patch, "(e.trusted or not c.trusted)", "true")


@mutant
def negative_amounts_count(patch):
    edit_statements(patch, "greatest((v #>> '{}')::numeric, 0)", "(v #>> '{}')::numeric")


@mutant
def conditions_are_not_looked_at(patch):
    edit_statements(patch, "jsonb_path_match(e.properties, c.present, c.variables, true)", "true")


@mutant
def repeats_are_new_events(patch):
    patch.setattr(intake.Claim, "settle", lambda claim: ({(source, message) for source, message, _ in claim.keys}, {}))


@mutant
def late_events_are_ignored(patch):
    follow = concluding.conclude

    def only_news(news, **rest):
        known = set(concluding.Hit.objects.filter(enrollment__in=list(news)).values_list("enrollment_id", flat=True))
        return follow({pk: each for pk, each in news.items() if pk not in known}, **rest)

    patch.setattr("milestones.draining.conclude", only_news)


@mutant
def a_share_is_rounded_down(patch):
    patch.setattr(quorum, "math", SimpleNamespace(ceil=math.floor))


@mutant
def everybody_counts_as_present(patch):
    patch.setattr(quorum.SeatSpan, "is_present", lambda seat, at: True)


@mutant
def prerequisites_are_ignored(patch):
    edit_rungs(patch, requires=())


@mutant
def tracks_are_ignored(patch):
    edit_rungs(patch, tracks=frozenset())


@mutant
def one_more_at_once(patch):
    edit_rules(patch, lambda rules: replace(rules, at_once=rules.at_once and rules.at_once + 1))


@mutant
def spacing_is_forgotten(patch):
    edit_rules(patch, lambda rules: replace(rules, spacing=timedelta(0)))


@mutant
def per_day_is_forgotten(patch):
    edit_rules(patch, lambda rules: replace(rules, per_day=None))


@mutant
def reopening_is_ignored(patch):
    forget_acts(patch, "reopened")


@mutant
def pauses_are_ignored(patch):
    forget_acts(patch, "paused", "resumed")


@mutant
def extensions_are_ignored(patch):
    forget_acts(patch, "extended")


@mutant
def a_managers_word_is_ignored(patch):
    forget_acts(patch, "confirmed")


@mutant
def a_skip_meets_a_milestone(patch):
    still_reached = climbing._Climb._still_reached
    patch.setattr(
        climbing._Climb, "_still_reached", lambda self, key, start: still_reached(self, key, start) or self.done[key]
    )


@mutant
def anonymous_activity_stays_anonymous(patch):
    patch.setattr(identities, "give_events", lambda **who: None)


@mutant
def business_days_are_days(patch):
    edit_rungs(patch, due_business=False)


@mutant
def whoever_may_come_once_comes_again(patch):
    patch.setattr(enrolling, "_once", lambda versions: frozenset())
