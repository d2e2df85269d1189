"""The help centre from the draft to the reader: what is published alone is read, found by its words, linked from its steps."""

from xml.etree import ElementTree

import pytest

from milestones.checklist.document import document
from milestones.models import Enrollment, StepArticle
from onboarding import clock
from onboarding.tenancy.models import AuditEntry, Member, Workspace
from onboarding.tenancy.scope import workspace_scope
from playbooks.help.articles import helped, keep_draft, live_text, publish, published, search, withdraw
from playbooks.help.drawing import article_html
from playbooks.models import Article, ArticleText, ArticleVote
from tests import cast
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, identify


def write(workspace, key="connect", language="en", *, live=True, milestones=("report",), **said):
    """An article of the workspace, published unless said otherwise."""
    words = {
        "title": "Connect a source",
        "summary": "What you need first",
        "body": "Ask for a **read-only** account.",
    } | said
    with workspace_scope(workspace.pk):
        own = {"made_at": clock.now(), "milestones": list(milestones)}
        article, _ = Article.objects.get_or_create(workspace=workspace, key=key, defaults=own)
        member = Member.objects.order_by("pk").first()
        keep_draft(article, language, said=words, member=member)
        if live:
            publish(article, language, member=member)
    return article


@pytest.fixture
def shown(acme):
    Workspace.objects.filter(pk=acme.pk).update(shows_help=True, languages=["en", "de"])
    acme.refresh_from_db()
    return acme


@pytest.fixture
def place(shown):
    return f"/h/{shown.public_id}/"


def test_a_draft_is_the_team_s_until_it_is_published(shown, place, client):
    article = write(shown, live=False)
    assert client.get(f"{place}connect/").status_code == 404
    assert "Connect a source" not in client.get(place).content.decode()
    with workspace_scope(shown.pk):
        assert publish(article, "en", member=Member.objects.first())
        assert not publish(article, "en", member=Member.objects.first()), "nothing is new"
    assert "<strong>read-only</strong>" in client.get(f"{place}connect/").content.decode()
    write(shown, live=False, title="Connect another way")
    page = client.get(f"{place}connect/").content.decode()
    assert "Connect a source" in page
    assert "another way" not in page, "what is being written is not read"
    with workspace_scope(shown.pk):
        publish(article, "en", member=Member.objects.first())
        assert ArticleText.objects.count() == 1
    assert "another way" in client.get(f"{place}connect/").content.decode()


def test_closed_it_is_nobody_s(acme, client):
    write(acme)
    for path in ("", "connect/", "sitemap.xml", "?q=source"):
        assert client.get(f"/h/{acme.public_id}/{path}").status_code == 404
    assert client.get("/h/ws_nobody/").status_code == 404


def test_another_vendor_s_articles_are_not_there(shown, globex, place, client):
    write(globex, key="secret", title="How Globex does it")
    Workspace.objects.filter(pk=globex.pk).update(shows_help=True)
    assert client.get(f"{place}secret/").status_code == 404
    assert "How Globex" not in client.get(f"{place}?q=does").content.decode()
    assert client.get(f"/h/{globex.public_id}/secret/").status_code == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("source", ["connect"]),
        ("sources", ["connect"]),  # stemmed
        ("read-only account", ["connect"]),
        ('"only account"', ["connect"]),
        ("dashboard", ["share", "connect"]),  # in the title before in the text
        ("dashboard -colleagues", ["connect"]),
        ("nothing of that", []),
        ("'); drop table", []),
        ("& | ! <->", []),
    ],
)
def test_it_is_found_by_its_words(shown, query, found):
    write(shown, body="Ask for a read-only account. The dashboard comes later.")
    write(shown, "share", title="Share a dashboard", summary="", body="With colleagues.")
    with workspace_scope(shown.pk):
        assert [text.article.key for text in search(query, "en")] == found


