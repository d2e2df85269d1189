"""Whatever is sent: no exception but BodyError, and no fact that PostgreSQL, the inbox or a JSON reader would choke on."""

import io
import json
import math
import re

import msgspec
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from onboarding.tracking.decoding import BodyError, Decoded, Fact, Kind, Mark, Reason, decode, read_body, write_key_of

NOW = 1_772_000_000_000_000
YEAR_1970_TO_NOW = range(NOW + 1)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

quick = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])

texts = st.one_of(
    st.text(max_size=8),
    st.text(alphabet=st.characters(categories=["Cs", "Cc", "Lu", "Nd"]), max_size=6),
    st.sampled_from(
        ["\0", "\ud83d", "\ude00", "😀", "\\u0000", "cairn:x", "x" * 201, "2026-01-01T00:00:00Z", "٣", " "]
    ),
)
numbers = st.one_of(st.integers(), st.floats(), st.sampled_from([2**53, 2**53 + 1, -(2**63), 10**400, 1e308, 5e-324]))
values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)
types = st.sampled_from(["track", "page", "screen", "identify", "group", "alias", "delete"])
moments = st.one_of(
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.sampled_from(["2026-02-25T06:13:20Z", "2026-02-25T07:13:20+01:00", "2026-W09-1", "2026-02-25T06:13:20Z\0"]),
    values,
)
ids = st.one_of(texts, numbers, st.none(), values)
FIELDS = {
    "type": st.one_of(types, types, values), "event": st.one_of(texts, values), "userId": ids, "anonymousId": ids,
    "groupId": ids, "previousId": ids, "messageId": ids, "timestamp": moments, "originalTimestamp": moments,
    "sentAt": moments, "name": values, "category": values, "properties": st.dictionaries(texts, values, max_size=5),
    "traits": st.one_of(st.dictionaries(texts, values, max_size=5), values),
    "context": st.one_of(st.fixed_dictionaries({}, optional={"traits": values, "groupId": ids}), values),
}  # fmt: skip
# Most of an event is as it should be, so that the odd part of it is what decides.
PLAIN = {
    "type": types, "event": st.just("Opened"), "userId": st.just("u"), "groupId": st.just("g"), "previousId": st.just("p"),
    "properties": FIELDS["properties"], "traits": FIELDS["properties"],
}  # fmt: skip
plain_events = st.fixed_dictionaries(PLAIN, optional={"timestamp": moments, "context": FIELDS["context"]})
events = st.builds(lambda plain, odd: {**plain, **odd}, plain_events, st.fixed_dictionaries({}, optional=FIELDS))
any_events = st.one_of(plain_events, events, st.fixed_dictionaries({}, optional=FIELDS), values)
ascii_or_not = st.booleans()
path_kinds = st.sampled_from(["batch", "track", "page", "screen", "identify", "group", "alias"])
source_kinds = st.sampled_from(["server", "browser"])


def written(value, ascii_only: bool) -> bytes:
    return json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")


def decode_or_error(body: bytes, path_kind: str, source_kind: str) -> Decoded | None:
    write_key_of(body)
    try:
        decoded = decode(body, path_kind=path_kind, source_kind=source_kind, received_at=NOW)
    except BodyError as error:
        return refused_with(error, 400, 413)
    for fact in decoded.facts:
        assert_storable(fact, source_kind)
    for refusal in decoded.refusals:
        assert refusal.code in set(Reason)
        assert "\0" not in refusal.message + refusal.event.decode()
        refusal.message.encode()
        assert len(refusal.event) <= 2_000
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(decoded.facts), type=list[Fact]) == decoded.facts
    return decoded


def refused_with(error: BodyError, *statuses: int) -> None:
    assert error.status in statuses
    assert error.code
    assert error.message.endswith(".")


