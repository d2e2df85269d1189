"""The two fictitious vendors, their members and their ladder files. All names are invented."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Vendor:
    name: str
    slug: str
    domain: str
    timezone: str
    ladders: tuple[str, ...]
    members: tuple[tuple[str, str, str], ...]  # access, name, mailbox
    managers: tuple[tuple[str, str], ...] = ()  # more of them: name, mailbox
    segments: tuple[tuple[str, str, dict], ...] = ()  # name, of, rule
    holidays: tuple[str, ...] = ()
    tests: tuple[tuple[str, str, str], ...] = ()  # kind, trait, value
    languages: tuple[str, ...] = ("en",)


NORTHWIND = Vendor(
    name="Northwind Analytics",
    slug="northwind",
    domain="northwind.example",
    timezone="Europe/Berlin",
    ladders=(
        "northwind-first-value.yaml",
        "northwind-automation.yaml",
        "northwind-reliability.yaml",
        "northwind-champions.yaml",
    ),
    segments=(
        ("Dashboard makers", "person", {"join": "all", "where": [], "roles": ["power_user", "administrator"]}),
        (
            "Growing customers",
            "account",
            {"join": "all", "where": [{"trait": "plan", "of": "account", "op": "in", "value": ["pro", "enterprise"]}]},
        ),
    ),
    holidays=("2026-12-25", "2026-12-26", "2027-01-01"),
    languages=("en", "de", "fr", "es", "ar"),
    tests=(("domain", "", "northwind.example"), ("account", "internal", "true")),
    members=(
        ("owner", "Nora Lindqvist", "nora"),
        ("admin", "Adam Reyes", "adam"),
        ("manager", "Maya Okafor", "maya"),
        ("executive", "Elena Petrova", "elena"),
    ),
    managers=(("Luca Brandt", "luca"), ("Priya Anand", "priya")),
)
TIDEWATER = Vendor(
    name="Tidewater Payroll",
    slug="tidewater",
    domain="tidewater.example",
    timezone="America/New_York",
    ladders=("tidewater-first-pay-run.yaml",),
    members=(
        ("owner", "Oscar Lund", "oscar"),
        ("admin", "Ada Moreau", "ada"),
        ("manager", "Milo Tanaka", "milo"),
        ("executive", "Esther Vogel", "esther"),
    ),
)
VENDORS = (NORTHWIND, TIDEWATER)
PASSWORD = "cairn-demo-2026"
