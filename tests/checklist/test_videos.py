"""A video plays in the page where the workspace allows its host; elsewhere there is a way to it; never a third party unasked."""

import pytest

from milestones.checklist.document import video_of
from milestones.checklist.links import make_link
from milestones.models import Enrollment
from onboarding.tenancy.scope import workspace_scope
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, identify

VIDEO = {
    "url": "https://videos.example.com/share.mp4",
    "title": "Sharing a dashboard",
    "seconds": 48,
    "captions": "https://videos.example.com/share.vtt",
    "poster": "https://videos.example.com/share.jpg",
    "transcript": "Press Share.",
}


@pytest.fixture
def page(client, acme):
    publish_ladder(acme, ladder(milestone("share", {"event": "Shared"}, video=VIDEO)))
    Sender(client, acme).send(identify("petra"))

    def open_page(hosts: list[str]):
        acme.video_hosts = hosts
        acme.save()
        with workspace_scope(acme.pk):
            token = make_link(Enrollment.objects.get())
        return client.get(f"/c/{token}/")

    return open_page


def test_it_plays_from_a_host_that_is_allowed_with_captions_and_words(page):
    answer = page(["videos.example.com"])
    text, policy = answer.content.decode(), answer["Content-Security-Policy"]
    assert '<video class="video" controls preload="none"' in text
    assert '<track kind="captions" src="https://videos.example.com/share.vtt" default>' in text
    assert "Press Share." in text
    assert "media-src https://videos.example.com" in policy
    assert "img-src 'self' data: blob: https://videos.example.com;" in policy


def test_from_elsewhere_it_is_a_link_and_the_policy_stays_shut(page):
    answer = page([])
    assert "<video" not in answer.content.decode()
    assert 'href="https://videos.example.com/share.mp4"' in answer.content.decode()
    assert "media-src" not in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("url", "plays"),
    [
        ("https://videos.example.com/a.mp4", True),
        ("https://videos.example.com/a.WEBM?x=1", True),
        ("http://videos.example.com/a.mp4", False),
        ("https://videos.example.com/watch", False),
        ("https://videos.example.com.evil.example/a.mp4", False),
        ("https://[", False),
    ],
)
def test_only_files_over_https_at_an_allowed_host_play(url, plays):
    assert video_of({"url": url}, ["videos.example.com"])["plays"] is plays
