"""An author's Markdown: drawn as safe HTML, or as the words alone."""

import pytest

from milestones.prose import as_html, as_text


def test_plain_elements_are_drawn():
    assert as_html("Press **Share**.\nThen wait.") == "<p>Press <strong>Share</strong>.<br>\nThen wait.</p>\n"
    assert as_html("- one\n- two") == "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"


def test_links_go_to_https_or_a_path_and_open_apart():
    said = as_html("[docs](https://docs.example/x) [here](/reports)")
    assert '<a href="https://docs.example/x" target="_blank" rel="noopener noreferrer nofollow">docs</a>' in said
    assert '<a href="/reports"' in said


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://tracker.example/pixel.png)",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](http://plain.example)",
        '[x](https://a.example "onmouseover=alert(1)")',
        "# Heading\n\n***\n",
        '<https://a.example/?"onload=1>',
        "`</code><script>`",
    ],
)
def test_nothing_else_gets_through(text):
    said = as_html(text).lower()
    for bad in (
        "<script",
        "<img",
        'href="javascript',
        'href="data',
        'href="http:',
        ' onload="',
        ' onmouseover="',
        "<h1",
        "<hr",
    ):
        assert bad not in said


def test_programs_get_the_words():
    assert (
        as_text("Press **Share**, then [wait](https://a.example).\n\n- one\n- two")
        == "Press Share, then wait.\none\ntwo"
    )
    assert as_text("") == ""
    assert as_text("a < b & c") == "a < b & c"
