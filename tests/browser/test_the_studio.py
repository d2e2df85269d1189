"""A ladder laid in the browser: by mouse, by keyboard alone, tried, published, taken back, and edited by two at once."""

import pytest
from playwright.sync_api import expect

from tests.browser.examples import sign_in

pytestmark = pytest.mark.browser
TITLES = "els => els.map(el => el.innerText.trim())"


@pytest.fixture
def studio(live, page):
    """The manager's browser, on the draft of one of the demo's ladders; `open(ladder, rung)` begins the draft."""
    manager = live.demo["logins"]["manager"]
    sign_in(page, live, manager["email"], manager["password"])

    def open_draft(ladder: str, rung: str = ""):
        page.goto(f"{live.url}/w/{live.demo['workspace']}/ladders/{ladder}/")
        page.locator(".page-actions .btn-primary").click()
        expect(page.locator(".studio")).to_be_visible()
        if rung:
            page.locator(f"#pick-{rung}").click()
            expect(page.locator("#inspector-title")).to_be_focused()
        return page

    page.open_draft = open_draft
    return page


def order(page) -> list[str]:
    return page.eval_on_selector_all(".rung .rung-title", TITLES)


def test_a_rung_is_dragged_and_the_drag_undone(studio):
    page = studio.open_draft("reliability")
    before = order(page)
    second, third = page.locator(".rung").nth(1), page.locator(".rung").nth(2)
    second.locator(".rung-handle").drag_to(third, target_position={"x": 200, "y": 110})
    expect(page.locator(".rung .rung-title").nth(2)).to_have_text(before[1])
    page.keyboard.press("Control+z")
    expect(page.locator(".rung .rung-title").nth(1)).to_have_text(before[1])
    assert order(page) == before
    assert page.problems == []


def test_a_rung_is_moved_and_changed_by_keyboard_alone(studio):
    page = studio.open_draft("automation")
    before = order(page)
    down = page.locator(".rung").first.get_by_role("button", name="Move down")
    name = down.get_attribute("id").removeprefix("down-")
    down.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".rung .rung-title").nth(1)).to_have_text(before[0])
    expect(page.locator(f"#down-{name}")).to_be_focused()
    page.locator(f"#pick-{name}").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#inspector-title")).to_be_focused()
    page.locator("#rung-cue").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("Watch it once, with sound.")
    page.keyboard.press("Tab")
    expect(page.locator("#form-said")).to_have_text("Saved.")
    page.reload()
    expect(page.locator("#rung-cue")).to_have_value("Watch it once, with sound.")
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#rung-cue")).not_to_have_value("Watch it once, with sound.")
    assert page.problems == []


def test_what_breaks_the_order_is_refused_and_bad_input_keeps_what_was_typed(studio):
    page = studio.open_draft("first-value", "share-dashboard")
    page.locator("#up-govern-access").click()
    expect(page.locator("#canvas [role=alert]")).to_contain_text("needs “Connect your first data source” first")
    page.locator("#rung-effort_minutes").fill("-4")
    page.locator("#rung-link").fill("ftp://files.example")
    page.keyboard.press("Tab")
    expect(page.locator("#rung-link-notes")).to_contain_text("Begin with https://")
    expect(page.locator("#rung-effort_minutes-notes")).to_contain_text("Write 1 minute or more.")
    expect(page.locator("#rung-effort_minutes")).to_have_value("-4")
    expect(page.locator("#rung-link")).to_have_value("ftp://files.example")
    assert page.problems == []


