"""The widget in a host's page, in a real browser, against a running Cairn."""

import itertools
import os
import re
import socket

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.host_page import host_page
from tests.browser.vendor import Vendor
from tests.ladders import ladder, milestone

pytestmark = pytest.mark.browser
BAD = '<img src=x onerror="window.broken = 1"><script>window.broken = 1</script>'
PATH = ladder(
    milestone("greet", {"event": "Greeted"}, unlocks=["confetti"], why="A hello opens doors.", effort_minutes=4),
    milestone(
        "invite",
        {"event": "Invited", "count": 3},
        cue="Ask three.",
        link="https://docs.example/invite",
        actions=["Open Team", "Press Invite"],
        hints=[{"anchor": "team", "text": "Invite stands here."}, {"anchor": "nowhere", "text": "Never seen."}],
    ),
    milestone("agree", {"any": [{"confirmed_by": "person"}, {"event": "Agreed"}]}),
    milestone("finish", {"event": "Finished"}),
    key="host-path",
    rungs={"finish": {"requires": ["greet"]}, "invite": {"person_may": ["later", "not_for_me"]}},
    enroll={"when": "event", "event": "Path Started"},
)
HOSTILE = ladder(
    milestone(
        "one",
        {"event": "One"},
        title=BAD,
        why=BAD,
        cue=BAD,
        outcome=BAD,
        tips=[BAD],
        actions=[BAD],
        link="//evil.example/",
    ),
    milestone("two", {"event": BAD}, title="{{ 7 * 7 }} ${7 * 7}", quick_win=True),
    key="hostile",
    name=BAD,
    enroll={"when": "event", "event": "Hostile Started"},
)
FILM = ladder(
    milestone("watch", {"event": "Watched"}, video={"url": "https://videos.example/two.mp4", "title": "Two minutes"}),
    key="film",
    enroll={"when": "event", "event": "Film Started"},
)
WAY = ladder(
    milestone("report", {"event": "Reported"}, link="/reports/new"),
    key="way",
    enroll={"when": "event", "event": "Way Started"},
)
LAUNCHER = "cairn-checklist .widget-launcher"
PANEL = "cairn-checklist [role=dialog]"
SUMMARY = "cairn-checklist .step-head"
FOCUS = "() => document.querySelector('cairn-checklist').shadowRoot.activeElement?.className"
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def vendor(live, tmp_path_factory):
    vendor = Vendor(live)
    for document in (PATH, HOSTILE, FILM, WAY):
        vendor.apply(document, tmp_path_factory.mktemp("ladders"))
    return vendor


@pytest.fixture(scope="module")
def chromium(vendor):
    # After `vendor`: while Playwright runs in this thread, Django refuses to ask the database.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CAIRN_CHROMIUM"], args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """A page at 1440 px; `page.problems` collects what its console and its scripts complain about."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.problems = []
    page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.problems.append(f"uncaught: {error}"))
    yield page
    context.close()


@pytest.fixture
def host():
    with host_page() as host:
        yield host


@pytest.fixture
def person(vendor):
    """Somebody new at the foot of the path."""
    name = f"guest-{os.getpid()}-{next(_numbers)}"
    vendor.enroll(name, event="Path Started", ladder="host-path")
    return name


def element(vendor, person, *, ladder="host-path", more=""):
    return f'<cairn-checklist token="{vendor.token(person)}" ladder="{ladder}" {more}></cairn-checklist>'


def visit(page, host, vendor, person, **options):
    """Open the host's page with this person's checklist in it, and wait for the launcher."""
    body = options.pop("body", None) or element(vendor, person, **options.pop("element", {}))
    page.goto(host.show(vendor.live.url, body, **options))
    expect(page.locator(LAUNCHER)).to_be_visible()


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_it_loads_under_a_strict_policy_without_a_complaint(page, host, vendor, person):
    visit(page, host, vendor, person)
    assert page.locator(LAUNCHER).inner_text().split() == ["Getting", "started", "0", "of", "4"]
    page.locator(LAUNCHER).click()
    expect(page.locator(PANEL)).to_contain_text("4 steps ahead, one at a time. First: Greet, about 4 minutes.")
    expect(page.locator(PANEL)).to_contain_text("A hello opens doors.")
    expect(page.locator(PANEL)).to_contain_text("Unlocks Confetti")
    expect(page.locator(PANEL)).to_contain_text("0 of 3 so far")
    expect(page.locator(PANEL)).to_contain_text("Opens after “Greet”")
    assert page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]
    assert page.problems == []


