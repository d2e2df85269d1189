"""The main job, as somebody new meets it: open the vendor's page, press a button, see the checklist in it move."""

import os

import pytest
from playwright.sync_api import expect, sync_playwright

pytestmark = pytest.mark.browser


@pytest.fixture
def page(live):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CAIRN_CHROMIUM"], args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(20_000)
        page.problems = []
        page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.problems.append(f"uncaught: {error}"))
        yield page
        browser.close()


def test_a_click_in_the_product_moves_the_checklist_beside_it(live, page):
    page.goto(f"{live.url}/sandbox/")
    launcher = page.locator("cairn-checklist .widget-launcher")
    expect(launcher).to_contain_text("1 of 6")
    launcher.click()
    panel = page.locator("cairn-checklist [role=dialog]")
    expect(panel).to_contain_text("Publish your first dashboard")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(panel.locator("details[data-key=publish-dashboard]")).to_have_attribute("data-status", "reached")
    expect(panel).to_contain_text("Unlocked Alerts")
    assert page.problems == []
