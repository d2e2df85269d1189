"""What a person meets beside the vendor's product: every state, a colleague's help, a lost connection, other ways to see and press."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
LAUNCHER = "cairn-checklist .widget-launcher"
PANEL = "cairn-checklist [role=dialog]"
SURFACE = """() => {
  const panel = document.querySelector('cairn-checklist').shadowRoot.querySelector('.widget')
  const paint = new OffscreenCanvas(1, 1).getContext('2d')
  paint.fillStyle = getComputedStyle(panel).backgroundColor
  paint.fillRect(0, 0, 1, 1)
  return [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3)
}"""  # red, green and blue behind the panel's words


@pytest.fixture(scope="module")
def operators(live):
    """Operators of Harbor Logistics who have not opened the shift board yet, by the vendor's ids."""
    rows = live.rows(
        """select p.external_id from tracking_person p join tracking_seat s on s.person_id = p.id
           join tracking_account a on a.id = s.account_id and a.external_id = 'harbor'
           where s.role = 'operator' and not exists (
               select from tracking_event e join tracking_eventname n on n.id = e.name_id
               where e.person_id = p.id and n.name = 'Shift Board Opened')
           order by p.external_id"""
    )
    return [person for (person,) in rows]


def visit(page, live, person, **asked):
    query = "&".join(f"{name}={value}" for name, value in {"person": person, **asked}.items())
    page.goto(f"{live.url}/sandbox/?{query}")
    page.locator(LAUNCHER).click()
    return page.locator(PANEL)


def step(panel, key):
    return panel.locator(f"details.step[data-key={key}]")


def unfold(panel, key):
    """Unfold a step, if it is not; one is unfolded at a time."""
    if step(panel, key).get_attribute("open") is None:
        step(panel, key).locator("summary.step-head").click()
    return step(panel, key)


def test_each_state_says_what_it_is(live, page):
    page.goto(f"{live.url}/sandbox/")
    page.locator(LAUNCHER).click()
    panel = page.locator(PANEL)
    expect(panel).to_be_visible()
    states = {one.get_attribute("data-status") for one in panel.locator("details.step").all()}
    assert {"reached", "open", "locked"} <= states
    expect(panel.locator("[data-status=reached] .step-sub").first).to_contain_text("Done")
    expect(panel.locator("[data-status=locked] .step-sub").first).to_contain_text("Opens after")
    expect(panel.locator("[aria-current=step]")).to_have_count(1)
    assert page.problems == []


def test_a_colleague_completes_their_part_of_a_team_step(live, page, browser_of, operators):
    panel = visit(page, live, operators[0])
    unfold(panel, "team-on-board")
    told = step(panel, "team-on-board").locator(".step-deal")
    before = int(re.search(r"(\d+) of \d+ so far", told.inner_text())[1])
    colleague = browser_of(None, f"{live.url}/sandbox/?person={operators[1]}")
    colleague.get_by_role("button", name="Open the board").click()
    page.locator("body").click(position={"x": 5, "y": 400})  # a click is what makes it look every second
    expect(told).to_contain_text(re.compile(rf"{before + 1} of \d+ so far"))
    assert page.problems == []


def test_offline_and_back(live, page, operators):
    panel = visit(page, live, operators[2])
    page.context.set_offline(True)
    unfold(panel, "open-shift-board").locator(".todo").first.click()
    expect(panel).to_contain_text("That did not get through. Try again.")
    page.context.set_offline(False)
    unfold(panel, "open-shift-board").locator(".todo").first.click()
    expect(unfold(panel, "open-shift-board").locator(".todo").first).to_have_attribute("aria-pressed", "true")


def test_right_to_left_in_a_page_that_is_not(live, page, operators):
    panel = visit(page, live, operators[0], language="ar")
    expect(panel).to_contain_text("أمامكم")
    expect(panel.locator(".widget-body")).to_have_css("direction", "rtl")
    stone, title = (panel.locator(f".step-{part}").first.bounding_box() for part in ("stone", "title"))
    assert stone["x"] > title["x"], "the stone stands on the right"
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.problems == []