def test_a_criterion_is_built_read_aloud_and_tried(studio):
    page = studio.open_draft("first-value", "share-dashboard")
    said = page.locator("#criteria-said")
    page.locator("#c-0-n").fill("2")
    expect(said).to_contain_text("at least 2 different values of recipient")
    page.locator("#c-0-event").fill("Dashboard Sharred")
    expect(said).to_contain_text("“Dashboard Sharred” has never been seen")
    page.locator("#c-0-event").fill("Dashboard Shared")
    page.locator("#try-criteria").click()
    expect(page.locator(".dryrun-figure")).to_contain_text("people on this ladder would have reached it by now")
    assert page.locator(".dryrun li a").count() > 0
    page.get_by_role("button", name="Add a requirement").click()
    page.locator("#c-1-kind").select_option("confirmed_by")
    expect(said).to_contain_text("the person confirms it")
    page.locator("#save-criteria").click()
    expect(page.locator("#rung-share-dashboard .rung-line")).to_contain_text("the person confirms it")
    assert page.problems == []


def test_a_second_editor_sees_the_first_ones_change_and_loses_nothing(studio, browser_of):
    mine = studio.open_draft("first-value", "retire-spreadsheet")
    theirs = browser_of("admin", mine.url)
    theirs.locator("#rung-cue").fill("Theirs.")
    theirs.locator("#rung-cue").press("Tab")
    expect(theirs.locator("#form-said")).to_have_text("Saved.")
    mine.locator("#rung-cue").fill("Mine.")
    mine.locator("#rung-cue").press("Tab")
    conflict = mine.locator("#canvas [role=alert]")
    expect(conflict).to_contain_text("Changed “Retire a spreadsheet”")
    expect(mine.locator("#rung-cue")).to_have_value("Mine.")
    conflict.get_by_role("button", name="Save mine over it").click()
    expect(mine.locator("#form-said")).to_have_text("Saved.")
    theirs.reload()
    expect(theirs.locator("#rung-cue")).to_have_value("Mine.")
    assert mine.problems == theirs.problems == []


@pytest.mark.parametrize("policy", ["stay", "follow", "carry"])
def test_a_draft_is_reviewed_and_published_with_each_policy(studio, live, policy):
    page = studio.open_draft("first-value", "act-on-alert")
    page.locator("#rung-tips").fill(f"Leave room in the limit, {policy}.")
    page.locator("#rung-tips").press("Tab")
    expect(page.locator("#form-said")).to_have_text("Saved.")
    page.get_by_role("link", name="Review and publish").click()
    expect(page.get_by_role("region", name="What is different")).to_contain_text(f"Leave room in the limit, {policy}.")
    page.locator(f"[name=policy][value={policy}]").check()
    page.locator("#show-effect").click()
    expect(page.locator(".headline")).to_contain_text("under way")
    page.get_by_role("button", name="Publish version").click()
    expect(page.locator("form .error")).to_contain_text("Say in a sentence what is new.")
    page.get_by_label("What is new").fill(f"A better tip, {policy}.")
    page.get_by_role("button", name="Publish version").click()
    expect(page.get_by_text("is live.")).to_be_visible()
    expect(page.locator("#versions").locator("xpath=../..")).to_contain_text(f"A better tip, {policy}.")
    assert page.problems == []


def test_one_goes_back_to_an_older_version(studio, live):
    page = studio
    page.goto(f"{live.url}/w/{live.demo['workspace']}/ladders/first-value/")
    number = int(page.locator(".page-title .badge").inner_text().split()[1].strip(","))
    if number == 1:  # alone in a run: there is nothing older yet
        page = studio.open_draft("first-value", "act-on-alert")
        page.locator("#rung-tips").fill("Another tip.")
        page.locator("#rung-tips").press("Tab")
        expect(page.locator("#form-said")).to_have_text("Saved.")
        page.get_by_role("link", name="Review and publish").click()
        page.get_by_label("What is new").fill("Another tip.")
        page.get_by_role("button", name="Publish version").click()
        expect(page.get_by_text("is live.")).to_be_visible()
    page.get_by_role("button", name="Go back to version 1", exact=True).click()
    expect(page.get_by_role("heading", name="Review and publish")).to_be_visible()
    page.get_by_label("What is new").fill("Back to the first.")
    page.get_by_role("button", name="Publish version").click()
    expect(page.get_by_text("is live.")).to_be_visible()
    assert page.problems == []
