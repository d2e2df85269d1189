"""The search of the top bar: by key, as one types, through what was found, and without scripts."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def at(live, path: str = "") -> str:
    return f"{live.url}/w/{live.demo['workspace']}/{path}"


def test_from_anywhere_by_keyboard_alone(live, browser_of):
    member = browser_of("manager", at(live, "nudges/"))
    member.keyboard.press("Control+k")
    expect(member.locator("#search-words")).to_be_focused()
    member.keyboard.type("harbor logistics")
    expect(member.locator("#found")).to_contain_text("Harbor Logistics")
    found = Axe().run(member)
    assert found.violations_count == 0, found.generate_report()
    member.keyboard.press("ArrowDown")
    expect(member.get_by_role("link", name="Harbor Logistics")).to_be_focused()
    member.keyboard.press("ArrowUp")
    expect(member.locator("#search-words")).to_be_focused()
    member.keyboard.press("ArrowDown")
    member.keyboard.press("Enter")
    expect(member.locator("h1")).to_have_text("Harbor Logistics")
    assert "/accounts/" in member.url


def test_escape_leaves_everything_as_it_was(live, browser_of):
    member = browser_of("manager", at(live, "accounts/"))
    member.get_by_role("button", name="Search", exact=True).click()
    expect(member.locator("#search-words")).to_be_focused()
    member.keyboard.press("Escape")
    expect(member.locator("#search-words")).to_be_hidden()
    expect(member.get_by_role("button", name="Search", exact=True)).to_be_focused()


def test_without_scripts_enter_opens_the_page_of_all(live, browser_of):
    manager = browser_of("manager", at(live, "accounts/"))
    with manager.context.browser.new_context(java_script_enabled=False) as context:
        context.add_cookies(manager.context.cookies())
        page = context.new_page()
        page.goto(at(live, "accounts/"))
        page.get_by_role("button", name="Search", exact=True).click()
        page.locator("#search-words").fill("retention")
        page.locator("#search-words").press("Enter")
        expect(page.locator("h1")).to_have_text("“retention”")
        expect(page.get_by_label("Found")).to_contain_text("Weekly retention")
