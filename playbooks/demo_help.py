"""The demo's help centre: articles that customers of the vendor would really read, in two languages, and what they said of them."""

import random
from datetime import timedelta

from milestones.checklist.stored import forget_all
from milestones.models import Milestone
from onboarding import clock
from onboarding.tenancy.models import Access, Member, Workspace
from playbooks.help.articles import keep_draft, publish
from playbooks.models import Article, ArticleText, ArticleVote

ARTICLES = {
    "connect-your-first-data-source": {
        "category": "Getting your data in",
        "milestones": ["connect-source"],
        "en": (
            "Connect your first data source",
            "What you need before you begin, and what to do when the connection is refused.",
            "You need the address of the database, and an account that may **only read**. Ask whoever runs it; it takes them a minute.\n\n"
            "## Step by step\n\n1. Open *Data*, then *Add a source*.\n2. Choose the kind of system.\n3. Paste the address and the read-only account.\n4. Press *Test*. A green mark means that we could read one row.\n\n"
            "## When it is refused\n\n| What you see | What it usually is |\n| --- | --- |\n| Timed out | Our addresses are not let in yet |\n| Access denied | The account may not read that table |\n| No rows | The table is empty, or you are in the test system |\n\n"
            "Nothing is copied before you choose the tables.",
        ),
        "de": (
            "Die erste Datenquelle verbinden",
            "Was Sie vorher brauchen, und was hilft, wenn die Verbindung abgelehnt wird.",
            "Sie brauchen die Adresse der Datenbank und ein Konto, das **nur lesen** darf.\n\n## Schritt für Schritt\n\n1. Öffnen Sie *Daten*, dann *Quelle hinzufügen*.\n2. Wählen Sie die Art des Systems.\n3. Fügen Sie Adresse und Lesekonto ein.\n4. Drücken Sie *Testen*.\n\nNichts wird kopiert, bevor Sie Tabellen gewählt haben.",
        ),
        "votes": (23, 4, ("The table of refusals saved my day.",), ("Where do I find your addresses?",)),
    },
    "publish-a-dashboard-people-open-twice": {
        "category": "Dashboards",
        "milestones": ["publish-dashboard"],
        "en": (
            "Publish a dashboard that people open twice",
            "Three numbers, one question, and a name that says what it answers.",
            "A dashboard that shows everything is opened once. Begin with **one question** that somebody asks every week.\n\n"
            "## Three numbers\n\n- the one that tells whether it goes well\n- the one that tells why\n- the one that somebody can change today\n\n"
            "## A name that answers\n\n*Late trucks today* is opened; *Logistics overview 2* is not.\n\nPress *Publish* when the three are there. You can add to it any time; those who have it see the new version at once.",
        ),
        "de": (
            "Eine Übersicht, die zweimal geöffnet wird",
            "Drei Zahlen, eine Frage, und ein Name, der sagt, was sie beantwortet.",
            "Beginnen Sie mit **einer Frage**, die jede Woche jemand stellt.\n\n## Drei Zahlen\n\n- eine, die sagt, ob es gut läuft\n- eine, die sagt, warum\n- eine, an der heute jemand etwas ändern kann\n\nDrücken Sie *Veröffentlichen*, sobald die drei da sind.",
        ),
        "votes": (41, 3, ("Short and true.",), ()),
    },
    "invite-your-team": {
        "category": "People",
        "milestones": ["invite-team"],
        "en": (
            "Invite your team without a meeting",
            "A link per role, and what each of them sees first.",
            "Open *People*, press *Invite*, and choose a **role** before the names: it decides what somebody sees first.\n\n- Administrators see sources and rights.\n- Power users see the editor.\n- Operators see the board of their shift.\n\nInvitations work for seven days. Who did not come gets one reminder, and no more.",
        ),
        "votes": (12, 5, (), ("We needed single sign-on first.", "Can I change a role later?")),
    },
    "share-with-somebody-outside": {
        "category": "Dashboards",
        "milestones": ["share-dashboard"],
        "en": (
            "Share with three colleagues, or with somebody outside",
            "Who can see what, and how to take it back.",
            "Press *Share* on the dashboard. A colleague needs only a name; somebody outside gets a link with an end.\n\n## Taking it back\n\nOpen *Share* again: everybody who can see it stands there, with a button to take it back. It works at once.",
        ),
        "votes": (9, 1, (), ()),
    },
    "alerts-that-people-act-on": {
        "category": "Alerts",
        "milestones": ["act-on-alert"],
        "en": (
            "Alerts that people act on",
            "One condition, one person, half an hour.",
            "An alert that goes to everybody is nobody's. Name **one person** and what they should do.\n\n1. Choose the number and the limit.\n2. Name who acts.\n3. Write the first step into the text of the alert.\n\nIf an alert was wrong three times, raise its limit: people stop reading.",
        ),
        "votes": (6, 6, (), ("Tells me what, not how.",)),
    },
}
DRAFT = (
    "Retire a spreadsheet for good",
    "How to find the one that hurts most, and to let go of it.",
    "Begin with the spreadsheet that somebody copies numbers into by hand.\n\n(To be written: the checklist of Harbor's operations team.)",
)


def write_help(workspace: Workspace) -> None:
    """To be called inside the workspace's scope."""
    member, now, chance = (
        Member.objects.filter(access=Access.MANAGER).order_by("pk").first(),
        clock.now(),
        random.Random(1),
    )
    known = set(Milestone.objects.values_list("key", flat=True))
    for place, (key, said) in enumerate(ARTICLES.items()):
        milestones = [each for each in said["milestones"] if each in known]
        own = {"workspace": workspace, "made_at": now - timedelta(days=60 - 5 * place), "made_by": member}
        article = Article.objects.create(key=key, category=said["category"], milestones=milestones, **own)
        for language in ("en", "de"):
            if language in said and language in workspace.languages:
                title, summary, body = said[language]
                keep_draft(article, language, said={"title": title, "summary": summary, "body": body}, member=member)
                publish(article, language, member=member)
        ArticleText.objects.filter(article=article).update(at=now - timedelta(days=50 - 5 * place))
        yes, no, praise, wishes = said["votes"]
        words = {True: list(praise), False: list(wishes)}
        votes = [True] * yes + [False] * no
        chance.shuffle(votes)
        ArticleVote.objects.bulk_create(
            ArticleVote(
                workspace=workspace,
                article=article,
                language="en",
                helped=helped,
                text=left.pop(0) if (left := words[helped]) else "",
                at=now - timedelta(hours=5 + 23 * number),
            )
            for number, helped in enumerate(votes)
        )
    draft = Article.objects.create(
        workspace=workspace, key="retire-a-spreadsheet", category="Dashboards", made_at=now, made_by=member
    )
    draft.milestones = [each for each in ("retire-spreadsheet",) if each in known]
    draft.save(update_fields=["milestones"])
    title, summary, body = DRAFT
    keep_draft(draft, "en", said={"title": title, "summary": summary, "body": body}, member=member)
    Workspace.objects.filter(pk=workspace.pk).update(shows_help=True)
    forget_all()
