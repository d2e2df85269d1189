"""A browser's page for tests of one journey; `page.problems` are what its console and scripts complained of."""

import os

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.examples import sign_in


def watch(page) -> None:
    page.problems = []
    page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.problems.append(f"uncaught: {error}"))


@pytest.fixture
def page(live):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CAIRN_CHROMIUM"], args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(20_000)
        watch(page)
        yield page
        browser.close()


@pytest.fixture
def browser_of(live, page):
    """`browser_of(login, address)` answers the page of somebody else, in a browser context of their own, at an address;
    without a login it is nobody's.
    """
    contexts = []

    def enter(login: str | None, address: str):
        context = page.context.browser.new_context(viewport={"width": 1440, "height": 900})
        contexts.append(context)
        other = context.new_page()
        other.set_default_timeout(20_000)
        watch(other)
        if login:
            member = live.demo["logins"][login]
            sign_in(other, live, member["email"], member["password"])
        other.goto(address)
        return other

    yield enter
    for context in contexts:
        context.close()