@pytest.mark.parametrize("language", ["de", "fr", "es"])
def test_another_language_and_back(live, page, operators, language):
    panel = visit(page, live, operators[0], language=language)
    own = panel.locator("p").first.inner_text()
    expect(panel).not_to_contain_text("Ask for help")
    page.evaluate("document.querySelector('cairn-checklist').removeAttribute('language')")
    expect(page.locator(f"{PANEL} .widget-body")).to_contain_text("Ask for help")
    expect(page.locator(PANEL)).not_to_contain_text(own)
    assert page.problems == []


def test_dark_and_small(live, page, operators):
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 740})
    panel = visit(page, live, operators[0])
    assert max(page.evaluate(SURFACE)) < 80
    box = panel.bounding_box()
    assert (box["x"], box["width"]) == (0, 360)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_reduced_motion_is_respected(live, page, operators):
    page.emulate_media(reduced_motion="reduce")
    panel = visit(page, live, operators[3])
    page.get_by_role("button", name="Follow the line").click()
    moving = page.evaluate(
        "document.querySelector('cairn-checklist').shadowRoot.getAnimations({ subtree: true }).filter((each) => each.effect.getComputedTiming().duration > 1).length"
    )
    assert moving == 0
    expect(panel).to_be_visible()


def test_by_keyboard_alone_from_the_product_to_a_tick(live, page, operators):
    page.goto(f"{live.url}/sandbox/?person={operators[4]}")
    page.locator(LAUNCHER).focus()
    page.keyboard.press("Enter")
    panel = page.locator(PANEL)
    expect(panel).to_be_focused()
    tick = unfold(panel, "open-shift-board").locator(".todo").first
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate(
            "document.querySelector('cairn-checklist').shadowRoot.activeElement?.classList.contains('todo')"
        ):
            break
    page.keyboard.press("Space")
    expect(tick).to_have_attribute("aria-pressed", "true")
    expect(tick).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(LAUNCHER)).to_be_focused()
    assert page.problems == []


def test_the_hosted_page_shows_the_same_tick(live, page, operators):
    panel = visit(page, live, operators[5])
    unfold(panel, "open-shift-board").locator(".todo").last.click()
    expect(unfold(panel, "open-shift-board").locator(".todo").last).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Open my checklist").click()
    hosted = page.locator("#step-open-shift-board .todo").last
    expect(hosted).to_have_attribute("aria-pressed", "true")


def test_the_hosted_page_keeps_what_is_typed_and_what_was_refused(live, page, operators):
    visit(page, live, operators[7])
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Open my checklist").click()
    step = page.locator("#step-open-shift-board")
    step.locator(".step-help > summary").click()
    words = step.get_by_role("textbox", name="What do you need?")
    words.fill("Where is the")
    tick = step.locator(".todo").last.locator("xpath=ancestor::form")
    sent = "(form) => { fetch(form.getAttribute('action'), { method: 'POST', body: new URLSearchParams(new FormData(form)) }) }"
    tick.evaluate(sent)
    expect(step.locator(".todo").last).to_have_attribute("aria-pressed", "true")
    expect(words).to_be_focused()
    page.keyboard.type(" board?")
    expect(words).to_have_value("Where is the board?")
    words.fill("   ")
    with page.expect_response(re.compile("/live$")):  # the first look after the answer
        step.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_function("performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/live'))")
    expect(page.get_by_role("alert")).to_have_text("Say in a few words what you need.")
    assert [problem for problem in page.problems if "409" not in problem] == []


def test_a_link_by_e_mail_leads_to_the_checklist(live, page, operators):
    [(address,)] = live.rows("select email from tracking_person where external_id = %s", [operators[6]])
    page.goto(f"{live.url}/m/{live.demo['public_id']}/")
    page.get_by_label("Your e-mail address").fill(address)
    page.keyboard.press("Enter")
    expect(page.locator(".callout")).to_contain_text("a mail is on its way")

    def has_come():
        page.goto(f"{live.url}/mailbox/")
        mails = page.locator(".mailbox-link", has_text=address)
        return mails.count() and mails.first

    live.eventually(has_come, "the mail with the link").click()
    page.locator(".mailbox-text a").click()
    page.get_by_role("button", name="Go to my steps").click()
    expect(page.get_by_role("heading", name="Next for you")).to_be_visible()
    assert page.problems == []
