"""Whatever a page of the frame offers a member opens for them, whatever their access."""

import re

import pytest

from tests import cast
from tests.ladders import ladder, milestone, publish_ladder

PATH = ladder(milestone("report", {"event": "Reported"}))


@pytest.mark.parametrize("access", ["executive", "manager", "admin", "owner"])
def test_every_link_of_the_start_page_opens(acme, signed_in, access):
    publish_ladder(acme, PATH)
    user = cast.user("mia@acme.example", "Mia")
    cast.member(acme, user, access)
    client = signed_in(user)
    home = client.get("/w/acme/", follow=True).content.decode()
    links = set(re.findall(r'href="(/w/acme/[^"#]*)"', home))
    assert len(links) > 8
    refused = {link: status for link in links if (status := client.get(link, follow=True).status_code) != 200}
    assert refused == {}
