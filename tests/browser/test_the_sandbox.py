"""The main job, as somebody new meets it: open the vendor's page, press a button, see the checklist in it move."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


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
