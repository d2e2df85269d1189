"""What a step has brought, in the customer's own numbers; silent where they would say too little, or mislead."""

from datetime import timedelta

import pytest

from milestones.checklist.document import document
from milestones.impact_templates import read
from milestones.ladder_files import LadderFileError
from milestones.models import Enrollment
from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, group, identify, track

DAY = timedelta(days=1)
REPORTS = {"name": "reports", "event": "Report Sent"}
LABELS = {"before": "14 days before", "after": "14 days after"}
COMPARED = {"text": "{reports_after} reports since, {reports_before} before.", "measures": [REPORTS]}


@pytest.fixture
def sent(client, acme):
    """Report days counted from the day on which Hannah set it up, thirty days ago; `and_share` says how she got there."""

    def send(*days, impact, first=-20, value=None):
        told = {"value": value} if value else {}
        publish_ladder(acme, ladder(milestone("set-up", {"event": "Set Up"}, impact=impact), **told))
        sender, start = Sender(client, acme), clock.now() - 30 * DAY
        sender.send(identify("hannah", start + first * DAY), group("hannah", "harbor", start + first * DAY))
        sender.send(track("hannah", "Set Up", start))
        for day in days:
            sender.send(track("hannah", "Report Sent", start + day * DAY, minutes=90))
        with workspace_scope(acme.pk):
            shown = document(Enrollment.objects.get(), now=clock.now())
        return shown["phases"][0]["rungs"][0]["impact"], shown["value"]

    return send


def test_before_and_after(sent):
    told, value = sent(-20, -15, -3, -1, 0, 1, 2, 13, 13.5, 15, impact=COMPARED)
    assert told == {"text": "5 reports since, 2 before.", "days": 14, "before": "2", "after": "5", "labels": LABELS}
    assert value is None


@pytest.mark.parametrize(
    ("days", "first", "impact", "why"),
    [
        ((-3, 1, 2, 3), -10, COMPARED, "she was not there for all of the days before"),
        ((-3, 1, 2, 3), -20, COMPARED | {"days": 31}, "the days after are not over"),
        ((-3, 1), -20, COMPARED, "too few to say anything"),
        ((-4, -3, -2, -1, 1, 2, 3), -20, COMPARED, "it became fewer"),
        ((-3, -2, -1, 1, 2, 3), -20, COMPARED, "nothing has changed"),
        ((), -20, COMPARED, "nothing at all"),
    ],
)
def test_it_is_silent(sent, days, first, impact, why):
    assert sent(*days, first=first, impact=impact)[0] is None, why


def test_fewer_can_be_the_gain(sent):
    fewer = {"text": "{reports_before} fell to {reports_after}", "measures": [REPORTS | {"better": "less"}]}
    assert sent(-4, -3, -2, -1, 1, impact=fewer)[0]["text"] == "4 fell to 1"


def test_the_value_so_far_is_of_the_company_and_in_hours(sent):
    hours = {"name": "hours", "event": "Report Sent", "sum": "minutes", "by": "account", "worth": 1 / 60}
    value = {"text": "{hours_total} hours saved", "measures": [hours]}
    assert sent(1, 2, 3, impact=COMPARED, value=value)[1] == "4.5 hours saved"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [("{orders_after} orders", "is not one of its measures"), ("{reports}", "is not one"), ("Well done", "shows no measure"), ("{", "is not one")],
)  # fmt: skip
def test_a_text_names_its_measures(text, wrong):
    with pytest.raises(ValueError, match=wrong):
        read({"text": text, "measures": [REPORTS]})


def test_the_value_knows_no_before():
    value = {"text": "{reports_before} before", "measures": [REPORTS]}
    with pytest.raises(LadderFileError, match="reports_total"):
        ladder(milestone("set-up", {"event": "Set Up"}), value=value)
