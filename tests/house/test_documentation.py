"""Documentation is tested: what it names exists."""

import re
from pathlib import Path

import pytest
from django.urls import resolve

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


def test_the_addresses_of_the_connecting_page_exist():
    text = (ROOT / "docs/connecting.md").read_text()
    addresses = set(re.findall(r"[` ](/(?:v1|widget|ofrep|api)[^` ]*)`", text))
    assert len(addresses) >= 14
    for address in addresses:
        resolve(re.sub(r"<[^>]+>", "x", address))  # raises where there is nothing


def test_links_between_documents_lead_somewhere():
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} names {target}"


@pytest.mark.parametrize("command", ["demo", "test", "lint", "bench"])
def test_each_command_is_told_in_the_readme(command):
    assert f"python3 dev.py {command}" in (ROOT / "README.md").read_text()
