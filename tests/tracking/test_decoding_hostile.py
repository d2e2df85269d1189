"""Hostile and broken requests: refused in words, at once, and without spoiling what is beside them."""

import json
import time

import pytest

from onboarding.tracking.decoding import BodyError, decode, write_key_of

NOW = 1_772_000_000_000_000
MIB = 1024 * 1024
GOOD = b'{"type":"track","event":"Good","userId":"u"}'


def decoded(body: bytes, path_kind="batch"):
    return decode(body, path_kind=path_kind, source_kind="server", received_at=NOW)


def batch(*events: bytes) -> bytes:
    return b'{"batch":[' + b",".join(events) + b"]}"


def with_properties(properties: bytes) -> bytes:
    return b'{"type":"track","event":"Odd","userId":"u","properties":' + properties + b"}"


def keys(count: int, length: int = 1) -> bytes:
    return b"{" + b",".join(b'"%s%d":1' % (b"k" * length, number) for number in range(count)) + b"}"


def nested(levels: int) -> bytes:
    return b'{"a":' * (levels - 1) + b"{}" + b"}" * (levels - 1)


PROPERTIES_REFUSED = {
    "a NUL": (rb'{"a":"x\u0000y"}', "unreadable_text"),
    "a NUL in a key": (rb'{"x\u0000y":1}', "unreadable_text"),
    "a NUL within": (rb'{"a":[{"b":"\u0000"}]}', "unreadable_text"),
    "half a surrogate pair": (rb'{"a":"\ud800"}', "unreadable_text"),
    "the other half": (rb'{"a":"x\uDC00"}', "unreadable_text"),
    "two first halves": (rb'{"a":"\ud83d\ud83d\ude00"}', "unreadable_text"),
    "a half after a backslash": (rb'{"a":"\\\ud83d"}', "unreadable_text"),
    "bytes that are not UTF-8": (b'{"a":"\xff"}', "malformed"),
    "a surrogate in UTF-8": (b'{"a":"\xed\xa0\x80"}', "malformed"),
    "overlong UTF-8": (b'{"a":"\xc0\x80"}', "malformed"),
    "infinity": (b'{"a":1e999}', "number_too_large"),
    "minus infinity": (b'{"a":[-1e999]}', "number_too_large"),
    "2^53 + 1": (b'{"a":9007199254740993}', "number_too_large"),
    "-2^53 - 1": (b'{"a":{"b":[-9007199254740993]}}', "number_too_large"),
    "4,000 digits": (b'{"a":' + b"9" * 4_000 + b"}", "number_too_large"),
    "20,000 digits": (b'{"a":' + b"9" * 20_000 + b"}", "number_too_large"),
    "256 keys": (keys(256), "too_many_keys"),
    "256 keys in all": (b'{"a":[' + keys(128) + b"," + keys(127) + b"]}", "too_many_keys"),
    "a key of 201 characters": (b'{"' + b"k" * 201 + b'":1}', "key_too_long"),
    "such a key within": (b'{"a":[{"' + b"k" * 201 + b'":1}]}', "key_too_long"),
    "21 levels": (nested(21), "too_deep"),
    "21 levels of lists": (b'{"a":' + b"[" * 20 + b"]" * 20 + b"}", "too_deep"),
    "1,000 levels": (nested(1_000), "too_deep"),
    "12,000 levels": (b'{"a":' + b"[" * 12_000 + b"]" * 12_000 + b"}", "too_deep"),
    "33 kB": (b'{"a":"' + b"x" * 33_000 + b'"}', "too_large"),
    "20,000 keys": (keys(20_000), "too_large"),
}


@pytest.mark.parametrize(("properties", "code"), PROPERTIES_REFUSED.values(), ids=PROPERTIES_REFUSED)
def test_a_bad_event_is_refused_alone(properties, code):
    result = decoded(batch(GOOD, with_properties(properties), GOOD))
    assert [fact.name for fact in result.facts] == ["Good", "Good"]
    assert [refusal.code for refusal in result.refusals] == [code]
    assert b"\0" not in result.refusals[0].event
    result.refusals[0].event.decode()


PROPERTIES_TAKEN = {
    "a whole surrogate pair": (rb'{"a":"\ud83d\ude00"}', {"a": "😀"}),
    "a backslash before what looks like a NUL": (rb'{"a":"\\u0000"}', {"a": "\\u0000"}),
    "a backslash before what looks like a half": (rb'{"a":"\\ud800"}', {"a": "\\ud800"}),
    "2^53": (b'{"a":9007199254740992}', {"a": 2**53}),
    "a long fraction": (b'{"a":0.30000000000000004}', {"a": 0.30000000000000004}),
    "a fraction that PostgreSQL would refuse": (b'{"a":1e-20000}', {"a": 0.0}),
    "the largest float": (b'{"a":1.7976931348623157e308}', {"a": 1.7976931348623157e308}),
    "the same key twice": (b'{"a":1,"a":2}', {"a": 2}),
    "255 keys": (keys(255), json.loads(keys(255))),
    "20 levels": (nested(20), json.loads(nested(20))),
    "a long text": (b'{"a":"' + b"x" * 30_000 + b'"}', {"a": "x" * 30_000}),
    "brackets in a text": (b'{"a":"' + b"[" * 30_000 + b'"}', {"a": "[" * 30_000}),
    "an empty key": (b'{"":1}', {"": 1}),
}