def test_each_in_their_language_else_in_the_usual_one(shown, place, client):
    write(shown)
    write(shown, language="de", title="Eine Quelle verbinden", body="Fragen Sie nach Quellen, die man nur liest.")
    write(shown, "share", title="Share it")
    assert "Eine Quelle verbinden" in client.get(place, headers={"accept-language": "de-AT,en"}).content.decode()
    german = client.get(f"{place}?language=de").content.decode()
    assert "Eine Quelle verbinden" in german
    assert "Share it" in german, "there is none in German"
    with workspace_scope(shown.pk):
        assert [text.article.key for text in search("quelle", "de")] == ["connect"], "stemmed as German"
        assert live_text("share", "de", ["en"]).language == "en"
        assert [text.language for text in published("de", ["en"])] == ["de", "en"]
    page = client.get(f"{place}connect/?language=de").content.decode()
    assert 'rel="canonical"' in page
    assert 'href="?language=en"' in page


def test_no_text_does_anything(shown, place, client):
    nasty = "<script>alert(1)</script>\n\n# Big\n\n![x](https://a.example/x.png)\n\n[go](javascript:alert(1)) [ok](https://b.example) <img src=x onerror=alert(1)>"
    drawn = article_html(nasty)
    assert "<script" not in drawn
    assert "<img" not in drawn
    assert "javascript:" not in drawn.replace("(javascript:alert(1))", "")
    assert "<h2>Big</h2>" in drawn
    assert 'href="https://b.example"' in drawn
    write(shown, title="<b>Bold</b>", summary='"><script>', body=nasty)
    page = client.get(f"{place}connect/").content.decode()
    assert "<script>alert" not in page
    assert "<b>Bold</b>" not in page
    assert "<script>" not in client.get(f"{place}?q=%22%3E%3Cscript%3E").content.decode().replace("<script src", "")


def test_did_it_help_is_counted_and_bounded(shown, place, client, settings, monkeypatch):
    article, ours = write(shown), {"origin": settings.CAIRN_BASE_URL}
    answer = client.post(f"{place}connect/vote/", {"helped": "no", "text": "Which port?"}, headers=ours)
    assert answer.status_code == 302
    assert "Thank you" in client.get(answer["Location"].split("#")[0]).content.decode()
    client.post(f"{place}connect/vote/", {"helped": "yes"}, headers=ours)
    assert client.post(f"{place}connect/vote/", {"helped": "perhaps"}, headers=ours).status_code == 404
    assert (
        client.post(f"{place}connect/vote/", {"helped": "yes"}, headers={"origin": "https://evil.example"}).status_code
        == 403
    )
    with workspace_scope(shown.pk):
        assert (helped([article.pk])[article.pk].yes, helped([article.pk])[article.pk].all) == (1, 2)
        assert ArticleVote.objects.exclude(text="").get().text == "Which port?"
    monkeypatch.setattr("playbooks.help.public.VOTES_A_MINUTE", 0)
    client.post(f"{place}connect/vote/", {"helped": "yes"}, headers=ours)
    with workspace_scope(shown.pk):
        assert ArticleVote.objects.count() == 2


def test_search_engines_find_every_published_text(shown, place, client):
    write(shown)
    write(shown, language="de", title="Verbinden")
    write(shown, "draft", live=False)
    answer = client.get(f"{place}sitemap.xml")
    places = [
        each.text
        for each in ElementTree.fromstring(answer.content).iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")
    ]
    assert len(places) == 3
    assert sum("connect" in each for each in places) == 2
    assert not any("draft" in each for each in places)
    assert "X-Robots-Tag" not in client.get(f"{place}connect/")


