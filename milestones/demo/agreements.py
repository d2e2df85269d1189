"""What Northwind asks its customers at the start, what Harbor answered, and what both agreed on."""

from datetime import timedelta

from milestones.answering import answer, keep_goals, recommendation
from milestones.demo.history.cast import KEY
from milestones.goals import note_value
from milestones.models import AnswerRule, Answers, Goal, Kickoff, Ladder, Question
from onboarding import clock
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Account

QUESTIONS = (
    (
        "home-of-data",
        "Where do your numbers live today?",
        "single",
        ["A warehouse", "An ERP", "Spreadsheets"],
        [],
        True,
    ),
    (
        "who-reads",
        "Who will work with the dashboards?",
        "multiple",
        ["Dispatchers on shift", "Analysts", "Management"],
        [],
        True,
    ),
    ("report-hours", "How many hours a week go into reports?", "number", [], [], False),
    ("systems", "Which systems should start something by themselves?", "text", [], ["power_user"], False),
    ("audit-on", "When is your next access audit?", "date", [], ["administrator"], False),
)
# question, op, value, milestone, goal
RULES = (
    ("home-of-data", "is", "Spreadsheets", "retire-spreadsheet", None),
    ("who-reads", "is", "Dispatchers on shift", "open-shift-board", None),
    ("who-reads", "is", "Dispatchers on shift", "team-on-board", None),
    (
        *("report-hours", "at_least", "3", "schedule-report"),
        {"title": "Fewer hours on reports", "unit": "hours a week", "baseline": "answer", "target": 2.0},
    ),
    ("systems", "answered", "", "first-automation", None),
    ("audit-on", "answered", "", "govern-access", None),
)
FIRST = {"home-of-data": "Spreadsheets", "who-reads": ["Dispatchers on shift", "Management"], "report-hours": 11.0}
AGAIN = {"home-of-data": "A warehouse", "systems": "Our ERP, when an invoice is paid"}
DONE = "Every shift starts from the board, and Monday's numbers are on the screen before anybody asks for them."


# What the other customers want: title, unit, whether it is money, baseline, target, the values since, what it rests on.
WANTED = (
    ("Fewer hours on the Monday report", "hours a week", False, 9, 2, (6.5, 3), "As their team lead counts them."),
    (
        "Late deliveries caught before the customer calls",
        "EUR",
        True,
        0,
        4_000,
        (900, 2_600),
        "90 EUR for each, from last year's claims.",
    ),
    ("Shifts that start from the same numbers", "%", False, 20, 90, (45, 95), "Shifts of the last four weeks."),
    ("Spreadsheets in use", "", False, 14, 4, (11, 9), "Files that the team still opens each week."),
)
OTHERS = 16


def want() -> None:
    """Goals of the customers who have been here longest, each a little further or less far."""
    own, now = {"workspace_id": current_workspace_id()}, clock.now()
    accounts = (
        Account.objects.filter(is_test=False).exclude(external_id=KEY).order_by("first_seen_at", "external_id")[:OTHERS]
    )
    for place, account in enumerate(accounts):
        title, unit, is_money, baseline, target, values, assumptions = WANTED[place % len(WANTED)]
        said = {"title": title, "unit": unit, "is_money": is_money, "baseline": baseline, "target": target}
        key = "goal-" + str(place % len(WANTED) + 1)
        created = max(account.first_seen_at, now - timedelta(days=80))
        goal = Goal.objects.create(**own, account=account, key=key, **said, assumptions=assumptions, created_at=created)
        pace = (0.6, 1.0, 1.3)[place % 3]
        for ago, value in zip((30, 4), values, strict=True):
            reached = baseline + (value - baseline) * pace
            reached = min(max(reached, 0), 100) if unit == "%" else max(reached, 0)
            note_value(goal, round(reached, 1), by="Maya Okafor", at=now - timedelta(days=ago))


def agree() -> None:
    """Fill the open workspace; the account's history is there already."""
    own = {"workspace_id": current_workspace_id()}
    questions = {}
    for position, (key, text, kind, options, roles, required) in enumerate(QUESTIONS):
        said = {"text": text, "kind": kind, "options": options, "roles": roles, "required": required}
        questions[key] = Question.objects.create(**own, key=key, position=position, **said)
    for key, op, value, milestone, goal in RULES:
        AnswerRule.objects.create(**own, question=questions[key], op=op, value=value, milestone=milestone, goal=goal)
    harbor, now = Account.objects.get(external_id=KEY), clock.now()
    for said, by, by_customer, ago in ((FIRST, "Petra Brandt", True, 88), (AGAIN, "Maya Okafor", False, 9)):
        kept = answer(harbor, said, by=by, by_customer=by_customer)
        Answers.objects.filter(pk=kept.pk).update(answered_at=now - timedelta(days=ago))
    base = Ladder.objects.select_related("live").order_by("position").first()
    keep_goals(harbor, recommendation(base.live.document, kept.answers), member=harbor.manager)
    hours = Goal.objects.get(account=harbor)
    for ago, value in ((84, 11.0), (40, 7.5), (6, 4.0)):
        note_value(hours, value, by="Maya Okafor", at=now - timedelta(days=ago))
    Goal.objects.create(
        **own,
        account=harbor,
        key="minutes-back",
        title="Minutes given back by retired spreadsheets",
        unit="minutes a week",
        baseline=0,
        target=240,
        source=Goal.Source.EVENT,
        event="Spreadsheet Retired",
        property="minutes_saved",
        how=Goal.How.SUM,
        assumptions="What people say a spreadsheet took them each week.",
        created_at=now,
    )
    day = (harbor.first_seen_at + timedelta(days=30)).date()
    Kickoff.objects.create(
        **own,
        account=harbor,
        number=1,
        done=DONE,
        done_on=day,
        milestones=["connect-source", "publish-dashboard", "open-shift-board"],
        ours="Maya Okafor",
        ours_at=harbor.first_seen_at + timedelta(days=2),
        theirs="Petra Brandt",
        theirs_at=harbor.first_seen_at + timedelta(days=3),
        created_at=harbor.first_seen_at + timedelta(days=1),
    )
