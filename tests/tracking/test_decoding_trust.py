"""A browser key is public: what it sends is taken without what it may not say, and each such thing is reported."""

import json

import pytest

from onboarding.tracking.decoding import Kind, decode

NOW = 1_772_000_000_000_000


def decoded(event: dict, source_kind="browser"):
    body = json.dumps({"batch": [{"messageId": "m", **event}]}).encode()
    return decode(body, path_kind="batch", source_kind=source_kind, received_at=NOW)


TRAITS = {
    "role": "administrator",
    "email": "x@evil.example",
    "phone": "1",
    "account": "a",
    "company": {"id": "a"},
    "Email": "X",
    "locale": "de",
    "theme": {"role": "dark"},
}


def test_a_browsers_identify_loses_the_traits_that_decide_something():
    result = decoded({"type": "identify", "userId": "u", "anonymousId": "a", "traits": TRAITS})
    (fact,) = result.facts
    assert (fact.kind, fact.user_id, fact.anonymous_id) == (Kind.IDENTIFY, "u", "a"), "it may claim its anonymous id"
    assert json.loads(fact.properties) == {"locale": "de", "theme": {"role": "dark"}}
    assert {refusal.code for refusal in result.refusals} == {"untrusted_trait"}
    named = sorted(refusal.message.split("'")[1] for refusal in result.refusals)
    assert named == ["Email", "account", "company", "email", "phone", "role"]


def test_untrusted_traits_in_the_context_are_left_out_too():
    result = decoded({"type": "identify", "userId": "u", "context": {"traits": {"email": "x@evil.example", "a": 1}}})
    assert result.facts[0].properties == b'{"a":1}'
    assert [refusal.code for refusal in result.refusals] == ["untrusted_trait"]


def test_a_server_may_set_all_of_them():
    result = decoded({"type": "identify", "userId": "u", "groupId": "acme", "traits": TRAITS}, source_kind="server")
    assert result.refusals == []
    assert (json.loads(result.facts[0].properties), result.facts[0].group_id) == (TRAITS, "acme")


@pytest.mark.parametrize("place", [{"groupId": "acme"}, {"context": {"groupId": "acme"}}])
@pytest.mark.parametrize("event", [{"type": "track", "event": "Opened"}, {"type": "page"}, {"type": "identify"}])
def test_a_browser_names_no_account(event, place):
    result = decoded({**event, **place, "userId": "u"})
    assert [fact.group_id for fact in result.facts] == [None]
    assert [refusal.code for refusal in result.refusals] == ["untrusted_seat"]


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ({"type": "group", "userId": "u", "groupId": "acme", "traits": {"plan": "pro"}}, "untrusted_seat"),
        ({"type": "group", "anonymousId": "a", "groupId": "acme"}, "untrusted_seat"),
        ({"type": "alias", "userId": "u", "previousId": "victim"}, "untrusted_alias"),
        # The sender writes its own anonymousId, too: a match with it proves nothing.
        ({"type": "alias", "userId": "u", "previousId": "victim", "anonymousId": "victim"}, "untrusted_alias"),
    ],
)
def test_a_browser_seats_nobody_and_merges_nobody(event, code):
    result = decoded(event)
    assert (result.facts, [refusal.code for refusal in result.refusals]) == ([], [code])


def test_properties_named_like_untrusted_traits_are_just_properties():
    result = decoded({"type": "track", "event": "Invited", "userId": "u", "properties": {"role": "x", "email": "y"}})
    assert result.refusals == []
    assert json.loads(result.facts[0].properties) == {"role": "x", "email": "y"}
