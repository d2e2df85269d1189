"""From page to page by their links, for each access: nothing that is offered is refused, missing or broken."""

import re
from urllib.parse import urljoin

import pytest

pytestmark = pytest.mark.browser
ALIKE = 3  # addresses of one shape that are followed
LEFT = ("/accounts/logout/", "/static/", "/files/")


def shape(address: str) -> str:
    """An address without what differs between two of its kind: numbers, keys and choices."""
    path, _, query = address.partition("?")
    path = re.sub(
        r"/(people|accounts|milestones|steps?|ladders|definitions|messages|help|features)/[^/]+", r"/\1/_", path
    )
    return f"{re.sub(r'/[0-9]+', '/_', path)}?{re.sub(r'=[^&]*', '', query)}"


@pytest.mark.parametrize(("access", "least"), [("executive", 20), ("manager", 120)])
def test_every_link(live, browser_of, access, least):
    page = browser_of(access, f"{live.url}/w/{live.demo['workspace']}/")
    todo, seen, shapes, refused = [(page.url, "")], set(), {}, []
    while todo and len(seen) < 150:
        address, where = todo.pop(0)
        kind = shape(address)
        if address in seen or shapes.get(kind, 0) >= ALIKE:
            continue
        seen.add(address)
        shapes[kind] = shapes.get(kind, 0) + 1
        answer = page.request.get(address)
        if answer.status != 200:
            refused.append((answer.status, address, where))
        if "html" in answer.headers.get("content-type", ""):
            links = (
                urljoin(address, link.replace("&amp;", "&")) for link in re.findall(r'href="([^"#]+)', answer.text())
            )
            todo += [
                (link, address) for link in links if link.startswith(live.url) and not any(x in link for x in LEFT)
            ]
    assert refused == []
    assert len(seen) >= least