def test_it_is_linked_from_its_step_at_once_and_gone_at_once(shown, client, token):
    publish_ladder(shown, ladder(milestone("report", {"event": "Reported"}), milestone("share", {"event": "Shared"})))
    Sender(client, shown).send(identify("hannah", name="Hannah"))
    headers = {"Authorization": token("hannah")["HTTP_AUTHORIZATION"]}

    def helps() -> dict:
        answer = client.get("/widget/v1/checklist", headers=headers).json()
        return {
            rung["key"]: [each["title"] for each in rung["help"]]
            for phase in answer["phases"]
            for rung in phase["rungs"]
        }

    assert helps() == {"report": [], "share": []}
    article = write(shown)
    assert helps() == {"report": ["Connect a source"], "share": []}
    told = client.get("/widget/v1/articles/connect", headers=headers).json()
    assert told["text"] == "Ask for a read-only account.", "words alone, no HTML"
    assert told["url"].endswith(f"/h/{shown.public_id}/connect/?language=en")
    assert client.get("/widget/v1/articles/unknown", headers=headers).status_code == 404
    with workspace_scope(shown.pk):
        shown_now = document(Enrollment.objects.get(), now=clock.now())
        assert shown_now["phases"][0]["rungs"][0]["help"][0]["key"] == "connect"
        withdraw(article, "en", member=Member.objects.first())
        assert not StepArticle.objects.exists()
    assert helps() == {"report": [], "share": []}
    assert client.get("/widget/v1/articles/connect", headers=headers).status_code == 404


def test_written_placed_published_and_removed_in_the_studio(shown, signed_in, alice):
    publish_ladder(shown, ladder(milestone("report", {"event": "Reported"})))
    client = signed_in(alice)
    assert client.post("/w/acme/help/", {"title": "First steps", "milestone": "report"})["Location"].endswith(
        "/help/first-steps/"
    )
    page = "/w/acme/help/first-steps/"
    refused = client.post(page, {"title": "", "body": "kept"})
    assert "Give the article a title." in refused.content.decode()
    assert "kept" in refused.content.decode(), "nothing typed is lost"
    seen = client.get(page).context["form"]["seen"].value()
    client.post(page, {"title": "First steps", "body": "Begin.", "do": "publish", "seen": seen})
    with workspace_scope(shown.pk):
        assert live_text("first-steps", "en", []).body == "Begin."
        assert StepArticle.objects.get().milestone == "report"
        assert AuditEntry.objects.filter(verb="published the article").exists()
    late = client.post(page, {"title": "First steps", "body": "Mine.", "seen": seen})
    assert "Somebody else has saved this" in late.content.decode()
    client.post(f"{page}place/", {"category": "Start", "milestones": []})
    with workspace_scope(shown.pk):
        assert not StepArticle.objects.exists()
    client.post(f"{page}remove/")
    assert client.get(page).status_code == 404


def test_only_an_admin_opens_it(acme, signed_in, alice):
    manager = cast.user("mia@acme.example", "Mia")
    cast.member(acme, manager, "manager")
    assert signed_in(manager).get("/w/acme/help/").status_code == 200
    assert signed_in(manager).post("/w/acme/help/open/", {"open": "1"}).status_code == 403
    acme.refresh_from_db()
    assert not acme.shows_help
    signed_in(alice).post("/w/acme/help/open/", {"open": "1"})
    acme.refresh_from_db()
    assert acme.shows_help


def test_no_title_takes_the_address_of_something_else(shown, signed_in, alice, client):
    for title in ("Open", "Changes", "New"):
        address = signed_in(alice).post("/w/acme/help/", {"title": title})["Location"]
        assert client.get(address).status_code == 200
        with workspace_scope(shown.pk):
            article = Article.objects.order_by("-pk").first()
            keep_draft(article, "en", said={"title": title, "summary": "", "body": "x"}, member=Member.objects.first())
            publish(article, "en", member=Member.objects.first())
        assert client.get(f"/h/{shown.public_id}/{article.key}/").context["text"].title == title


def test_odd_addresses_are_not_found(shown, place, client):
    assert client.get(f"{place}%00/").status_code == 404
    assert client.get(f"{place}?q=%00").status_code == 200
