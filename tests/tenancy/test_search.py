"""One field finds what a workspace has: by part of a name, of every floor; nothing of others, nothing that is put away."""

import pytest

from milestones.models import Ladder, Milestone
from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account
from playbooks.models import Article, ArticleText, MessageTemplate, MessageText, Nudge
from tests import cast
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, group, identify

PATH = ladder(milestone("harbor-report", {"event": "Reported"}), milestone("share", {"event": "Shared"}))


@pytest.fixture
def harbor(client, acme, alice):
    """Something of each kind has Harbor in its name."""
    sender = Sender(client, acme)
    publish_ladder(acme, PATH)
    sender.send(identify("hannah", name="Hannah Berg", email="hannah@harbor.example"))
    sender.send(group("hannah", "hb-1", name="Harbor Freight"))
    with workspace_scope(acme.pk):
        Milestone.objects.filter(key="harbor-report").update(title="Report from the harbor")
        template = MessageTemplate.objects.create(workspace=acme, key="hello", name="Hello", channel="in_app")
        MessageText.objects.create(workspace=acme, template=template, language="en", subject="Harbor news", body="x")
        Nudge.objects.create(
            workspace=acme, name="Harbor nudge", ladder=Ladder.objects.get(), trigger="opened", template=template
        )
        article = Article.objects.create(workspace=acme, key="ships", category="Ports", made_at=clock.now())
        ArticleText.objects.create(
            workspace=acme,
            article=article,
            language="en",
            is_draft=True,
            title="In the harbor",
            body="x",
            at=clock.now(),
        )
    return acme


def found(response) -> dict[str, list[str]]:
    return {each.kind.name: [hit.title for hit in each.hits] for each in response.context["found"]}


def test_everything_of_a_name(harbor, signed_in, alice):
    client = signed_in(alice)
    page = client.get("/w/acme/search/?q=HARBOR")
    assert found(page) == {
        "Accounts": ["Harbor Freight"],
        "People": ["Hannah Berg"],
        "Milestones": ["Report from the harbor"],
        "Nudges": ["Harbor nudge"],
        "Messages": ["Hello"],
        "Help articles": ["In the harbor"],
    }
    for each in page.context["found"]:
        for hit in each.hits:
            assert client.get(hit.address).status_code == 200, hit
    assert found(client.get("/w/acme/search/?q=hb-1")) == {"Accounts": ["Harbor Freight"]}
    assert found(client.get("/w/acme/search/?q=hannah@")) == {"People": ["Hannah Berg"]}
    assert found(client.get("/w/acme/search/?q=retention"))["Metrics"]


def test_as_one_types_only_what_was_found(harbor, signed_in, alice):
    part = signed_in(alice).get("/w/acme/search/?q=harb", headers={"HX-Request": "true"}).content.decode()
    assert "Harbor Freight" in part
    assert "<html" not in part


@pytest.mark.parametrize("q", ["", "%20", "%00", "x", "%25%25", "__", "'%3B--", "%3Cscript%3E", "a" * 500])
def test_what_finds_nothing(harbor, signed_in, alice, q):
    page = signed_in(alice).get(f"/w/acme/search/?q={q}")
    assert page.status_code == 200
    assert found(page) == {}
    assert "<script>" not in page.content.decode().split("Search</h1>")[-1].split("</main>")[0]


def test_many_are_shown_in_part_with_the_way_to_all(harbor, signed_in, alice):
    with workspace_scope(harbor.pk):
        now = clock.now()
        for number in range(8):
            Account.objects.create(
                workspace=harbor, external_id=f"many-{number}", name="Many", first_seen_at=now, last_seen_at=now
            )
    client = signed_in(alice)
    [accounts] = client.get("/w/acme/search/?q=many").context["found"]
    assert len(accounts.hits) == 5
    assert accounts.more == "/w/acme/accounts/?q=many"
    assert len(client.get(accounts.more).context["rows"]) == 8


def test_what_is_put_away_is_not_found(harbor, signed_in, alice):
    with workspace_scope(harbor.pk):
        Milestone.objects.update(archived_at=clock.now())
        Nudge.objects.update(archived_at=clock.now())
    assert set(found(signed_in(alice).get("/w/acme/search/?q=harbor"))) == {
        "Accounts",
        "People",
        "Messages",
        "Help articles",
    }


def test_nothing_of_others_and_nothing_for_executives(harbor, globex, signed_in):
    other = cast.user("gina@globex.example", "Gina")
    cast.member(globex, other, "owner")
    assert found(signed_in(other).get("/w/globex/search/?q=harbor")) == {}
    eve = cast.user("eve@acme.example", "Eve")
    cast.member(harbor, eve, "executive")
    client = signed_in(eve)
    assert client.get("/w/acme/search/?q=harbor").status_code in (403, 404)
    assert 'popovertarget="search"' not in client.get("/w/acme/").content.decode()
