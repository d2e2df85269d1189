"""Liquid within bounds (RELIABILITY.md attacks 16 and 17): bombs end, secrets stay, and good templates still say what they say."""

import pytest

from playbooks.wording.composing import compose, plain
from playbooks.wording.rendering import Renderer, UnsayableError, renderer
from playbooks.wording.variables import complaints

KNOWN = {
    "person": {"name": "Hannah Berg", "first_name": "Hannah", "traits": {"team": "north"}},
    "progress": {"reached": 3},
    "links": {"checklist": "https://cairn.example/c/x/"},
}
BOMBS = [
    "{{ (1..200000000) | join: '' }}",
    "{% assign n = 5000000 %}{% for i in (1..n) reversed %}{{ i }}{% endfor %}",
    "{{ (1..5000000) | sort | last }}",
    "{% for i in (1..999) %}{% for j in (1..999) %}{% for k in (1..999) %}x{% endfor %}{% endfor %}{% endfor %}",
    "{% assign s = 'aaaaaaaaaa' %}{% for i in (1..60) %}{% assign s = s | append: s %}{% endfor %}{{ s }}",
    "{% capture s %}x{% endcapture %}{% for i in (1..40) %}{% capture s %}{{ s }}{{ s }}{% endcapture %}{% endfor %}{{ s }}",
    "{% assign a = '9' %}{% for i in (1..900) %}{% assign a = a | times: a %}{% endfor %}{{ a }}",
    "{% for i in (1..900) %}{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' }}{% endfor %}",
    "{% include 'x' %}",
    "{% render 'x' %}",
    "{% layout 'x' %}",
    "{{ person.name | map: 'a' | map: 'b' | sort: 'c' }}" * 400,
    "{% if " + "a == " * 3000 + "a %}{% endif %}",
    "{% if a %}" * 600 + "{% endif %}" * 600,
    "{" * 90_000,
]


def said(body, known=KNOWN):
    return renderer.render({"body": body}, known)["body"]


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_ends(bomb):
    with pytest.raises(UnsayableError):
        said(bomb)
    assert said("Hello {{ person.first_name }}") == "Hello Hannah"


def test_what_runs_longer_than_a_second_is_killed():
    """A loop inside one filter: no limit of Liquid's own counts it."""
    slow = Renderer()
    known = {"text": "ab" * 90_000}
    endless = "{% for i in (1..900) %}{% assign t = text | replace: 'a', 'bb' | split: 'b' | join: 'a' | reverse %}{% endfor %}"
    with pytest.raises(UnsayableError) as refused:
        slow.render({"body": endless}, known)
    assert refused.value.kind in ("endless", "broken")
    assert slow.render({"body": "after"}, {}) == {"body": "after"}
    slow.close()


def test_a_child_that_was_killed_is_followed_by_another():
    own = Renderer()
    assert own.render({"a": "1"}, {}) == {"a": "1"}
    own._child.kill()
    own._child.wait()
    assert own.render({"a": "2"}, {}) == {"a": "2"}
    own.close()


@pytest.mark.parametrize(
    "source",
    [
        "{{ person.__class__ }}",
        "{{ person.name.__class__.__mro__ }}",
        "{{ person.traits.__init__.__globals__ }}",
        "{{ settings.SECRET_KEY }}",
        "{{ request.user }}",
        "{{ self }}",
        "{{ person['__dict__'] }}",
        "{{ env.PATH }}",
    ],
)
def test_nothing_but_what_is_documented_can_be_read(source):
    with pytest.raises(UnsayableError) as refused:
        said(source)
    assert refused.value.kind == "missing"


def test_a_name_that_is_not_known_stops_the_message_unless_it_has_a_default():
    with pytest.raises(UnsayableError) as refused:
        said("Hello {{ account.manager }}")
    assert (refused.value.kind, refused.value.said) == ("missing", "account.manager")
    assert said('{{ account.manager | default: "us" }}') == "us"
    assert said("{% if account.manager %}a{% else %}b{% endif %}") == "b"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("Hello {{ person.first_name }}", []),
        ("{{ person.traits.anything }} {{ account.traits['Plan name'] }}", []),
        ("{% for each in (1..3) %}{{ each }}{% endfor %}", []),
        (
            "Hello {{ person.frist_name }}",
            ["There is no {{ person.frist_name }}. Did you mean {{ person.first_name }}?"],
        ),
        ("{{ name }}", ["There is no {{ name }}. Did you mean {{ account.name }}?"]),
        ("{% if person.name %}", None),
        ("{{ person.name | shout }}", None),
    ],
)
def test_the_lint_names_what_is_wrong(source, told):
    found = complaints(source)
    assert found == told if told is not None else len(found) == 1


class Text:
    language, subject, body, button, link, plain = "en", "", "", "", "", ""

    def __init__(self, **parts):
        self.__dict__ |= parts


HOSTILE = {
    "person": {"name": "[click](https://evil.example) <img src=x onerror=alert(1)> **b** `c`\n# Heading", "traits": {}},
    "links": {},
}


def test_a_value_is_only_ever_words():
    made = compose(Text(subject="Hi {{ person.name }}", body="Hello {{ person.name }}"), HOSTILE)
    for sign in ("<a", "<img", "<strong", "<code", "<h1"):
        assert sign not in made.html
    assert "[click](https://evil.example) &lt;img" in made.html
    assert "\n" not in made.subject


def test_a_link_is_an_address_or_the_message_is_not_sent():
    ok = compose(Text(subject="a", body="b", button="Go", link="https://app.example/{{ progress.reached }}"), KNOWN)
    assert ok.link == "https://app.example/3"
    assert compose(Text(subject="a", body="b", button="Go"), KNOWN).link == "https://cairn.example/c/x/"
    for link in ("javascript:alert(1)", "data:text/html,x", "//evil.example", "not an address"):
        with pytest.raises(UnsayableError):
            compose(Text(subject="a", body="b", button="Go", link=link), KNOWN)


def test_plain_text_keeps_the_addresses():
    assert plain("See [the guide](https://a.example/g), **now**.") == "See the guide (https://a.example/g), now."
