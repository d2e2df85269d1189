"""What the tracking SDKs really put on the wire becomes the facts that their callers meant."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
import rudderstack.analytics.request as rudder_request
import segment.analytics.request as segment_request
from rudderstack.analytics.client import Client as RudderClient
from segment.analytics.client import Client as SegmentClient

from onboarding.tracking.decoding import Kind, decode, read_body, write_key_of

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WHEN = datetime(2026, 3, 1, 9, 30, 15, 250_000, tzinfo=UTC)


def us(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def facts_of(body: bytes, *, path_kind="batch", source_kind="server"):
    decoded = decode(body, path_kind=path_kind, source_kind=source_kind, received_at=us(NOW))
    assert decoded.refusals == []
    return decoded.facts


class Wire:
    """Stands in for the HTTP session of an SDK: keeps the request and answers as Cairn does."""

    status_code = 200

    def post(self, url, data, headers, **_):
        self.data, self.headers = data if isinstance(data, bytes) else data.encode(), headers
        return self

    def body(self) -> bytes:
        encoding = self.headers.get("Content-Encoding", "")
        return read_body(io.BytesIO(self.data), content_length=len(self.data), content_encoding=encoding)


@pytest.fixture(params=["segment, plain", "segment, gzip", "rudder, gzip"])
def sdk(request, monkeypatch):
    """(client, wire) of an unmodified SDK that sends each call at once."""
    wire = Wire()
    monkeypatch.setattr(segment_request, "_session", wire)
    monkeypatch.setattr(rudder_request, "_session", wire)
    client = RudderClient if request.param.startswith("rudder") else SegmentClient
    return client("a-key", host="http://cairn.example", sync_mode=True, gzip="gzip" in request.param), wire


def sent_by(sdk, verb: str, *args, **kwargs):
    client, wire = sdk
    getattr(client, verb)(*args, **kwargs)
    (fact,) = facts_of(wire.body())
    return fact


def test_a_track_call(sdk):
    fact = sent_by(sdk, "track", "u-1", "Report Created", {"rows": 3, "title": "Zürich 😀"}, timestamp=WHEN)
    assert (fact.kind, fact.name, fact.user_id, fact.anonymous_id) == (Kind.TRACK, "Report Created", "u-1", None)
    assert fact.occurred_at == us(WHEN)
    assert json.loads(fact.properties) == {"rows": 3, "title": "Zürich 😀"}
    assert (len(fact.message_id), fact.marks) == (36, 0)


def test_a_call_whose_ids_are_numbers(sdk):
    fact = sent_by(sdk, "track", 42, "Opened", message_id=7)
    assert (fact.user_id, fact.message_id) == ("42", "7")


def test_an_identify_call_wherever_the_sdk_puts_its_traits(sdk):
    fact = sent_by(sdk, "identify", "u-1", {"role": "operator", "email": "ann@acme.example"}, anonymous_id="a-1")
    assert (fact.kind, fact.name, fact.user_id, fact.anonymous_id) == (Kind.IDENTIFY, "$identify", "u-1", "a-1")
    assert json.loads(fact.properties) == {"role": "operator", "email": "ann@acme.example"}


def test_a_group_call(sdk):
    fact = sent_by(sdk, "group", "u-1", "acme", {"plan": "pro"}, context={"traits": {"email": "ann@acme.example"}})
    assert (fact.kind, fact.name, fact.group_id) == (Kind.GROUP, "$group", "acme")
    assert json.loads(fact.properties) == {"plan": "pro"}, "traits in the context are the person's"


def test_an_alias_call(sdk):
    fact = sent_by(sdk, "alias", "old", "new")
    assert (fact.kind, fact.name, fact.previous_id, fact.user_id) == (Kind.ALIAS, "$alias", "old", "new")
    assert fact.properties == b"{}"


@pytest.mark.parametrize(("verb", "kind"), [("page", Kind.PAGE), ("screen", Kind.SCREEN)])
def test_a_page_or_screen_call_keeps_its_name_as_a_property(sdk, verb, kind):
    fact = sent_by(sdk, verb, "u-1", "Docs", "Pricing", {"url": "/pricing"})
    assert (fact.kind, fact.name) == (kind, verb)
    assert json.loads(fact.properties) == {"url": "/pricing", "name": "Pricing", "category": "Docs"}


def test_an_account_named_in_the_context(sdk):
    assert sent_by(sdk, "track", "u-1", "Opened", context={"groupId": "acme"}).group_id == "acme"


def test_the_write_key_in_the_body_of_segments_sdk(sdk):
    client, wire = sdk
    client.track("u-1", "Opened")
    assert write_key_of(wire.body()) == (None if isinstance(client, RudderClient) else "a-key")


def test_a_batch_of_rudder_sdk_node_with_its_original_timestamp():
    event = {
        "userId": "42", "event": "Opened", "properties": {"a": 1}, "type": "track", "channel": "server",
        "context": {"library": {"name": "analytics-node", "version": "3.0.0"}}, "_metadata": {"nodeVersion": "20.1.0"},
        "originalTimestamp": "2026-03-01T09:30:15.250Z", "messageId": "m-1", "sentAt": "2026-03-01T09:30:16.000Z",
    }  # fmt: skip
    body = {"batch": [event], "timestamp": "2026-03-01T09:30:16.000Z", "sentAt": "2026-03-01T09:30:16.000Z"}
    (fact,) = facts_of(json.dumps(body).encode())
    assert (fact.user_id, fact.message_id, fact.occurred_at) == ("42", "m-1", us(WHEN))


def test_traits_that_rudder_sdk_node_sends_twice():
    event = {"type": "identify", "userId": "u", "traits": {"a": 1, "b": 2}, "context": {"traits": {"a": 0, "c": 3}}}
    (fact,) = facts_of(json.dumps({"batch": [event]}).encode())
    assert json.loads(fact.properties) == {"a": 1, "b": 2, "c": 3}, "traits at the top count"


def test_an_event_that_the_browser_sdk_posts_by_itself():
    event = {
        "timestamp": "2026-03-02T11:59:58.000Z", "integrations": {}, "userId": None, "anonymousId": "a-1",
        "event": "Opened", "type": "track", "properties": {"a": 1},
        "context": {"page": {"path": "/", "title": "Home"}, "userAgent": "…", "traits": {}, "timezone": "Europe/Zurich"},
        "messageId": "ajs-next-1", "writeKey": "a-key", "sentAt": "2026-03-02T11:59:59.000Z", "_metadata": {},
    }  # fmt: skip
    body = json.dumps(event).encode()
    (fact,) = facts_of(body, path_kind="track", source_kind="browser")
    assert write_key_of(body) == "a-key"
    assert (fact.user_id, fact.anonymous_id, fact.name) == (None, "a-1", "Opened")
    assert fact.occurred_at == us(NOW) - 1_000_000, "its clock is a second behind"


def test_empty_objects_that_php_senders_write_as_lists():
    event = {"type": "track", "event": "Opened", "userId": "u", "properties": [], "context": []}
    (fact,) = facts_of(json.dumps({"batch": [event, {**event, "type": "identify", "traits": []}]}).encode())[:1]
    assert fact.properties == b"{}"