def test_a_policy_of_nonces_lets_the_whole_of_it_in(page, host, vendor, person):
    visit(page, host, vendor, person, nonce="r4nd0m")
    page.locator(LAUNCHER).click()
    expect(page.locator(PANEL)).to_contain_text("A hello opens doors.")
    assert page.problems == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_property_gives_the_token_before_and_after_the_script_has_come(page, host, vendor, person, when):
    given = f"document.querySelector('cairn-checklist').getToken = async () => '{vendor.token(person)}'"
    late = f"customElements.whenDefined('cairn-checklist').then(() => {{ {given} }})"
    body = '<cairn-checklist ladder="host-path"></cairn-checklist>'
    visit(page, host, vendor, person, body=body, script=given if when == "before" else late)
    assert page.problems == []


def test_it_has_the_vendor_s_colour_and_word(page, host, vendor, person):
    vendor.set(accent="#aa3300", checklist_name="Ihre ersten Schritte")
    try:
        visit(page, host, vendor, person)
        expect(page.locator(LAUNCHER)).to_contain_text("Ihre ersten Schritte")
        assert (
            page.locator("cairn-checklist .root")
            .evaluate("(root) => root.style.getPropertyValue('--accent')")
            .startswith("light-dark(#aa3300")
        )
    finally:
        vendor.set(accent="", checklist_name="")
    assert page.problems == []


def test_somebody_who_is_done_says_whether_they_recommend_it(page, host, vendor, person):
    vendor.send(person, "Greeted", "Agreed", "Finished", *["Invited"] * 3)
    visit(page, host, vendor, person)
    page.locator(LAUNCHER).click()
    asked = page.locator(f"{PANEL} .widget-recommend")
    asked.locator("textarea").fill("Begin with the invitations")
    asked.get_by_role("button", name="9", exact=True).click()
    expect(asked).to_contain_text("You said 9. Thank you. “Begin with the invitations”")
    asked.get_by_role("button", name="10", exact=True).click()
    expect(asked).to_contain_text("You said 10. Thank you. “Begin with the invitations”")
    assert page.problems == []


def test_a_video_asks_nobody_before_it_is_played_and_becomes_a_link_where_it_may_not_play(page, host, vendor):
    name = f"viewer-{os.getpid()}"
    vendor.enroll(name, event="Film Started", ladder="film")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    visit(page, host, vendor, name, element={"ladder": "film"})
    page.locator(LAUNCHER).click()
    expect(page.locator(PANEL)).to_contain_text("Play video: Two minutes")
    assert all(address.startswith((host.address, vendor.live.url)) for address in asked)
    link = page.locator(f"{PANEL} .step-film a")
    expect(link).to_have_attribute("href", "https://videos.example/two.mp4")
    expect(link).to_have_attribute("rel", "noopener")
    assert page.problems == []


def test_a_video_of_an_allowed_host_is_played_when_asked_for_and_what_fails_becomes_a_link(page, host, vendor):
    vendor.set(video_hosts=["videos.example"])
    try:
        name = f"viewer-{os.getpid()}-2"
        vendor.enroll(name, event="Film Started", ladder="film")
        visit(page, host, vendor, name, element={"ladder": "film"})
        page.locator(LAUNCHER).click()
        expect(page.locator(f"{PANEL} video")).to_have_count(0)
        page.get_by_role("button", name="Play video: Two minutes").click()
        expect(page.locator(f"{PANEL} .step-film a")).to_be_visible()  # the page's policy names no media host
    finally:
        vendor.set(video_hosts=[])


def test_a_part_that_did_not_come_is_fetched_again(page, host, vendor, person):
    page.route("**/widget/v1.panel.js*", lambda route: route.abort(), times=1)
    with page.expect_event("requestfailed"):
        page.goto(host.show(vendor.live.url, element(vendor, person)))
    page.locator("#press").click()  # a click in the page is what makes it look sooner
    expect(page.locator(LAUNCHER)).to_be_visible(timeout=20_000)
    page.locator(LAUNCHER).click()
    expect(page.locator(PANEL)).to_contain_text("A hello opens doors.")


