"""Raw SQL is written in few places, so that few places need a suspicious reader."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("onboarding", "milestones", "playbooks", "analytics")
ALLOWED = {
    "analytics/around.py",
    "analytics/behind.py",
    "analytics/engagement.py",
    "analytics/landmarks.py",
    "analytics/reading.py",
    "analytics/rollups/climbs.py",
    "analytics/rollups/matrices.py",
    "analytics/rollups/usage.py",
    "onboarding/tenancy/jobs.py",
    "onboarding/tenancy/locks.py",
    "onboarding/tenancy/scope.py",
    "onboarding/tenancy/lookups.py",
    "onboarding/tenancy/health.py",
    "milestones/evaluation.py",
    "milestones/places.py",
    "milestones/progress_rows.py",
    "milestones/wholesale.py",
    "playbooks/nudging/delivery_rows.py",
    "onboarding/tracking/staging.py",
    "onboarding/tracking/partitions.py",
    "onboarding/tracking/management/commands/partitions.py",
    "onboarding/tenancy/management/commands/migrate.py",
    "onboarding/tenancy/management/commands/prepare_database.py",
}
RAW = {"cursor", "raw", "extra", "RawSQL", "execute", "executemany", "copy_expert", "copy_from"}


def uses_raw_sql(path: Path) -> bool:
    tree = ast.parse(path.read_text())
    return any(
        isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in RAW
        for node in ast.walk(tree)
    )


def test_raw_sql_is_only_in_the_named_modules():
    files = [path for floor in FLOORS for path in (ROOT / floor).rglob("*.py")]
    found = {
        str(path.relative_to(ROOT))
        for path in files
        if uses_raw_sql(path) and "migrations" not in path.parts and path.name != "isolation.py"
    }
    assert found - ALLOWED == set()
    assert ALLOWED - found == set(), "a named module no longer needs its exception"
