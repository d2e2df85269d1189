"""What Northwind's people do on an ordinary visit, beside the steps they take."""

from milestones.demo.history.days import HOUR
from milestones.demo.history.people import Person
from milestones.demo.history.visits import Visit

BOARDS = ("dispatch", "line 1", "line 2", "ward", "kitchen", "front desk")
PAGES = (("Home", "/"), ("Dashboards", "/dashboards"), ("Reports", "/reports"), ("Alerts", "/alerts"))


def ordinary_use(visit: Visit) -> None:
    """At the desk: a sign-in, some pages, a handful of looks and filters."""
    rng = visit.rng
    visit.does("Signed In", method="password" if rng.random() < 0.7 else "single sign-on")
    visit.opens(*PAGES[int(rng.random() * 4)])
    for _ in range(1 + int(rng.expovariate(0.46))):
        luck = rng.random()
        if luck < 0.42:
            visit.does("Dashboard Viewed", dashboard=f"d_{int(rng.random() * 12)}", seconds=int(rng.expovariate(0.02)))
        elif luck < 0.58:
            visit.does("Report Opened", report=f"r_{int(rng.random() * 6)}", channel="mail" if luck < 0.5 else "app")
        elif luck < 0.72:
            visit.does("Filter Applied", field="site" if luck < 0.65 else "week")
        elif luck < 0.82:
            visit.opens(*PAGES[int(rng.random() * 4)])
        elif luck < 0.9:
            visit.does("Search Used", results=int(rng.random() * 30))
        elif luck < 0.95 and "shares" in visit.person.does:
            visit.does("Comment Added", characters=int(rng.random() * 240))
        else:
            visit.does("Export Downloaded", format="csv" if luck < 0.98 else "xlsx", rows=int(rng.random() * 5000))
    if "alerts" in visit.person.does and rng.random() < 0.25:
        acknowledge(visit)


def shift(visit: Visit) -> None:
    """On the floor: the board first, alerts and checks in between, a note at the end."""
    rng, habits, began = visit.rng, visit.person.does, visit.at
    if rng.random() < 0.4:
        visit.does("Signed In", method="badge")
    if "board" in habits:
        if rng.random() < 0.85:
            visit.does("Shift Board Opened", board=BOARDS[int(rng.random() * 6)], shift=visit.person.shift)
        for _ in range(int(rng.expovariate(0.8))):
            visit.does(
                "Board Line Opened",
                line=f"L-{int(rng.random() * 8) + 1}",
                colour="red" if rng.random() < 0.2 else "green",
            )
    else:
        visit.opens("Home", "/")
    if "alerts" in habits and rng.random() < 0.6:
        visit.passes(0, 2 * HOUR)
        acknowledge(visit)
    if "checks" in habits and rng.random() < 0.75:
        station = f"S-{int(rng.random() * 5) + 1}" if rng.random() < 0.35 else "S-1"
        visit.passes(0, HOUR)
        visit.does("Check List Closed", station={"code": station}, checks=int(rng.random() * 12) + 3)
    if rng.random() < 0.3:
        visit.does("Dashboard Viewed", dashboard="d_0", seconds=int(rng.expovariate(0.05)))
    if "notes" in habits and rng.random() < 0.85:
        visit.at = max(visit.at, began + 7 * HOUR)
        visit.does("Handover Note Written", sentences=int(rng.random() * 5), open_points=int(rng.random() * 3))


def acknowledge(visit: Visit) -> None:
    minutes = min(240, int(visit.rng.lognormvariate(2.9, 0.7)))
    visit.does("Alert Acknowledged", metric="late trucks", minutes=minutes)


def run_automations(visit: Visit, person: Person) -> None:
    """What runs by itself at dawn, in its owner's name."""
    for number in range(min(person.automations, 3)):
        if visit.rng.random() < 0.5:
            outcome = "success" if visit.rng.random() < 0.93 else "error"
            minutes = 10 + 5 * number if outcome == "success" else 0
            visit.does("Automation Run", trigger="schedule", outcome=outcome, minutes_saved=minutes)


def call_api(visit: Visit, calls: int) -> None:
    """The company's own system reads the numbers."""
    client = {"name": "nightly export", "version": "1.4"}
    for _ in range(calls):
        status = 200 if visit.rng.random() < 0.95 else 429
        visit.does(
            "API Called", client=client, path="/v2/metrics/daily", status=status, ms=int(visit.rng.random() * 90)
        )
