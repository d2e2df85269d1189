"""What Northwind's people get to, step by step: each deed sends the events that a rung looks for, and near misses too."""

from milestones.demo.history.people import Step
from milestones.demo.history.visits import Visit

SOURCES = ("warehouse", "erp", "spreadsheet", "crm", "telematics")
AUDIENCES = ("team", "team", "management", "customers")

FIRST_VALUE = {
    "administrator": (
        Step("connect_source", 0.9, 1.3),
        Step("set_access_rule", 0.8, 4),
        Step("sign_review", 0.75, 4),
    ),
    "power_user": (
        Step("use_source", 0.86, 1.6),
        Step("publish_dashboard", 0.88, 2),
        Step("share_dashboard", 0.92, 1.8),
        Step("share_dashboard", 0.88, 2),
        Step("share_dashboard", 0.86, 2.2),
        Step("set_alert", 0.82, 2.5),
        Step("schedule_report", 0.78, 2.5),
        Step("retire_spreadsheet", 0.7, 3),
        Step("retire_spreadsheet", 0.75, 3),
    ),
    "operator": (Step("start_from_board", 0.88, 1.4), Step("take_alerts", 0.72, 3)),
}
FURTHER = {
    "administrator": (
        Step("open_integrations", 0.62, 5),
        Step("take_tour", 0.85, 1.5),
        Step("turn_on_two_steps", 0.8, 1.5),
        Step("enforce_single_sign_on", 0.6, 4),
        Step("connect_another_source", 0.62, 3),
        Step("call_api", 0.55, 4),
        Step("review_ownership", 0.4, 5),
        Step("pass_test", 0.4, 5),
    ),
    "power_user": (
        Step("open_integrations", 0.55, 5),
        Step("take_tour", 0.85, 1.5),
        Step("turn_on_two_steps", 0.75, 2),
        Step("build_automation", 0.8, 2),
        Step("build_automation", 0.6, 4),
        Step("share_automation", 0.55, 4),
        Step("pass_test", 0.3, 5),
    ),
    "operator": (
        Step("follow_line", 0.86, 1.5),
        Step("write_notes", 0.8, 1.8),
        Step("close_checks", 0.75, 2),
        Step("review_incident", 0.6, 5),
        Step("review_incident", 0.6, 4),
    ),
}


def connect_source(visit: Visit) -> bool:
    visit.opens("Sources", "/sources")
    if visit.rng.random() < 0.2:
        visit.does("Data Source Failed", kind="erp", reason="credentials")
    visit.does("Data Source Connected", kind=visit.rng.choice(SOURCES[:2]), tables=visit.rng.randrange(3, 40))
    visit.company.source_connected = True
    return True


def use_source(visit: Visit) -> bool:
    """A power user needs data: the company's, once the administrator has connected it, or a spreadsheet of one's own."""
    if not visit.company.source_connected and visit.rng.random() < 0.6:
        return False
    visit.opens("Sources", "/sources")
    visit.does("Data Source Connected", kind="spreadsheet", tables=1)
    return True


def connect_another_source(visit: Visit) -> bool:
    visit.does("Data Source Connected", kind=visit.rng.choice(SOURCES[3:]), tables=visit.rng.randrange(2, 12))
    return True


def set_access_rule(visit: Visit) -> bool:
    visit.opens("Access", "/settings/access")
    visit.does("Access Rule Set", scope=visit.rng.choice(("team", "site", "column")))
    return True


def sign_review(visit: Visit) -> bool:
    if visit.rng.random() < 0.3:
        visit.does("Access Review Signed", verdict="questions", questions=visit.rng.randrange(1, 5))
        return False
    visit.does("Access Review Signed", verdict="agreed")
    return True


def publish_dashboard(visit: Visit) -> bool:
    visit.opens("New dashboard", "/dashboards/new")
    visit.does("Dashboard Created", template=visit.company.industry)
    if visit.rng.random() < 0.15:
        visit.does("Dashboard Published", charts=0)  # an empty page: it does not count
        return False
    visit.passes(240_000, 1_500_000)
    visit.does("Dashboard Published", charts=visit.rng.randrange(1, 9))
    return True