def test_it_moves_when_a_real_event_arrives(page, host, vendor, person):
    script = "Cairn_ready = customElements.whenDefined('cairn-checklist').then(() => { window.heard = []; for (const kind of ['reached', 'change']) Cairn.on(kind, (event) => heard.push(event)) })"
    visit(page, host, vendor, person, script=script)
    page.locator("#press").click()  # a click in the page is what makes it look every second
    vendor.send(person, "Greeted", "Invited", "Invited")
    expect(page.locator(LAUNCHER)).to_contain_text("1 of 4", timeout=5_000)
    expect(page.locator("cairn-checklist .u-sr[role=status]")).to_have_text("Done: Greet. 1 of 4 steps done.")
    reached = [event for event in page.evaluate("heard") if event["type"] == "reached"]
    assert [(event["key"], event["title"], event["reached"]) for event in reached] == [("greet", "Greet", 1)]
    page.locator(LAUNCHER).click()
    expect(page.locator(PANEL)).to_contain_text("2 of 3 so far")
    expect(page.locator("details[data-key=invite]")).to_have_attribute("open", "")
    assert page.problems == []


def test_a_keyboard_alone_opens_reads_and_closes_it(page, host, vendor, person):
    visit(page, host, vendor, person)
    page.locator("#press").focus()
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS) == "widget-launcher"
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUS) == "widget"
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS) == "icon-btn"
    page.keyboard.press("Tab")
    expect(page.locator(SUMMARY).first).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("details[data-key=greet] .step-help > summary")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(SUMMARY).nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("details[data-key=invite] .step-cue")).to_be_visible()
    for name in ("Open Team", "Press Invite"):
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name=name)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Start in a new tab")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(PANEL)).to_be_hidden()
    assert page.evaluate(FOCUS) == "widget-launcher"


def test_escape_elsewhere_belongs_to_the_page(page, host, vendor, person):
    visit(
        page,
        host,
        vendor,
        person,
        script="document.addEventListener('keydown', (event) => { if (event.key === 'Escape') presses.textContent = 'escaped' })",
    )
    page.locator(LAUNCHER).click()
    page.keyboard.press("Escape")
    expect(page.locator(PANEL)).to_be_hidden()
    expect(page.locator("#presses")).to_have_text("0")
    page.locator(LAUNCHER).click()
    page.locator("#press").focus()
    page.keyboard.press("Escape")
    expect(page.locator(PANEL)).to_be_visible()
    expect(page.locator("#presses")).to_have_text("escaped")


def test_what_is_unfolded_and_focused_stays_so_when_it_moves(page, host, vendor, person):
    visit(page, host, vendor, person)
    page.locator(LAUNCHER).click()
    page.locator(SUMMARY).nth(1).press("Enter")
    vendor.send(person, "Agreed")
    expect(page.locator(PANEL)).to_contain_text("Done today")
    expect(page.locator(SUMMARY).nth(1)).to_be_focused()
    expect(page.locator("details[data-key=invite]")).to_have_attribute("open", "")


def test_a_person_confirms_a_step(page, host, vendor, person):
    visit(page, host, vendor, person)
    page.locator(LAUNCHER).click()
    page.locator("details[data-key=agree] > summary").click()
    page.get_by_role("button", name="I have done this").click()
    expect(page.locator("details[data-key=agree]")).to_have_attribute("data-status", "reached")
    assert vendor.checklist(person, "host-path")["reached"] == 1
    assert page.problems == []


def test_actions_are_ticked_a_step_put_off_and_left_out(page, host, vendor, person):
    visit(page, host, vendor, person)
    page.locator(LAUNCHER).click()
    page.locator("details[data-key=invite] > summary").click()
    page.get_by_role("button", name="Press Invite").click()
    expect(page.get_by_role("button", name="Press Invite")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Remind me tomorrow").click()
    expect(page.locator("details[data-key=invite]")).to_contain_text("You put this off until tomorrow.")
    page.get_by_role("button", name="Not for me").click()
    expect(page.locator("details[data-key=invite]")).to_have_attribute("data-status", "skipped")
    assert page.problems == []


def test_what_is_pressed_while_something_is_under_way_is_done_too(page, host, vendor, person):
    visit(page, host, vendor, person)
    page.locator(LAUNCHER).click()
    page.evaluate(
        """() => document.querySelector('cairn-checklist').shadowRoot
            .querySelectorAll('details[data-key=invite] .todo').forEach((button) => button.click())"""
    )
    for name in ("Open Team", "Press Invite"):
        todo = page.locator(PANEL).get_by_role("button", name=name, include_hidden=True)
        expect(todo).to_have_attribute("aria-pressed", "true")
    assert page.problems == []


def test_a_path_is_one_of_the_page_s_own_product(page, host, vendor):
    name = f"walker-{os.getpid()}"
    vendor.enroll(name, event="Way Started", ladder="way")
    visit(page, host, vendor, name, element={"ladder": "way"})
    page.locator(LAUNCHER).click()
    way = page.locator(f"{PANEL} .step-actions a").first
    expect(way).to_have_attribute("href", re.compile(rf"^{re.escape(page.evaluate('location.origin'))}/reports/new$"))
    assert way.get_attribute("target") is None
    assert page.problems == []


def test_a_call_for_help_keeps_what_is_typed_while_the_steps_move(page, host, vendor, person):
    visit(page, host, vendor, person)
    page.locator(LAUNCHER).click()
    page.locator("details[data-key=invite] > summary").click()
    page.locator("details[data-key=invite] .step-help > summary").click()
    words = page.get_by_role("textbox", name="What do you need?").locator("visible=true")
    words.fill("Where is Inv")
    vendor.send(person, "Agreed")
    expect(page.locator(PANEL)).to_contain_text("Done today")
    expect(words).to_be_focused()
    expect(words).to_have_value("Where is Inv")
    page.keyboard.type("ite?")
    page.locator("details[data-key=invite]").get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("details[data-key=invite]")).to_contain_text("You asked for help")
    expect(page.locator("details[data-key=invite]")).to_contain_text("Where is Invite?")
    assert page.problems == []


