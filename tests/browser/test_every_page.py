"""Every page of the URL table, wide and narrow, light and dark: no complaint of axe, none in the console, nothing sideways."""

import itertools
import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from tests.browser.examples import (
    PASSWORD,
    begin_draft,
    confirm_address,
    find_examples,
    forget_password,
    make_guest_links,
    one_time_code,
    sign_in,
    turn_on_second_factor,
    visit_as_newcomer,
)
from tests.browser.not_pages import NOT_PAGES
from tests.isolation.test_routes_are_classed import routes

pytestmark = pytest.mark.browser
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
# Everything that is folded or waits in a menu is examined, too; menus would close each other if they were left automatic.
UNFOLD = """() => {
    for (const details of document.querySelectorAll('details')) details.open = true
    for (const menu of document.querySelectorAll('.menu[popover]')) { menu.popover = 'manual'; menu.showPopover() }
}"""
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def known_routes():
    return {pattern.name for _, pattern in routes()}


@pytest.fixture(scope="module")
def chromium(live, known_routes):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CAIRN_CHROMIUM"], args=["--no-sandbox"])
        yield browser
        browser.close()


class Visitor:
    """A browser of one size and scheme, with what its console and scripts complained about."""

    def __init__(self, browser, size, scheme):
        self.context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
        self.page = self.context.new_page()
        self.examined = self.context.new_page()  # axe brings styles and requests of its own, which the console notes
        self.page.set_default_timeout(20_000)
        self.complaints: list[str] = []
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))

    def look(self, live, examples: dict[str, str]) -> list[str]:
        """Open each address; what is wrong with it."""
        return [f"{name}: {wrong}" for name, path in examples.items() for wrong in self._look_at(live, name, path)]

    def _look_at(self, live, name: str, path: str) -> list[str]:
        self.complaints.clear()
        response = self.page.goto(f"{live.url}{path}", wait_until="load")
        wrong = [] if response.status == 200 else [f"answers {response.status}"]
        if name != "api-docs":  # Swagger UI's own page
            self.examined.goto(f"{live.url}{path}", wait_until="load")
            self.examined.evaluate(UNFOLD)
            found = Axe().run(self.examined).response["violations"]
            wrong += [f"{each['id']} at {each['nodes'][0]['target']}" for each in found]
        if self.page.evaluate(SIDEWAYS):
            wrong.append("scrolls sideways")
        return wrong + list(dict.fromkeys(self.complaints))

    def close(self):
        self.context.close()


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        pytest.param(WIDE, "light", id="1440 light"),
        pytest.param(NARROW, "dark", id="390 dark"),
        pytest.param(WIDE, "dark", id="1440 dark", marks=pytest.mark.slow),
        pytest.param(NARROW, "light", id="390 light", marks=pytest.mark.slow),
    ],
)
def test_every_page_is_sound(live, chromium, known_routes, size, scheme):
    examples, wrong = find_examples(live), []
    nobody, owner, newcomer = (Visitor(chromium, size, scheme) for _ in range(3))
    login = live.demo["logins"]["owner"]
    sign_in(owner.page, live, login["email"], login["password"])
    begin_draft(owner.page, live, examples.owner["ladder-detail"])
    wrong += owner.look(live, examples.owner)
    make_guest_links(owner.page, live, examples)
    email = visit_as_newcomer(newcomer.page, live, examples, next(_numbers) + 1000 * os.getpid())
    forget_password(nobody.page, live, examples, email)
    wrong += newcomer.look(live, examples.newcomer)
    wrong += nobody.look(live, examples.nobody)

    confirm_address(newcomer.page, live, examples)
    secret = turn_on_second_factor(newcomer.page, live)
    protected = {
        "mfa_view_recovery_codes": "/accounts/2fa/recovery-codes/",
        "mfa_generate_recovery_codes": "/accounts/2fa/recovery-codes/generate/",
        "mfa_deactivate_totp": "/accounts/2fa/totp/deactivate/",
        "mfa_reauthenticate": "/accounts/2fa/reauthenticate/",
        "mfa_index with a second factor": "/accounts/2fa/",
    }
    wrong += newcomer.look(live, protected)
    newcomer.context.clear_cookies()
    sign_in(newcomer.page, live, email, PASSWORD)
    asked = {"mfa_authenticate": "/accounts/2fa/authenticate/"}
    wrong += newcomer.look(live, asked)
    newcomer.page.fill("[name=code]", one_time_code(secret))

    visited = examples.names | {name.partition(" ")[0] for name in [*protected, *asked]}
    explained = set(itertools.chain.from_iterable(NOT_PAGES.values()))
    of_mail_services = {name for name in known_routes if name.endswith("_webhook")}  # anymail's, asked by machines
    assert known_routes - visited - explained - of_mail_services == set(), "a route without an example"
    assert (visited | explained) - known_routes == set(), "an example without a route"
    pages = [examples.nobody, examples.owner, examples.newcomer, protected, asked]
    print(f"{sum(map(len, pages))} pages at {size['width']} px, {scheme}")
    for visitor in (nobody, owner, newcomer):
        visitor.close()
    assert wrong == [], "\n".join(wrong)