def share_dashboard(visit: Visit) -> bool:
    if visit.rng.random() < 0.12:
        visit.does("Dashboard Shared", recipient=visit.person.id, audience="self")
        return False
    visit.does("Dashboard Shared", recipient=visit.colleague(), audience=visit.rng.choice(AUDIENCES))
    visit.person.does.add("shares")
    return True


def set_alert(visit: Visit) -> bool:
    visit.does("Alert Set", metric=visit.rng.choice(("late trucks", "stock", "queue", "margin")), limit=20)
    visit.person.does.add("alerts")
    return True


def schedule_report(visit: Visit) -> bool:
    rhythm = visit.rng.choices(("weekly", "daily", "monthly"), (6, 2, 1))[0]
    visit.does("Report Scheduled", frequency=rhythm, readers=visit.rng.randrange(1, 14))
    return rhythm != "monthly"


def retire_spreadsheet(visit: Visit) -> bool:
    visit.does("Spreadsheet Retired", minutes_saved=visit.rng.choice((15, 20, 25, 30, 45, 60)))
    return True


def start_from_board(visit: Visit) -> bool:
    visit.person.does.add("board")
    return True


def take_alerts(visit: Visit) -> bool:
    visit.person.does.add("alerts")
    return True


def open_integrations(visit: Visit) -> bool:
    visit.opens("Integrations", "/integrations")
    visit.does("Integrations Opened", section=visit.rng.choices(("automation", "api", "gallery"), (6, 3, 1))[0])
    return True


def take_tour(visit: Visit) -> bool:
    if visit.rng.random() < 0.5:
        visit.does("Automation Previewed", template="morning figures")
    else:
        visit.does("Help Article Opened", slug="your-first-automation", tags=["automation", "start"])
    return True


def turn_on_two_steps(visit: Visit) -> bool:
    visit.tells(two_step_sign_in=True)
    return True


def enforce_single_sign_on(visit: Visit) -> bool:
    if visit.company.plan not in ("pro", "enterprise"):
        return False
    visit.tells_of_account(sso="optional")
    visit.passes(1_200_000, 3_600_000)
    visit.tells_of_account(sso="enforced")
    return True


def call_api(visit: Visit) -> bool:
    client = {"name": "playground", "version": "2"}
    visit.does("API Called", client=client, path="/v2/metrics", status=200, ms=visit.rng.randrange(20, 200))
    visit.company.calls_left = 60
    return True


def review_ownership(visit: Visit) -> bool:
    left = visit.rng.choice((0, 0, 1, 3))
    when = {"postponed_to": "next month"} if left == 3 else {}
    visit.does("Ownership Review Held", open_questions=left, **when)
    return left == 0


def pass_test(visit: Visit) -> bool:
    score = visit.rng.randrange(62, 100)
    visit.tells(builder_score=score)
    return score >= 80


def build_automation(visit: Visit) -> bool:
    visit.does("Automation Created", template=visit.rng.choice(("morning figures", "order draft", "stock check")))
    visit.does("Automation Run", trigger="test", outcome=visit.rng.choice(("success", "error")), minutes_saved=0)
    visit.person.automations += 1
    return True


def share_automation(visit: Visit) -> bool:
    if visit.rng.random() < 0.25:
        visit.does("Automation Shared", link="copied")
        return False
    visit.does("Automation Shared", team=visit.rng.choice(("purchasing", "dispatch", "finance", "night shift")))
    return True


def follow_line(visit: Visit) -> bool:
    code = visit.rng.choice(("L-1", "L-2", "L-4", "L-7", "ALL"))
    visit.does("Line Followed", line={"code": code, "site": visit.rng.choice(("north", "south"))})
    return code != "ALL"


def write_notes(visit: Visit) -> bool:
    visit.person.does.add("notes")
    return True


def close_checks(visit: Visit) -> bool:
    visit.person.does.add("checks")
    return True


def review_incident(visit: Visit) -> bool:
    cause = visit.rng.choice(("wear", "setting", "supply", "unknown", "other"))
    visit.does("Incident Reviewed", cause=cause, tags=["five-whys"] if visit.rng.random() < 0.7 else ["short"])
    return True


DEEDS = {
    name: deed for name, deed in globals().items() if callable(deed) and getattr(deed, "__module__", "") == __name__
}
