"""A manager's Monday in a browser: find who is stuck, offer a session, book it as the person, write what helps, by mouse and by key."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def at(live, path: str = "") -> str:
    return f"{live.url}/w/{live.demo['workspace']}/{path}"


def test_the_portfolio_is_narrowed_without_losing_the_place(live, browser_of):
    member = browser_of("manager", at(live, "accounts/"))
    expect(member.locator("h1")).to_have_text("Accounts")
    expect(member.locator("#account-rows")).to_contain_text("Blocked by them since")
    everybody = member.locator("#account-rows tbody tr").count()
    member.get_by_label("Health").get_by_role("link", name="At risk").click()
    expect(member.locator("#account-rows tbody .pill").first).to_have_text("At risk")
    assert member.locator("#account-rows tbody tr").count() < everybody
    member.get_by_label("Looked after by", exact=True).first.select_option("mine")
    member.wait_for_url("**owner=mine**")
    assert "pace=at_risk" in member.url, "one choice keeps the other"
    member.get_by_label("Find accounts by name or id").fill("zzzz")
    expect(member.locator(".empty h2")).to_contain_text("No account matches")
    member.get_by_role("link", name="Show all").click()
    expect(member.locator("#account-rows tbody tr")).to_have_count(everybody)


def test_several_are_given_away_by_keyboard_alone(live, browser_of):
    member = browser_of("owner", at(live, "accounts/?sort=name"))
    boxes = member.locator("tbody input[name=pk]")
    for number in range(2):
        boxes.nth(number).focus()
        member.keyboard.press("Space")
    chosen = member.locator("#together-manager")
    chosen.focus()
    chosen.select_option(label="Luca Brandt")
    member.keyboard.press("Tab")
    expect(member.get_by_role("button", name="Give to")).to_be_focused()
    member.keyboard.press("Enter")
    expect(member.locator("#toasts")).to_contain_text("Luca Brandt looks after 2 accounts")


def test_a_session_from_the_offer_to_the_booked_time(live, browser_of):
    [(account,)] = live.rows(
        """select h.account_id from milestones_accounthealth h join tracking_account a on a.id = h.account_id
           where h.pace in ('stalled', 'at_risk') and a.manager_id in (select member_id from playbooks_coach) order by h.held desc limit 1"""
    )
    member = browser_of("owner", at(live, f"accounts/{account}/"))
    member.get_by_role("link", name="Offer a session").first.click()
    member.get_by_label("What it should be about").fill("The first board")
    member.get_by_role("button", name="Offer it").click()
    expect(member.locator("#toasts")).to_contain_text("can choose a time")
    link = member.input_value("#session-link")
    somebody = browser_of(None, link)
    times = somebody.locator(".times button")
    expect(times.first).to_be_visible()
    time = times.first.inner_text()
    times.first.click()
    expect(somebody.locator("h1")).to_contain_text(time)
    expect(somebody.get_by_role("link", name="Put it in my calendar")).to_be_visible()
    somebody.get_by_role("link", name="Choose another time").click()
    other = somebody.locator(".times button").nth(1)
    expect(other).to_be_visible()
    other.focus()
    somebody.keyboard.press("Enter")
    expect(somebody.locator("h1")).not_to_contain_text(f"{time} (")
    member.reload()
    expect(member.locator(".page-title .pill")).to_have_text("Booked")
    live.eventually(
        lambda: live.rows("select to_tell from playbooks_session order by id desc limit 1") == [("",)],
        "The invitation was not sent",
    )
    member.goto(f"{live.url}/mailbox/")
    expect(member.locator("main")).to_contain_text("Your session is now")


def test_an_article_is_written_published_found_and_linked_from_its_step(live, browser_of):
    member = browser_of("owner", at(live, "help/"))
    member.get_by_label("Title", exact=True).fill("When the board stays empty")
    member.get_by_role("button", name="Write it").click()
    member.get_by_label("The article").fill("## Begin here\n\nLook at the **filter** first; then at the clock.")
    member.get_by_role("button", name="Publish").click()
    expect(member.locator(".page-title .badge").first).to_have_text("Published")
    box = member.locator("[name=milestones]").first
    step = box.get_attribute("value")
    box.check()
    member.locator("form", has=member.locator("[name=milestones]")).get_by_role("button", name="Save").click()
    expect(member.locator("#toasts")).to_contain_text("Saved")
    assert live.rows(
        "select article from milestones_steparticle where milestone = %s and article like 'when%%'", [step]
    )
    reader = browser_of(None, f"{live.url}/h/{live.demo['public_id']}/")
    reader.get_by_role("searchbox").fill("filters clocks")
    reader.keyboard.press("Enter")
    reader.get_by_role("link", name="When the board stays empty").click()
    expect(reader.locator("article h2")).to_have_text("Begin here")
    reader.get_by_role("button", name="Yes, it did").click()
    expect(reader.locator("#helped")).to_contain_text("Thank you")
    member.reload()
    expect(member.locator("main")).to_contain_text("1 of 1 said yes.")


def test_in_the_product_the_person_asks_for_a_session_and_reads_an_article(live, browser_of):
    [(person, key)] = live.rows(
        """select p.external_id, g.key from milestones_progress g join milestones_enrollment e on e.id = g.enrollment_id
           join tracking_seat s on s.id = e.seat_id join tracking_person p on p.id = s.person_id
           join milestones_steparticle h on h.milestone = g.key and h.workspace_id = g.workspace_id
           where g.on_track and g.reached_at is null and g.skipped_at is null and g.opened_at < now() and e.ended_at is null
             and s.left_at is null and p.external_id is not null and not jsonb_exists(p.traits, 'locale')
             and not exists (select 1 from playbooks_session x where x.person_id = p.id)
             and (select count(*) from milestones_enrollment o join tracking_seat w on w.id = o.seat_id
                  where w.person_id = p.id and o.ended_at is null) = 1
           order by g.opened_at desc limit 1"""
    )
    somebody = browser_of(None, f"{live.url}/sandbox/?person={person}")
    widget = somebody.locator("cairn-checklist")
    launcher = widget.locator(".widget-launcher")
    expect(launcher).to_be_visible(timeout=60_000)
    if not widget.locator("#panel").is_visible():
        launcher.click()
    step = widget.locator(f"[data-key='{key}/help']").first
    if not step.is_visible():
        widget.locator(f"summary[data-key='{key}']").first.click()
    title = live.rows("select title from milestones_steparticle where milestone = %s order by id limit 1", [key])[0][0]
    article = widget.locator("details.step-help", has_text=title).first
    article.locator("summary").click()
    expect(article.locator(".step-note").first).to_be_visible()
    widget.locator(f"summary[data-key='{key}/help']").first.click()
    widget.get_by_role("button", name="Do it together").first.click()
    way = widget.locator("#panel").get_by_role("link", name="Choose a time")
    expect(way).to_be_visible(timeout=60_000)
    expect(widget.locator(".msg", has_text="A session about")).to_be_attached(timeout=60_000)
    way.click()
    expect(somebody.locator(".times button").first).to_be_visible()
