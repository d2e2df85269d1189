"""Documentation is tested: what it names exists."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_setting_is_in_the_example():
    asked = set(re.findall(r"env(?:\.\w+)?\(\s*[\"']([A-Z_]+)[\"']", (ROOT / "onboarding/settings.py").read_text()))
    named = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert asked - named == set()
    assert named - asked <= {"DATABASE_SUPERUSER_URL"}


def test_the_readmes_commands_exist():
    commands = set(re.findall(r"python3 dev\.py (\w+)", (ROOT / "README.md").read_text()))
    assert {"demo", "test", "lint"} <= commands
    source = (ROOT / "dev.py").read_text()
    assert [command for command in commands if f'"{command}"' not in source] == []