@pytest.mark.parametrize(("properties", "kept"), PROPERTIES_TAKEN.values(), ids=PROPERTIES_TAKEN)
def test_an_odd_event_within_bounds_is_taken(properties, kept):
    # Beside one that makes the quick decoder give up, so that both ways to read it are seen.
    bottomless = with_properties(b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}")
    for events in ([with_properties(properties)], [bottomless, with_properties(properties)]):
        assert json.loads(decoded(batch(*events)).facts[-1].properties) == kept


def test_damage_in_what_is_not_kept_costs_nothing():
    page = rb'{"type":"page","userId":"u","context":{"page":{"title":"cut \ud83d","n":1e999}}}'
    assert len(decoded(batch(page)).facts) == 1


BODIES_REFUSED = {
    "nothing": (b"", 400),
    "no JSON": (b"writeKey=x", 400),
    "cut": (b'{"batch":[' + GOOD, 400),
    "two documents": (batch(GOOD) * 2, 400),
    "a list": (b"[]", 400),
    "null": (b"null", 400),
    "no batch": (b"{}", 400),
    "a batch that is an event": (b'{"batch":' + GOOD + b"}", 400),
    "a batch of null": (b'{"batch":null}', 400),
    "NaN": (b'{"batch":[NaN]}', 400),
    "a byte order mark": (b"\xef\xbb\xbf" + batch(GOOD), 400),
    "UTF-16": (batch(GOOD).decode().encode("utf-16"), 400),
    "5,001 events": (batch(*[GOOD] * 5_001), 413),
    "a million objects": (batch(*[b"{}"] * 1_000_000), 413),
    "brackets that never close": (b'{"batch":' + b"[" * 4 * MIB, 400),
    "unclosed quotes": (b'"' + b'\\"' * 2 * MIB, 400),
    "objects without bottom": (b'{"batch":[' + b'{"a":' * 600_000 + b"1" + b"}" * 600_000 + b"]}", 400),
    "two million numbers": (b'{"batch":[' + b"0," * 2_000_000 + b"0]}", 400),
    "control bytes": (b'{"batch":["' + b"\x01" * MIB, 400),
    "only halves of pairs": (b'{"batch":["' + rb"\ud800" * 600_000, 400),
    "4 MiB of spaces": (b" " * 4 * MIB, 400),
}


@pytest.mark.parametrize(("body", "status"), BODIES_REFUSED.values(), ids=BODIES_REFUSED)
def test_a_body_that_is_no_batch_is_an_error_at_once(body, status):
    begun = time.process_time()
    with pytest.raises(BodyError) as raised:
        decoded(body)
    assert raised.value.status == status
    assert raised.value.code
    assert raised.value.message.endswith(".")
    write_key_of(body)
    assert time.process_time() - begun < 2, "seconds of work for the decoder and the search for a key"


@pytest.mark.parametrize("body", [b"", b"[]", b"3", b'"x"', b"{", b"null", b"{}{}"])
def test_a_single_event_that_is_no_object_is_an_error(body):
    with pytest.raises(BodyError) as raised:
        decoded(body, path_kind="track")
    assert raised.value.status == 400


def test_a_single_event_that_is_too_large_is_refused_as_an_event():
    result = decoded(with_properties(b'{"a":"' + b"x" * 33_000 + b'"}'), path_kind="track")
    assert [refusal.code for refusal in result.refusals] == ["too_large"]


def test_5000_events_are_a_batch_and_none_are_too():
    assert len(decoded(batch(*[GOOD] * 5_000)).facts) == 5_000
    assert decoded(batch()).facts == []


def test_an_event_of_exactly_32_kib_is_taken():
    rest = len(with_properties(b'{"a":""}'))
    assert len(decoded(batch(with_properties(b'{"a":"' + b"x" * (32 * 1024 - rest) + b'"}'))).facts) == 1
    assert decoded(batch(with_properties(b'{"a":"' + b"x" * (32 * 1024 - rest + 1) + b'"}'))).facts == []


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b'{"writeKey":"k","batch":[]}', "k"),
        (b'{"batch":[{"writeKey":"inner"}]}', None),
        (b'{"batch":[],"writeKey":"k","x":' + b"[" * 5_000 + b"]" * 5_000 + b"}", "k"),
        (rb'{"x":"\ud800","writeKey":"k"}', "k"),
        (b'{"writeKey":5}', None),
        (b'{"writeKey":""}', None),
        (b'{"writeKey":"\xff"}', None),
        (b'["writeKey"]', None),
        (b'{"writeKey":"k"', None),
        (b"{}", None),
        (b"", None),
    ],
)
def test_the_write_key_of_a_body(body, key):
    assert write_key_of(body) == key