def test_a_step_is_rated(page, host, vendor, person):
    vendor.send(person, "Greeted")
    visit(page, host, vendor, person)
    page.locator(LAUNCHER).click()
    expect(page.locator("details[data-key=greet]")).to_have_attribute("data-status", "reached")
    page.locator("details[data-key=greet] > summary").click()
    page.locator("details[data-key=greet] .step-help > summary").click()
    page.locator("details[data-key=greet] textarea").fill("Friendly")
    page.get_by_role("button", name="5", exact=True).click()
    expect(page.locator("details[data-key=greet]")).to_contain_text("5 of 5: Friendly")
    assert page.problems == []


def test_a_hint_stands_at_its_place_and_a_missing_place_shows_nothing(page, host, vendor, person):
    body = f'{element(vendor, person)}<p data-cairn-hint="team">Team</p>'
    visit(page, host, vendor, person, body=body, css="[data-cairn-hint] { margin-top: 40vh }")
    marks = page.locator("cairn-checklist .hint-mark")
    expect(marks).to_have_count(1)
    place, mark = page.locator("[data-cairn-hint=team]").bounding_box(), marks.bounding_box()
    assert abs(mark["y"] + mark["height"] / 2 - place["y"]) < 3
    marks.focus()
    page.keyboard.press("Enter")
    expect(page.locator("cairn-checklist .hint-card")).to_contain_text("Invite stands here.")
    page.keyboard.press("Escape")
    expect(page.locator("cairn-checklist .hint-card")).to_be_hidden()
    expect(marks).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Close the hint").click()
    expect(marks).to_have_count(0)
    assert page.problems == []


def test_a_hint_comes_and_goes_with_its_place(page, host, vendor, person):
    visit(page, host, vendor, person)
    expect(page.locator("cairn-checklist .hint-mark")).to_have_count(0)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p data-cairn-hint=team>Team</p>')")
    page.locator("#press").click()
    expect(page.locator("cairn-checklist .hint-mark")).to_have_count(1)
    page.evaluate("document.querySelector('[data-cairn-hint]').remove()")
    page.locator("#press").click()
    expect(page.locator("cairn-checklist .hint-mark")).to_have_count(0)


def test_all_steps_done_is_said(page, host, vendor, person):
    visit(page, host, vendor, person)
    vendor.send(person, "Greeted", "Agreed", "Finished", *["Invited"] * 3)
    page.locator(LAUNCHER).click()
    expect(page.locator(PANEL)).to_contain_text("All 4 steps are done")
    expect(page.locator(PANEL)).to_contain_text("That was the last step")


def test_somebody_on_no_ladder_sees_nothing_until_they_are(page, host, vendor):
    name = f"stranger-{os.getpid()}"
    page.goto(host.show(vendor.live.url, element(vendor, name)))
    page.wait_for_function("Boolean(customElements.get('cairn-checklist'))")
    with page.expect_response(re.compile("/widget/v1/checklist")):
        page.locator("#press").click()
    expect(page.locator(LAUNCHER)).to_be_hidden()
    vendor.send(name, "Path Started")
    page.locator("#press").click()
    expect(page.locator(LAUNCHER)).to_be_visible()


