"""The demo's playbook: what the vendor's team has learned about its steps."""

from datetime import timedelta

from onboarding import clock
from onboarding.tenancy.models import Access, Member, Workspace
from onboarding.tenancy.notifications import notify
from playbooks.models import Edition, Play, Remark, Review

# key: (age of each edition in days, what it said), the latest last
PLAYS = {
    ("step", "publish-dashboard"): [
        (
            190,
            {
                "purpose": "A new person has data in Northwind but no reason to return. One dashboard of their own gives them that reason.",
                "actions": ["Starts from an empty page", "Adds a chart and presses Publish"],
                "risks": [
                    {
                        "risk": "The empty page freezes them",
                        "sign": "Created, then no edit for 2 days",
                        "answer": "Offer 20 minutes together",
                    }
                ],
                "success": "Three in five reach it within 30 days.",
                "why": "",
            },
        ),
        (
            120,
            {
                "purpose": "A new person has data in Northwind but no reason to return. One dashboard of their own gives them that reason: it replaces a number they chase every morning.",
                "actions": [
                    "Picks three numbers they check every morning",
                    "Starts from a template or an empty page",
                    "Presses Publish: a draft does not count",
                ],
                "risks": [
                    {
                        "risk": "The empty page freezes them",
                        "sign": "Created, then no edit for 2 days",
                        "answer": "Send the template nudge. Offer 20 minutes together.",
                    },
                    {
                        "risk": "The data looks wrong",
                        "sign": "A chart is deleted within a minute",
                        "answer": "Check the source mapping with the administrator first",
                    },
                ],
                "success": "Three in five reach it within 30 days, half of them within ten.",
                "why": "Asks for three numbers at kickoff: pages without them were not opened again.",
            },
        ),
        (
            40,
            {
                "purpose": "A new person has data in Northwind but no reason to return. One dashboard of their own gives them that reason: it replaces a number they chase every morning.\n\nFor the customer, this is where the goals of the kickoff become visible. For us, it is the step that best goes with staying.",
                "actions": [
                    "Picks three numbers they check every morning. Ask for them at kickoff, and write them into the plan.",
                    "Starts from a template or an empty page. There are templates for freight, care, retail and utilities.",
                    "Presses Publish. A draft does not count: somebody else has to be able to read it.",
                ],
                "risks": [
                    {
                        "risk": "The empty page freezes them",
                        "sign": "Created, then no edit for 2 days",
                        "answer": "Send the template nudge. Offer 20 minutes together.",
                    },
                    {
                        "risk": "The data looks wrong",
                        "sign": "A chart is deleted within a minute of being added",
                        "answer": "Check the source mapping with the administrator first.",
                    },
                    {
                        "risk": "They build it for us, not for work",
                        "sign": "Published, then not opened again in 7 days",
                        "answer": "Ask which meeting it belongs to. Rebuild it around that.",
                    },
                ],
                "success": "Three in five reach it within **30 days**, half of them within ten; seven in ten open it again in the week after.",
                "why": "A third risk, from the reviews of June.",
            },
        ),
    ],
    ("step", "connect-source"): [
        (
            100,
            {
                "purpose": "Nothing can be seen before data is in. It is the administrator's step, and everybody else waits for it.",
                "actions": ["Has the credentials of the source at hand", "Chooses what is synchronised, and how often"],
                "risks": [
                    {
                        "risk": "Nobody has the credentials",
                        "sign": "The page was opened twice, and nothing was saved",
                        "answer": "Send the list for their IT before the kickoff, not after it.",
                    }
                ],
                "success": "Connected by day 5 in four of five accounts.",
                "why": "",
            },
        )
    ],
    ("step", "share-dashboard"): [
        (
            75,
            {
                "purpose": "A page that three people read is a page that stays. Alone, it is a screenshot in a mail.",
                "actions": [
                    "Names three colleagues who ask for this number",
                    "Sends them the page, not a picture of it",
                ],
                "risks": [
                    {
                        "risk": "They send screenshots",
                        "sign": "Exports as PNG, no shares",
                        "answer": "Show the live link in their own chat.",
                    }
                ],
                "success": "Half of those who publish share within two weeks.",
                "why": "",
            },
        )
    ],
}
WORDS = (
    ("Care customers say “board”, not “dashboard”. Worth a variant.", 26),
    ("The 5 minutes hold for freight only. Retail needs 12, they told me twice this month.", 9),
)


def write_plays(workspace: Workspace) -> None:
    """Editions with their history, an owner each, words of colleagues, and a review that is due."""
    now = clock.now()
    today = now.astimezone(workspace.zone).date()
    team = list(Member.objects.filter(access=Access.MANAGER).select_related("user").order_by("pk"))
    for place, ((_, key), editions) in enumerate(PLAYS.items()):
        owner = team[place % len(team)]
        age = editions[-1][0]
        play = Play.objects.create(
            workspace=workspace, milestone=key, owner=owner, review_on=today + timedelta(days=90 - age)
        )
        for number, (days, said) in enumerate(editions, start=1):
            made = {"made_at": now - timedelta(days=days), "made_by": team[(place + number) % len(team)]}
            Edition.objects.create(workspace=workspace, play=play, number=number, **said, **made)
        if place == 0:
            _say(workspace, play, team, now)


def _say(workspace: Workspace, play: Play, team: list[Member], now) -> None:
    for place, (text, days) in enumerate(WORDS, start=1):
        by = team[place % len(team)]
        Remark.objects.create(workspace=workspace, play=play, text=text, made_at=now - timedelta(days=days), made_by=by)
        notify(
            play.owner,
            f"{by.user} about “Publish your first dashboard”: {text}",
            f"/w/{workspace.slug}/playbook/step/{play.milestone}/",
        )
    seen = {"edition": 2, "outcome": Review.Outcome.CHANGED, "text": "Two calls in June had the third risk."}
    Review.objects.create(workspace=workspace, play=play, made_at=now - timedelta(days=41), made_by=team[0], **seen)
