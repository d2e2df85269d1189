"""A message written, a nudge switched on, seen in the vendor's product and in the mailbox, and stopped by the person."""

import re

import pytest
from playwright.sync_api import expect

from onboarding.tenancy.brand import contrast

pytestmark = pytest.mark.browser


def save_budget(member, live) -> None:
    """No hour is quiet, so that the journey works at any time of day."""
    member.goto(f"{live.url}/w/{live.demo['workspace']}/nudges/attention/")
    member.fill("[name=quiet_from]", "00:00")
    member.fill("[name=quiet_until]", "00:00")
    member.uncheck("[name=weekends_quiet]")
    member.fill("[name=spacing_hours]", "0")
    member.fill("[name=person_day]", "9")
    member.fill("[name=person_week]", "20")
    member.get_by_role("button", name="Save").click()
    expect(member.locator("#toasts")).to_contain_text("Saved")


def write(member, live, name: str, channel: str, body: str) -> None:
    member.goto(f"{live.url}/w/{live.demo['workspace']}/messages/new/")
    member.fill("[name=name]", name)
    member.select_option("[name=channel]", channel)
    member.get_by_role("button", name="Write it").click()
    member.fill("[name=subject]", f"{name}, {{{{ person.first_name }}}}")
    member.fill("[name=body]", body)
    member.fill("[name=button]", "Show me")
    member.get_by_role("button", name="Save and look").click()
    expect(member.locator("#m-look")).to_be_visible()


def make_nudge(member, live, name: str) -> None:
    member.get_by_role("link", name="Make a nudge of it").click()
    member.fill("[name=name]", name)
    member.select_option("[name=trigger]", "reached")
    member.select_option("[name=place]", label="Publish your first dashboard")
    member.get_by_role("button", name="Save").click()
    expect(member.locator("h1")).to_have_text(name)
    member.get_by_role("button", name="Switch on").click()
    expect(member.locator(".page-title .pill")).to_have_text("On")


def test_a_nudge_from_its_words_to_the_person_who_has_enough(live, page, browser_of):
    member = browser_of("owner", f"{live.url}/w/{live.demo['workspace']}/nudges/")
    save_budget(member, live)
    write(member, live, "Applause", "in_app", "Now share it with {{ account.name }}.")
    make_nudge(member, live, "Applause in the product")
    write(member, live, "Letter", "email", "Well done, **{{ person.name }}**.")
    make_nudge(member, live, "Applause by mail")
    somebody = browser_of(None, f"{live.url}/sandbox/?person={_who_has_not_published(live)}")
    _publish(somebody)
    card = somebody.locator("cairn-checklist .msg", has_text="Applause")
    expect(card).to_contain_text("Now share it with", timeout=90_000)
    expect(somebody.locator("cairn-checklist .messages")).to_have_attribute("aria-live", "polite")
    card.get_by_role("button", name=re.compile("Close")).press("Enter")
    expect(card).to_have_count(0)
    expect(somebody.locator("cairn-checklist .widget-launcher")).to_be_focused()
    assert somebody.problems == []

    text = live.eventually(lambda: _letter(live), "the letter in the mailbox", seconds=60)
    stop = re.search(r"/n/[\w-]+/", text)[0]
    reader = browser_of(None, f"{live.url}{stop}")
    reader.uncheck("[name=email]")
    reader.get_by_role("button", name="Save").click()
    expect(reader.get_by_role("status").first).to_contain_text("Saved")
    assert reader.locator("[name=email]").is_checked() is False
    assert member.problems == []
    assert reader.problems == []


@pytest.mark.parametrize(("width", "theme"), [(1024, "light"), (360, "light"), (360, "dark")])
def test_a_mail_fits_and_can_be_read(live, page, browser_of, width, theme):
    """As a picture: on a desktop and a phone nothing is cut off, and its words stand out from what is behind them."""
    base = f"{live.url}/w/{live.demo['workspace']}/messages/first-dashboard-by-mail/preview/"
    member = browser_of("owner", f"{base}?theme={theme}")
    member.set_viewport_size({"width": width, "height": 900})
    assert member.evaluate("document.documentElement.scrollWidth <= innerWidth")
    button = member.locator(".go a")
    assert button.bounding_box()["width"] > 80
    picture = member.locator(".sheet").screenshot()
    assert len(set(picture)) > 50
    ink, ground = (
        member.evaluate(f"getComputedStyle(document.querySelector('{where}')).{what}")
        for where, what in (("h1", "color"), (".sheet", "backgroundColor"))
    )
    assert contrast(_colour(ink), _colour(ground)) > 7


def _colour(text: str) -> tuple[float, ...]:
    return tuple(int(part) / 255 for part in re.findall(r"\d+", text)[:3])


def _publish(somebody) -> None:
    expect(somebody.locator("cairn-checklist .widget-launcher")).to_be_visible()
    somebody.get_by_role("button", name="Publish", exact=True).click()


def _who_has_not_published(live) -> str:
    people = live.demo["people"]
    usual = next(each for each in people if each["role"] == "power_user")  # the sandbox's own, whom other journeys meet
    known = [each["external_id"] for each in people if each is not usual]
    rows = live.rows(
        """select p.external_id from tracking_person p join tracking_seat s on s.person_id = p.id and s.left_at is null
           join milestones_enrollment e on e.seat_id = s.id and e.ended_at is null
           join milestones_progress g on g.enrollment_id = e.id and g.key = 'publish-dashboard' and g.on_track
                and g.reached_at is null and g.opened_at < now()
           where p.email <> '' and p.external_id = any(%s) and not p.is_test and not jsonb_exists(p.traits, 'locale')
           order by p.id""",
        [known],
    )
    return rows[-1][0]


def _letter(live) -> str | None:
    for path in (live.folder / "mail").glob("*"):
        text = path.read_text().replace("=\n", "")
        if "Letter, " in text:
            return text
    return None


def test_the_main_job_works_by_keyboard_alone(live, page, browser_of):
    member = browser_of("owner", f"{live.url}/w/{live.demo['workspace']}/messages/new/")
    member.focus("[name=name]")
    member.keyboard.type("By keyboard")
    for _ in range(3):
        member.keyboard.press("Tab")
    member.keyboard.press("Tab")
    member.keyboard.press("Enter")
    expect(member.locator("h1")).to_have_text("By keyboard")
    member.focus("[name=subject]")
    member.keyboard.type("A word")
    member.keyboard.press("Tab")
    member.keyboard.type("Hello")
    for _ in range(2):
        member.keyboard.press("Tab")
    member.keyboard.press("Enter")
    expect(member.locator("#m-look")).to_be_visible()
    assert member.problems == []
