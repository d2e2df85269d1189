"""What the vendors' customers did: a seeded stream of events, as the vendor's back end would have sent them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from milestones.demo.vendors import NORTHWIND, Vendor

HARBOR = {"name": "Harbor Logistics", "plan": "pro", "industry": "logistics", "size": 52}
CREST = {"name": "Crest Bakery", "plan": "starter", "industry": "food", "size": 14}
CREW = (
    ("luis", "Luis Ortega", "administrator", "harbor"),
    ("hannah", "Hannah Bergström", "power_user", "harbor"),
    ("kofi", "Kofi Mensah", "operator", "harbor"),
    ("petra", "Petra Lindqvist", "operator", "harbor"),
)


def history(vendor: Vendor, *, size: str, now: datetime) -> Iterator[dict]:
    """Events in the tracking API's shape, oldest first."""
    start = now - timedelta(days=12)
    if vendor is NORTHWIND:
        for place, (user, name, role, account) in enumerate(CREW):
            at = start + timedelta(hours=place)
            yield _event(user, "identify", at, traits={"name": name, "email": f"{user}@harbor.example", "role": role})
            yield _event(user, "group", at, groupId=account, traits=HARBOR)
        yield _track("luis", "Data Source Connected", start + timedelta(days=1), kind="warehouse")
        yield _track("hannah", "Data Source Connected", start + timedelta(days=1), kind="spreadsheet")
        yield _track("hannah", "Dashboard Published", start + timedelta(days=6), charts=4)
    else:
        yield _event(
            "rosa", "identify", start, traits={"name": "Rosa Keller", "email": "rosa@crest.example", "role": "owner"}
        )
        yield _event("rosa", "group", start, groupId="crest", traits=CREST)
        yield _track("rosa", "Employees Imported", start + timedelta(days=1), rows=14)


def _event(user: str, kind: str, at: datetime, **fields) -> dict:
    message = f"{kind}-{user}-{at:%Y%m%dT%H%M%S}"
    return {"type": kind, "messageId": message, "userId": user, "timestamp": at.isoformat(), **fields}


def _track(user: str, name: str, at: datetime, **properties) -> dict:
    return {
        **_event(user, "track", at, event=name, properties=properties),
        "messageId": f"{name}-{user}-{at:%Y%m%dT%H%M%S}",
    }
