"""Each event is judged by itself: what becomes a fact, what is refused, and with which words."""

import json

import msgspec
import pytest

from onboarding.tracking.decoding import Fact, Mark, Reason, decode

NOW = 1_772_000_000_000_000
TRACK = {"type": "track", "event": "Opened", "userId": "u", "messageId": "m"}


def decode_events(*events, source_kind="server", **around):
    body = json.dumps({"batch": list(events), **around}).encode()
    return decode(body, path_kind="batch", source_kind=source_kind, received_at=NOW)


def fact_of(**changes) -> Fact:
    decoded = decode_events({**TRACK, **changes})
    assert decoded.refusals == []
    return decoded.facts[0]


def refusal_of(**changes):
    decoded = decode_events({**TRACK, **changes})
    assert decoded.facts == []
    return decoded.refusals[0]


IDS = [
    ("text", "ann", "ann"),
    ("with a slash", "org/7/ann", "org/7/ann"),
    ("an integer", 42, "42"),
    ("an integer beyond 2^53 in full", 9_007_199_254_740_993_123, "9007199254740993123"),
    ("a float that is whole", 42.0, "42"),
    ("a float", 1.5, "1.5"),
    ("200 characters", "ü" * 200, "ü" * 200),
    ("a joiner, as in some scripts", "نامه\u200cای", "نامه\u200cای"),
    ("null", None, None),
    ("empty", "", None),
    ("blank", "   ", None),
]


@pytest.mark.parametrize(("sent", "kept"), [case[1:] for case in IDS], ids=[case[0] for case in IDS])
def test_ids_become_text(sent, kept):
    fact = fact_of(userId=sent, anonymousId="a", groupId=sent)
    assert (fact.user_id, fact.group_id) == (kept, kept)


@pytest.mark.parametrize("field", ["userId", "anonymousId", "groupId", "messageId"])
@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("x" * 201, "too_long"),
        ("a\nb", "control_character"),
        ("a\u0000b", "control_character"),
        ("a\u0085b", "control_character"),
        (True, "wrong_type"),
        (["u"], "wrong_type"),
        ({"id": "u"}, "wrong_type"),
        (10**300, "too_long"),
        (1e300, "too_long"),
    ],
)
def test_an_odd_id_refuses_the_event(field, value, code):
    refusal = refusal_of(**{field: value})
    assert refusal.code == code
    assert field in refusal.message


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ({"type": "track", "event": "Opened"}, "missing_id"),
        ({"type": "track", "event": "Opened", "userId": "", "anonymousId": None}, "missing_id"),
        ({"type": "identify"}, "missing_id"),
        ({"type": "page"}, "missing_id"),
        ({"type": "group", "userId": "u"}, "missing_group_id"),
        ({"type": "group", "groupId": "g"}, "missing_id"),
        ({"type": "alias", "userId": "u"}, "missing_previous_id"),
        ({"type": "alias", "previousId": "p"}, "missing_previous_id"),
        ({"type": "delete", "userId": "u"}, "unknown_type"),
        ({"type": "cairn", "userId": "u"}, "unknown_type"),
        ({"type": None, "userId": "u"}, "unknown_type"),
        ({"type": ["track"], "userId": "u"}, "unknown_type"),
        ({}, "unknown_type"),
        (3, "not_an_object"),
        (None, "not_an_object"),
        (["track"], "not_an_object"),
    ],
)
def test_an_event_without_what_its_kind_needs_is_refused(event, code):
    decoded = decode_events(event, TRACK)
    assert [refusal.code for refusal in decoded.refusals] == [code]
    assert len(decoded.facts) == 1, "the other event is taken"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (None, "missing_name"),
        ("", "missing_name"),
        ("  ", "missing_name"),
        (5, "wrong_type"),
        ("x" * 201, "too_long"),
        ("a\tb", "control_character"),
        ("cairn:kept", "reserved_name"),
        ("cairn:", "reserved_name"),
    ],
)
def test_a_name_that_is_none_is_refused(name, code):
    assert refusal_of(event=name).code == code


@pytest.mark.parametrize("source_kind", ["server", "browser"])
def test_cairns_own_names_are_refused_from_every_source(source_kind):
    decoded = decode_events({**TRACK, "event": "cairn:confirmed"}, source_kind=source_kind)
    assert (decoded.facts, decoded.refusals[0].code) == ([], "reserved_name")


def test_what_a_kind_does_not_use_may_be_anything():
    assert fact_of(traits="none", name=7, previousId={"a": 1}, category=[], integrations=3, sentAt=5).name == "Opened"


@pytest.mark.parametrize("changes", [{"properties": "x"}, {"properties": [1]}, {"context": "x"}, {"context": 3}])
def test_an_object_that_is_none_is_refused(changes):
    refusal = refusal_of(**changes)
    assert refusal.code == "wrong_type"
    assert next(iter(changes)) in refusal.message


def test_the_path_says_the_kind_of_a_single_event():
    body = json.dumps({"event": "Opened", "userId": "u"}).encode()
    decoded = decode(body, path_kind="track", source_kind="server", received_at=NOW)
    assert [fact.name for fact in decoded.facts] == ["Opened"]


def test_an_event_without_id_that_says_when_gets_the_same_id_again():
    event = {"type": "track", "event": "Opened", "userId": 7, "timestamp": "2026-01-01T00:00:00Z", "messageId": None}
    first = decode_events({**event, "properties": {"a": 1, "b": {"c": 2, "d": 3}}}, sentAt="2026-01-01T00:00:01Z")
    again = decode_events({"properties": {"b": {"d": 3, "c": 2}, "a": 1}, **event}, sentAt="2026-01-02T00:00:01Z")
    other = decode_events({**event, "properties": {"a": 2, "b": {"c": 2, "d": 3}}})
    ids = [decoded.facts[0].message_id for decoded in (first, again, other)]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].startswith("h:")
    assert first.facts[0].marks == Mark.GENERATED_ID


def test_an_event_without_id_and_time_gets_a_new_id_each_time():
    ids = {fact_of(messageId="").message_id for _ in range(5)}
    assert len(ids) == 5
    assert all(message_id.startswith("r:") for message_id in ids)


def test_a_refusal_keeps_the_start_of_the_event_as_text():
    refusal = refusal_of(event="", properties={"text": "ü" * 3_000})
    assert refusal.event.decode().startswith('{"type": "track"')
    assert len(refusal.event) <= 2_000


def test_facts_survive_the_inbox():
    facts = decode_events(TRACK, {**TRACK, "properties": {"a": [1, {"b": None}]}}).facts
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=list[Fact]) == facts


def test_every_reason_has_a_code_of_its_own_and_a_sentence():
    assert len(set(Reason)) == len(Reason.__members__)
    assert all(reason.sentence.endswith(".") for reason in Reason)
