"""A manager asks further, by keyboard alone, and hands a report on: the reader has nothing but the link."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.examples import sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def manager(live, page):
    login = live.demo["logins"]["manager"]
    sign_in(page, live, login["email"], login["password"])
    page.base = f"{live.url}/w/{live.demo['workspace']}"
    return page


def test_from_a_metric_to_a_group_to_its_people_by_keyboard(manager):
    manager.goto(f"{manager.base}/insight/explore/")
    rows = manager.get_by_label("Rows")
    rows.focus()
    manager.keyboard.type("By plan")
    manager.get_by_role("button", name="Show").focus()
    manager.keyboard.press("Enter")
    expect(manager).to_have_url(re.compile("rows=account.plan"))
    row = manager.locator("tbody th a").nth(0)
    row.wait_for(timeout=60_000)  # the worker has counted
    name = row.inner_text()
    row.focus()
    manager.keyboard.press("Enter")
    expect(manager.locator(".chips").first).to_contain_text(f"Plan: {name}")
    people = manager.get_by_role("link", name=re.compile(r"^of \d+")).first
    people.wait_for(timeout=60_000)
    people.focus()
    manager.keyboard.press("Enter")
    expect(manager.locator("h1")).to_have_text(re.compile(r"^\d+ people$"))
    assert manager.problems == []


def test_a_view_is_saved_and_opened_again(manager):
    manager.goto(f"{manager.base}/insight/explore/?measure=depth&rows=role")
    manager.get_by_label("Name of the view").fill("Depth by role")
    manager.keyboard.press("Enter")
    saved = manager.get_by_role("link", name="Depth by role", exact=True)
    expect(saved).to_have_attribute("aria-current", "page")
    manager.get_by_role("button", name="Remove the view Depth by role").click()
    expect(saved).to_have_count(0)
    assert manager.problems == []


def test_a_report_is_made_shared_and_read_behind_its_passcode(manager, browser_of):
    manager.goto(f"{manager.base}/reports/")
    manager.get_by_role("link", name="Make a board report").focus()
    manager.keyboard.press("Enter")
    manager.get_by_label("Who it is for").fill("The board")
    manager.get_by_role("button", name="Make the report").focus()
    manager.keyboard.press("Enter")
    expect(manager.locator(".paper-title")).to_contain_text("first value", timeout=60_000)
    expect(manager.locator(".paper [data-figure] .main-svg").first).to_be_visible()
    manager.get_by_label("Passcode").fill("seven stones")
    manager.get_by_role("button", name="Make a link").click()
    link = manager.locator("#report-link").inner_text()
    assert manager.problems == []
    reader = browser_of(None, link)
    reader.set_viewport_size({"width": 390, "height": 844})
    reader.get_by_label("Passcode").fill("seven pebbles")
    reader.keyboard.press("Enter")
    expect(reader.get_by_text("This is not the passcode.")).to_be_visible()
    reader.get_by_label("Passcode").fill("seven stones")
    reader.keyboard.press("Enter")
    expect(reader.locator(".paper-title")).to_contain_text("first value")
    assert reader.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing goes sideways"
    with reader.expect_download() as kept:
        reader.get_by_role("link", name="PDF").click()
    assert kept.value.path().read_bytes().startswith(b"%PDF-")
    assert reader.problems == []


def test_a_chart_fits_the_paper_that_it_is_printed_on(manager):
    manager.goto(f"{manager.base}/reports/1/")
    chart = manager.locator(".paper [data-figure] .main-svg").first
    expect(chart).to_be_visible()
    wide = chart.bounding_box()["width"]
    manager.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(chart).to_have_attribute("width", "660")
    manager.evaluate("dispatchEvent(new Event('afterprint'))")
    manager.wait_for_function(
        "wide => document.querySelector('.paper .main-svg').getBoundingClientRect().width === wide", arg=wide
    )
    assert manager.problems == []


def test_a_shared_report_reads_without_scripts(manager):
    manager.goto(f"{manager.base}/reports/1/")
    manager.get_by_role("button", name="Make a link").click()
    link = manager.locator("#report-link").inner_text()
    with manager.context.browser.new_context(java_script_enabled=False) as context:
        reader = context.new_page()
        reader.goto(link)
        expect(reader.get_by_text("The chart needs scripts")).to_be_visible()
        reader.get_by_text("The numbers", exact=True).first.click()
        expect(reader.get_by_role("columnheader", name="People active")).to_be_visible()
