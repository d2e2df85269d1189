"""What can be laid out: what each measure counts, in a word."""

import pytest

from analytics.measures import measures_of
from milestones.models import Ladder
from onboarding.tenancy.scope import workspace_scope

COUNTED = {
    "activation_rate": "people",
    "activation_rate.account": "accounts",
    "feature_adoption": "unlockings",
    "feature_adoption.alerts": "unlockings",
    "retention_weekly.12": "people",
    "depth": "weeks with activity",
    "on_time": "steps",
    "outcomes": "goals",
    "expansion": "accounts",
    "reach.publish": "people",
}


@pytest.mark.parametrize(("key", "many"), COUNTED.items())
def test_what_is_counted_is_named(climbed, key, many):
    with workspace_scope(climbed.pk):
        found = {measure.key: measure for _, group in measures_of(Ladder.objects.get()) for measure in group}
    assert found[key].counts[1] == many
