"""The values that a message may use: words without their Markdown, and links that lead somewhere."""

import pytest

from milestones.models import Enrollment
from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from playbooks.wording.variables import values_for
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, identify

CHECKLIST = "https://cairn.example/c/x/"


@pytest.fixture
def said(client, acme):
    """What is said of the one step, as its library says more of it."""

    def said(**more):
        publish_ladder(acme, ladder(milestone("report", {"event": "Reported"}, **more)))
        Sender(client, acme).send(identify("petra"))
        with workspace_scope(acme.pk):
            enrollment = Enrollment.objects.select_related("seat__person", "seat__account", "ladder", "version").get()
            return values_for(enrollment, "report", workspace=acme, checklist=CHECKLIST, now=clock.now())["milestone"]

    return said


def test_the_authors_markdown_is_words(said):
    told = said(why="It **replaces** a number. [More](https://docs.example/)", outcome="- One page\n- _Yours_")
    assert (told["why"], told["outcome"]) == ("It replaces a number. More", "One page\nYours")


@pytest.mark.parametrize(
    ("link", "product", "way"),
    [
        ("https://docs.example/", "", "https://docs.example/"),
        ("/reports/new", "https://app.acme.example", "https://app.acme.example/reports/new"),
        ("/reports/new", "", CHECKLIST),
    ],
)
def test_a_link_leads_somewhere(said, acme, link, product, way):
    acme.product_url = product
    acme.save()
    assert said(link=link)["link"] == way


def test_a_step_without_a_link_has_none(said):
    assert "link" not in said()