def test_a_refused_token_makes_it_ask_for_another_one(page, host, vendor, person):
    tokens = [vendor.token(person, seconds=-600), vendor.token(person)]
    script = f"window.tokens = {tokens}; window.asked = 0; customElements.whenDefined('cairn-checklist').then(() => Cairn.start({{ ladder: 'host-path', getToken: async () => tokens[asked++] }}))"
    visit(page, host, vendor, person, body="<p>", script=script)
    assert page.evaluate("asked") == 2
    assert [problem for problem in page.problems if "401" not in problem] == []  # the browser's own line


def test_another_token_is_another_person(page, host, vendor, person):
    other = f"{person}-other"
    vendor.enroll(other, "Greeted", event="Path Started", ladder="host-path")
    visit(page, host, vendor, person)
    page.evaluate(
        "token => document.querySelector('cairn-checklist').setAttribute('token', token)", vendor.token(other)
    )
    expect(page.locator(LAUNCHER)).to_contain_text("1 of 4")
    expect(page.locator("cairn-checklist .u-sr[role=status]")).to_be_empty()
    page.evaluate("document.querySelector('cairn-checklist').removeAttribute('token')")
    expect(page.locator(LAUNCHER)).to_be_hidden()


def test_what_one_person_typed_is_not_another_s(page, host, vendor, person):
    other = f"{person}-other"
    vendor.enroll(other, event="Path Started", ladder="host-path")
    visit(page, host, vendor, person)
    page.locator(LAUNCHER).click()
    page.locator("details[data-key=greet] .step-help > summary").click()
    words = page.locator("details[data-key=greet] textarea")
    words.fill("My manager must not know")
    with page.expect_response(re.compile("/widget/v1/checklist")):
        page.evaluate(
            "token => document.querySelector('cairn-checklist').setAttribute('token', token)", vendor.token(other)
        )
    expect(words).to_have_value("")
    assert page.problems == []


def test_a_server_that_is_down_leaves_the_page_alone(page, host, vendor, person):
    nowhere = f"http://127.0.0.1:{closed_port()}"
    body = element(vendor, person, more=f'server="{nowhere}"')
    with page.expect_event("requestfailed"):
        page.goto(host.show(vendor.live.url, body, connect=nowhere))
    page.evaluate("Cairn.open(); Cairn.refresh(); Cairn.close()")
    page.locator("#press").click()
    expect(page.locator("#presses")).to_have_text("1")
    expect(page.locator(LAUNCHER)).to_be_hidden()
    assert [problem for problem in page.problems if "ERR_CONNECTION_REFUSED" not in problem] == []


def test_a_server_that_never_answers_leaves_the_page_alone(page, host, vendor, person):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        nowhere = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with page.expect_request(re.compile("/widget/v1/checklist")):
            page.goto(host.show(vendor.live.url, element(vendor, person, more=f'server="{nowhere}"'), connect=nowhere))
        page.locator("#press").click()
        expect(page.locator("#presses")).to_have_text("1")
        expect(page.locator(LAUNCHER)).to_be_hidden()
    assert page.problems == []


@pytest.mark.parametrize(
    "answer",
    ["", "<html>", "null", "[]", '{"phases": 3}', '{"reached": 0, "total": 1, "phases": [null]}', '{"reached": 1, "total": 2, "ladder": 7, "phases": [{"rungs": [{}]}]}',
     '{"reached": 1, "total": 2, "ladder": {"name": {}}, "phases": [{"name": [], "rungs": [{"key": "a", "title": "b", "state": "__proto__", "unlocks": 7, "signals": "x"}]}]}'],
)  # fmt: skip
def test_nonsense_leaves_the_page_alone(page, host, vendor, answer):
    host.answers["/widget/v1/checklist"] = ("application/json", answer)
    body = f'<cairn-checklist token="t" server="{host.address}"></cairn-checklist>'
    with page.expect_response(re.compile("/widget/v1/checklist")):
        page.goto(host.show(vendor.live.url, body, connect=host.address))
    page.locator("#press").click()
    expect(page.locator("#presses")).to_have_text("1")
    expect(page.locator(LAUNCHER)).to_be_hidden()
    assert page.problems == []


def test_names_that_look_like_code_are_shown_as_they_are(page, host, vendor):
    name = f"hostile-{os.getpid()}"
    vendor.enroll(name, event="Hostile Started", ladder="hostile")
    visit(page, host, vendor, name, element={"ladder": "hostile"})
    page.locator(LAUNCHER).click()
    assert page.locator(f"{PANEL} h2").inner_text() == BAD
    assert BAD in page.locator("details[data-key=one] .step-title").inner_text()
    expect(page.locator("details[data-key=two] .step-title")).to_have_text("{{ 7 * 7 }} ${7 * 7}")
    assert page.locator("cairn-checklist :is(img, script)").count() == 0
    assert page.evaluate("window.broken") is None
    assert page.problems == []


