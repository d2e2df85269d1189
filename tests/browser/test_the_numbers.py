"""An executive reads the page; a manager goes from a number to the people behind it, by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.examples import sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def numbers(live, page):
    """The page as the manager sees it, once everything on it is worked out."""
    login = live.demo["logins"]["manager"]
    sign_in(page, live, login["email"], login["password"])
    page.goto(f"{live.url}/w/{live.demo['workspace']}/insight/")
    expect(page.locator(".stats")).not_to_contain_text("Being worked out.", timeout=60_000)
    return page


def test_the_page_says_it_in_a_sentence_and_draws_it(numbers):
    expect(numbers.locator("h1")).to_have_text(re.compile(r"New people reach first value in \d+ days"))
    expect(numbers.locator(".stats")).to_contain_text(re.compile(r"95% interval \d+ to \d+ days"))
    chart = numbers.locator("[data-figure=first-value] .main-svg").first
    expect(chart).to_be_visible()
    expect(numbers.locator("[data-figure=first-value]")).to_contain_text("Save as PNG")
    with numbers.expect_download() as kept:
        numbers.get_by_role("button", name="Save as SVG").click()
    assert kept.value.suggested_filename == "first-value.svg"
    assert numbers.problems == []


def test_its_colours_follow_the_theme(numbers):
    line = numbers.locator("[data-figure=first-value] .scatterlayer path.js-line").last
    before = line.evaluate("path => getComputedStyle(path).stroke")
    numbers.locator(".theme-toggle").first.click()
    expect(line).not_to_have_css("stroke", before)
    assert numbers.problems == []


def test_from_a_filter_to_the_people_by_keyboard(numbers):
    role = numbers.get_by_label("Role")
    role.focus()
    numbers.keyboard.type("Oper")
    numbers.get_by_role("button", name="Show").focus()
    numbers.keyboard.press("Enter")
    expect(numbers).to_have_url(re.compile("role=operator"))
    stuck = numbers.get_by_role("link", name=re.compile(r"See the \d+"))
    count = re.search(r"\d+", stuck.inner_text())[0]
    stuck.focus()
    numbers.keyboard.press("Enter")
    expect(numbers.locator("h1")).to_have_text(f"{count} people")
    numbers.get_by_role("link", name="Executive view").last.focus()
    numbers.keyboard.press("Enter")
    expect(numbers).to_have_url(re.compile("role=operator"))
    assert numbers.problems == []


def test_an_executive_sees_no_names(live, page):
    login = live.demo["logins"]["executive"]
    sign_in(page, live, login["email"], login["password"])
    page.goto(f"{live.url}/w/{live.demo['workspace']}/insight/")
    expect(page.locator("h1")).to_contain_text("first value")
    assert page.get_by_role("link", name=re.compile("See the")).count() == 0
    assert page.problems == []


def test_without_scripts_the_numbers_are_a_table(live, page):
    login = live.demo["logins"]["executive"]
    with page.context.browser.new_context(java_script_enabled=False) as context:
        plain = context.new_page()
        sign_in(plain, live, login["email"], login["password"])
        plain.goto(f"{live.url}/w/{live.demo['workspace']}/insight/?period=30")
        expect(plain.get_by_text("The chart needs scripts")).to_be_visible()
        plain.get_by_text("The numbers", exact=True).click()
        assert "Still waiting" in plain.get_by_role("region", name="Numbers of the curve").inner_text()
        plain.get_by_label("Role").select_option("operator")
        plain.get_by_role("button", name="Show").click()
        expect(plain).to_have_url(re.compile("role=operator"))
