"""Northwind's product: what its people can do in it, and the back end that tells Cairn, by the tracking API alone."""

import base64
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

TIMEOUT = 5  # seconds; a vendor's click must not hang on Cairn


@dataclass(frozen=True)
class Action:
    """Something a person does: the event it makes, the properties it always has, and what its form lets one choose.

    `choices`: field of the form → label shown → the properties that come with it.
    """

    event: str
    always: Mapping[str, object] = field(default_factory=dict)
    choices: Mapping[str, Mapping[str, Mapping[str, object]]] = field(default_factory=dict)

    def chosen(self, form: Mapping[str, str]) -> dict[str, str]:
        """Field → label as the form chose; ValueError when that is not offered."""
        labels = {name: form.get(name, "") for name in self.choices}
        for name, label in labels.items():
            if label not in self.choices[name]:
                raise ValueError(f"{name} is one of: {', '.join(self.choices[name])}")
        return labels

    def properties(self, chosen: Mapping[str, str]) -> dict[str, object]:
        """The properties of the event."""
        found = dict(self.always)
        for name, label in chosen.items():
            found |= self.choices[name][label]
        return found


def _each(name: str, *values: str | int) -> dict[str, dict]:
    """Choices that are the value of one property."""
    return {str(value): {name: value} for value in values}


TRUCKS = (
    ("HL 118", "Port to Eastgate", 4, 31),
    ("HL 072", "Port to Millbrook", 11, 27),
    ("HL 093", "Northside to Port", 2, 24),
    ("HL 140", "Port to Quarry Road", 6, 21),
)
ON_TIME = (("Eastgate", 96), ("Northside", 93), ("Millbrook", 88), ("Quarry Road", 81))
BOARD = {"dashboard": "Dispatch overview"}
SHEETS = {"Late trucks.xlsx": 20, "Bay plan.xlsx": 15, "Monday report.xlsx": 40}
STATIONS = {"Dock 4": "D-04", "Dock 11": "D-11", "Gate": "G-01", "Yard": "Y-01"}
LINES = {"Eastgate": "L-EG", "Millbrook": "L-MB"}
CAUSES = ("bay blocked", "no driver", "unknown")

ACTIONS = {
    "connect-source": Action(
        "Data Source Connected", choices={"source": _each("kind", "warehouse", "telematics", "spreadsheet")}
    ),
    "publish-dashboard": Action("Dashboard Published", {**BOARD, "charts": 4}),
    "share-dashboard": Action(
        "Dashboard Shared",
        {**BOARD, "audience": "team"},
        {"colleague": _each("recipient", "Ana Duarte", "Ben Fischer", "Chidi Obi", "Dana Levy", "Emil Novak")},
    ),
    "comment": Action("Comment Added", BOARD),
    "set-alert": Action("Alert Set", {"number": "late trucks"}, {"limit": _each("limit", 2, 4, 6)}),
    "acknowledge-alert": Action("Alert Acknowledged", {"truck": "HL 118", "minutes": 12}),
    "schedule-report": Action(
        "Report Scheduled", BOARD, {"frequency": _each("frequency", "weekly", "daily", "monthly")}
    ),
    "retire-spreadsheet": Action(
        "Spreadsheet Retired",
        choices={"sheet": {name: {"sheet": name, "minutes_saved": saved} for name, saved in SHEETS.items()}},
    ),
    "invite-teammate": Action(
        "Teammate Invited", choices={"role": _each("role", "operator", "power user", "administrator")}
    ),
    "set-access-rule": Action(
        "Access Rule Set", choices={"rule": _each("rule", "own depot only", "no prices", "no driver names")}
    ),
    "sign-access-review": Action("Access Review Signed", {"verdict": "agreed"}),
    "open-shift-board": Action("Shift Board Opened", choices={"shift": _each("shift", "early", "late", "night")}),
    "follow-line": Action(
        "Line Followed",
        choices={"line": {name: {"line": {"name": name, "code": code}} for name, code in LINES.items()}},
    ),
    "close-check-list": Action(
        "Check List Closed",
        {"checks": 12},
        {"station": {name: {"station": {"name": name, "code": code}} for name, code in STATIONS.items()}},
    ),
    "write-handover": Action("Handover Note Written", {"sentences": 3}),
    "review-incident": Action("Incident Reviewed", {"tags": ["five-whys"]}, {"cause": _each("cause", *CAUSES)}),
    "open-integrations": Action("Integrations Opened", {"section": "automation"}),
    "create-automation": Action("Automation Created", {"template": "Tell the customer about a late truck"}),
    "run-automation": Action("Automation Run", {"outcome": "success", "trigger": "schedule", "minutes_saved": 25}),
    "share-automation": Action("Automation Shared", choices={"team": _each("team", "Dispatch", "Customer care")}),
}


@dataclass(frozen=True)
class Answer:
    """What Cairn said to the back end: HTTP status (None when it did not answer), why not, and after how many ms."""

    status: int | None
    problem: str
    took_ms: int


def tell(
    event: str, properties: Mapping, *, person: str, account: str | None, at: datetime, base_url: str, write_key: str
) -> Answer:
    """Send one track event over HTTP with the server key, as a vendor's back end does; never raises for the network."""
    fact = {
        "type": "track",
        "event": event,
        "messageId": str(uuid.uuid4()),
        "userId": person,
        "timestamp": at.isoformat(),
        "properties": dict(properties),
        "context": {"groupId": account} if account else {},
    }
    request = Request(  # noqa: S310 - the address is the operator's own setting
        f"{base_url}/v1/batch",
        data=json.dumps({"batch": [fact], "sentAt": at.isoformat()}).encode(),
        headers={
            "Authorization": "Basic " + base64.b64encode(f"{write_key}:".encode()).decode(),
            "Content-Type": "application/json",
        },
    )
    began = time.perf_counter()
    status, problem = _post(request)
    return Answer(status, problem, round((time.perf_counter() - began) * 1000))


def _post(request: Request) -> tuple[int | None, str]:
    try:
        # Cairn stands beside us, whatever proxy the machine uses for the world outside.
        with build_opener(ProxyHandler({})).open(request, timeout=TIMEOUT) as response:
            return response.status, ""
    except HTTPError as error:
        with error:
            return error.code, _message(error.read())
    except (URLError, OSError) as error:
        return None, f"Cairn did not answer: {getattr(error, 'reason', error)}"


def _message(body: bytes) -> str:
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return "Cairn refused the event."