def assert_storable(fact: Fact, source_kind: str) -> None:
    for text in (fact.message_id, fact.name, fact.user_id, fact.anonymous_id, fact.group_id, fact.previous_id):
        assert text is None or (0 < len(text) <= 200 and not text.isspace() and not CONTROL.search(text))
    assert fact.kind in set(Kind) - {Kind.CAIRN}
    assert not fact.name.startswith("cairn:")
    assert fact.occurred_at in YEAR_1970_TO_NOW
    assert fact.marks & ~sum(Mark) == 0
    assert fact.user_id or fact.anonymous_id
    assert fact.group_id is None or source_kind == "server"
    content = json.loads(fact.properties.decode("utf-8"))
    assert type(content) is dict
    assert json.loads(msgspec.json.encode(content)) == content
    assert_within_bounds(content)


def assert_within_bounds(value, depth: int = 0) -> None:
    if isinstance(value, str):
        assert not re.search("[\0\ud800-\udfff]", value)
    elif isinstance(value, float):
        assert math.isfinite(value)
    elif isinstance(value, int):
        assert abs(value) <= 2**53
    elif isinstance(value, dict | list):
        assert depth < 20
        for key in value if isinstance(value, dict) else ():
            assert_within_bounds(key)
            assert len(key) <= 200
        for item in value.values() if isinstance(value, dict) else value:
            assert_within_bounds(item, depth + 1)


@quick
@given(st.lists(any_events, max_size=4), st.one_of(st.none(), moments), ascii_or_not, source_kinds)
def test_a_batch_of_anything_becomes_facts_and_refusals(sent, sent_at, ascii_only, source_kind):
    decoded = decode_or_error(written({"batch": sent, "sentAt": sent_at}, ascii_only), "batch", source_kind)
    if decoded is not None and source_kind == "server":
        assert len(decoded.facts) + len(decoded.refusals) == len(sent), "each event is one or the other"


@quick
@given(any_events, path_kinds, ascii_or_not, source_kinds)
def test_a_single_event_of_anything_becomes_a_fact_or_a_refusal(sent, path_kind, ascii_only, source_kind):
    decode_or_error(written(sent, ascii_only), path_kind, source_kind)


@quick
@given(st.lists(events, min_size=1, max_size=3), st.data(), source_kinds)
def test_a_damaged_body_is_an_error_or_refused_in_part(sent, data, source_kind):
    body = bytearray(written({"batch": sent}, ascii_only=True))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place : place + data.draw(st.integers(0, 3))] = data.draw(
            st.one_of(
                st.binary(max_size=3), st.sampled_from([rb"\ud800", rb"\u0000", b"[", b"]}", b'"', b"\\", b"1e999"])
            )
        )
    decode_or_error(bytes(body), "batch", source_kind)


@quick
@given(st.binary(max_size=200), path_kinds, source_kinds)
@example(b"", "batch", "server")
def test_noise_is_an_error(noise, path_kind, source_kind):
    decode_or_error(noise, path_kind, source_kind)


@quick
@given(st.lists(st.sampled_from([b"[", b"]", b"{", b"}", b'"', b"\\", b",", b":", b"1", b'"a":', b"[" * 40, b"]" * 40,
                                 b'{"a":' * 300, b"}" * 300, rb"\ud83d", rb"\ude00", b"\\\\"]), max_size=30))  # fmt: skip
def test_crooked_nests_are_errors_or_refused(pieces):
    decode_or_error(b'{"batch":[' + b"".join(pieces) + b"]}", "batch", "server")


@quick
@given(st.binary(max_size=100), st.sampled_from(["", "gzip", "deflate", "x-gzip", "identity", "br", "gzip, gzip"]))
def test_bytes_of_any_encoding_are_read_or_an_error(noise, encoding):
    for start in (b"", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", b"x\x9c"):
        try:
            body = read_body(io.BytesIO(start + noise), content_length=None, content_encoding=encoding, limit=1_000)
        except BodyError as error:
            refused_with(error, 400, 413, 415)
        else:
            assert len(body) <= 1_000