def test_a_page_that_resets_freezes_and_patches_everything_cannot_break_it(page, host, vendor, person):
    css = """html { font-size: 31px } * { color: red !important; background: yellow !important; font: 40px fantasy !important;
      letter-spacing: 9px !important; margin: 50px !important; z-index: -1 !important; text-transform: uppercase !important }
      :not(html, body) { position: relative !important; transform: rotate(3deg) !important; opacity: .3 !important }
      cairn-checklist { display: none !important; visibility: hidden !important; filter: blur(9px) !important }"""
    frozen = "for (const kind of [Object, Array, Function, Map, Set, Promise, Node, Element, HTMLElement, Event, EventTarget]) Object.freeze(kind.prototype)"
    patched = """customElements.whenDefined('cairn-checklist').then(() => {
      const broken = () => { throw new Error('patched') }
      for (const name of ['fetch', 'setTimeout', 'clearTimeout', 'URL', 'encodeURIComponent']) window[name] = broken
      JSON.parse = document.createElement = document.createTextNode = document.createElementNS = broken
    })"""  # fmt: skip
    visit(page, host, vendor, person, css=css, before=frozen, script=patched)
    page.locator(LAUNCHER).click()
    expect(page.locator(PANEL)).to_contain_text("A hello opens doors.")
    box = page.locator(PANEL).bounding_box()
    assert (round(box["x"] + box["width"]), round(box["y"] + box["height"]), round(box["width"])) == (1420, 880, 384)
    look = page.locator(f"{PANEL} .step-title").first.evaluate(
        "(node) => { const { fontSize, letterSpacing, textTransform, opacity } = getComputedStyle(node); return [fontSize, letterSpacing, textTransform, opacity] }"
    )
    assert look == ["14px", "normal", "none", "1"]
    vendor.send(person, "Greeted")
    expect(page.locator(PANEL)).to_contain_text("Done today")
    assert page.problems == []


def test_a_page_that_broke_the_browser_before_hears_nothing(page, host, vendor, person):
    before = "window.fetch = () => { throw new Error('no network for you') }; delete window.CSSStyleSheet"
    page.goto(host.show(vendor.live.url, element(vendor, person), before=before))
    page.locator("#press").click()
    expect(page.locator("#presses")).to_have_text("1")
    assert page.problems == []


def test_it_stands_at_the_chosen_end_of_either_writing_direction(page, host, vendor, person):
    middle = 1440 / 2
    for root, more, is_left in (("", "", False), ("", 'position="start"', True), ('dir="rtl"', "", True)):
        visit(page, host, vendor, person, element={"more": more}, root=root)
        assert (page.locator(LAUNCHER).bounding_box()["x"] < middle) is is_left


COUNTED = """
window.asked = []; window.answered = 0
const fetch = window.fetch
window.fetch = (...given) => {
  if (!`${given[0]}`.includes('/widget/v1/checklist')) return fetch(...given)
  asked.push(performance.now())
  return fetch(...given).finally(() => { answered += 1 })
}
"""


def test_it_asks_every_second_after_a_click_then_less_and_less(page, host, vendor, person):
    page.clock.install()
    visit(page, host, vendor, person, before=COUNTED)
    page.locator("#press").click()
    next_pause(page)
    assert [next_pause(page) for _ in range(3)] == pytest.approx([1, 1, 1], abs=0.2)
    page.clock.run_for(31_000)
    next_pause(page)
    assert [next_pause(page) for _ in range(2)] == pytest.approx([5, 5], abs=0.2)
    page.clock.run_for(300_000)
    next_pause(page)
    assert next_pause(page) == pytest.approx(30, abs=0.2)


def next_pause(page):
    """Turn the page's clock on until it asks again and has its answer; the seconds of that clock between two askings."""
    before = page.evaluate("asked.length")
    for _ in range(3_000):  # a request that failed on a busy machine is followed by a longer pause
        while page.evaluate("asked.length > answered"):
            page.wait_for_timeout(5)
        times = page.evaluate("asked")
        if len(times) > before:
            return (times[-1] - times[-2]) / 1000
        page.clock.run_for(100)
    raise AssertionError("it never asked again")
