"""From a question to a ladder that says why: by keyboard, with a customer in a browser of their own, and a kickoff agreed."""

import pytest
from playwright.sync_api import expect

from tests.browser.examples import sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def account(live):
    """An account of the demo that nothing was asked of yet."""
    [(pk,)] = live.rows(
        """select a.id from tracking_account a join tracking_seat s on s.account_id = a.id
           where not a.is_test and not exists (select 1 from milestones_answers x where x.account_id = a.id)
                 and a.workspace_id = (select id from tenancy_workspace where slug = %s)
           group by 1 order by count(*) desc limit 1""",
        [live.demo["workspace"]],
    )
    return f"{live.url}/w/{live.demo['workspace']}/accounts/{pk}/"


def press(page, name: str) -> None:
    """Reach a button by the keyboard and press it."""
    page.get_by_role("button", name=name, exact=True).focus()
    page.keyboard.press("Enter")


def test_a_customer_answers_and_their_ladder_says_why(live, account, page, browser_of):
    manager = live.demo["logins"]["manager"]
    sign_in(page, live, manager["email"], manager["password"])
    page.goto(f"{account}discovery/")
    press(page, "Make a link")
    link = page.locator("#guest-link").input_value()

    guest = browser_of(None, link)
    guest.get_by_label("Spreadsheets").focus()
    guest.keyboard.press("Space")
    guest.get_by_label("Management").focus()
    guest.keyboard.press("Space")
    guest.get_by_label("How many hours a week go into reports?").focus()
    guest.keyboard.type("9")
    press(guest, "Send the answers")
    expect(guest.locator(".error")).to_contain_text("Say who you are.")
    expect(guest.get_by_label("How many hours a week go into reports?")).to_have_value("9")
    guest.get_by_label("Your name").focus()
    guest.keyboard.type("Petra Pohl")
    guest.keyboard.press("Enter")
    expect(guest.locator(".callout")).to_contain_text("Thank you.")

    page.goto(f"{account}discovery/")
    expect(page.locator(".page-lede")).to_contain_text("Answered by Petra Pohl, for the customer")
    expect(page.locator("main")).to_contain_text("Included because you said “Spreadsheets” to")
    press(page, "Make it their ladder")
    expect(page.locator(".studio")).to_be_visible()
    titles = page.eval_on_selector_all(".rung .rung-title", "els => els.map(el => el.innerText.trim())")
    assert "Retire a spreadsheet" in titles
    assert "Start three shifts from the board" not in titles
    assert page.problems == guest.problems == []


def test_both_sides_agree_on_what_done_looks_like(live, account, page, browser_of):
    manager = live.demo["logins"]["manager"]
    sign_in(page, live, manager["email"], manager["password"])
    page.goto(f"{account}plan/")
    page.get_by_label("Done looks like").fill("Every shift starts from the board")
    page.get_by_label("By", exact=True).first.fill("2030-03-01")
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.get_by_role("button", name="Agree for our side").click()
    page.get_by_role("button", name="Make the customer’s link").click()
    guest = browser_of(None, page.locator("#guest-link").input_value())
    expect(guest.locator("main")).to_contain_text("Every shift starts from the board")
    guest.get_by_label("Your name").fill("Petra Pohl")
    guest.get_by_role("button", name="We agree").click()
    expect(guest.locator(".page-lede")).to_contain_text("Petra Pohl agreed")
    page.goto(f"{account}plan/")
    expect(page.locator(".page-lede")).to_have_text("Agreed by both sides.")
    assert page.problems == guest.problems == []
