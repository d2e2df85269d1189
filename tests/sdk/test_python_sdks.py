"""The vendors' Python SDKs as they are installed, against the running product: nothing of them is patched."""

import threading
import uuid

import pytest
import rudderstack.analytics.client
import segment.analytics.client

CLIENTS = {"segment": segment.analytics.client.Client, "rudder": rudderstack.analytics.client.Client}
EVENTS_OF = """
    select n.name, e.properties from tracking_event e
    join tracking_identity i on i.person_id = e.person_id and i.kind = 'user'
    join tracking_eventname n on n.id = e.name_id
    where i.value = %s order by e.occurred_at, n.name
"""


class Sdk:
    """One SDK's client, and what it reported as errors."""

    def __init__(self, make, key: str, url: str, **options):
        self.errors: list[Exception] = []
        self.failed = threading.Event()
        self.client = make(key, host=url, on_error=self._note, upload_interval=0.05, **options)

    def _note(self, error, _events) -> None:
        self.errors.append(error)
        self.failed.set()


@pytest.fixture(params=CLIENTS)
def open_sdk(request, live):
    """`open_sdk(key)` answers a client of each SDK in turn; all are shut down at the end."""
    opened = []

    def make(key: str, **options) -> Sdk:
        opened.append(Sdk(CLIENTS[request.param], key, live.url, **options))
        return opened[-1]

    yield make
    for sdk in opened:
        sdk.client.shutdown()


@pytest.fixture
def person():
    """An id that nobody has used."""
    return f"zoë/{uuid.uuid4().hex[:12]}"


def test_a_person_an_account_and_a_seat_arrive(live, open_sdk, person):
    sdk = open_sdk(live.demo["write_key"])
    sdk.client.identify(person, {"name": "Zoë Åkesson", "email": "zoe@fjord.example", "role": "power_user"})
    sdk.client.group(person, f"account of {person}", {"name": "Fjord Ferries", "plan": "pro", "size": 52})
    sdk.client.flush()
    sql = """
        select p.name, p.email, s.role, a.name, a.traits from tracking_seat s
        join tracking_person p on p.id = s.person_id join tracking_account a on a.id = s.account_id
        where p.external_id = %s
    """
    (seat,) = live.eventually(lambda: live.rows(sql, (person,)), "a seat")
    assert seat[:4] == ("Zoë Åkesson", "zoe@fjord.example", "power_user", "Fjord Ferries")
    assert (seat[4]["plan"], seat[4]["size"]) == ("pro", 52)
    assert sdk.errors == []


def test_events_arrive_and_a_rung_moves(live, open_sdk, person):
    sdk = open_sdk(live.demo["write_key"])
    sdk.client.identify(person, {"role": "power_user"})
    sdk.client.group(person, "fjord")
    sdk.client.flush()
    before = live.eventually(lambda: live.progress(person), "the person's progress")
    assert before["rungs"]["connect-source"]["state"] == "open"
    assert before["reached"] == 0

    sdk.client.track(person, "Data Source Connected", {"kind": "warehouse", "tables": 7})
    sdk.client.page(person, "Docs", "Sources", {"path": "/docs/sources"})
    sdk.client.flush()
    after = live.eventually(lambda: (shown := live.progress(person)) and shown["reached"] and shown, "a rung reached")
    assert after["rungs"]["connect-source"]["state"] == "reached"
    (evidence,) = after["rungs"]["connect-source"]["evidence"]
    assert evidence["name"] == "Data Source Connected"
    arrived = dict(live.eventually(lambda: live.rows(EVENTS_OF, (person,)), "the events"))
    assert arrived["Data Source Connected"] == {"kind": "warehouse", "tables": 7}
    assert any(properties.get("path") == "/docs/sources" for properties in arrived.values())
    assert sdk.errors == []


def test_an_alias_brings_what_was_done_under_the_old_id(live, open_sdk, person):
    sdk = open_sdk(live.demo["write_key"])
    old = f"old {person}"
    sdk.client.track(old, "Data Source Connected", {"kind": "spreadsheet"})
    sdk.client.identify(person, {"role": "power_user"})
    sdk.client.alias(old, person)
    sdk.client.flush()
    live.eventually(lambda: live.rows(EVENTS_OF, (person,)), "the old id's event under the new one")
    assert live.eventually(lambda: (live.progress(person) or {}).get("reached"), "the rung it reached") == 1
    assert sdk.errors == []


def test_what_is_sent_twice_is_there_once(live, open_sdk, person):
    sdk = open_sdk(live.demo["write_key"])
    for _ in range(3):
        sdk.client.track(person, "Alert Set", {"limit": 4}, message_id=f"once {person}")
    sdk.client.track(person, "Alert Acknowledged", {"minutes": 9})
    sdk.client.flush()
    arrived = live.eventually(
        lambda: (found := live.rows(EVENTS_OF, (person,))) and "Alert Acknowledged" in dict(found) and found,
        "the events",
    )
    assert sorted(name for name, _ in arrived) == ["Alert Acknowledged", "Alert Set"]
    assert sdk.errors == []


def test_a_big_flush_arrives_whole(live, open_sdk, person):
    sdk = open_sdk(live.demo["write_key"], gzip=True)
    for number in range(250):
        sdk.client.track(person, "Comment Added", {"number": number, "text": "stone " * 40})
    sdk.client.flush()
    count = lambda: len(live.rows(EVENTS_OF, (person,))) == 250  # noqa: E731
    live.eventually(count, "250 events")
    assert {properties["number"] for _, properties in live.rows(EVENTS_OF, (person,))} == set(range(250))
    assert sdk.errors == []


def test_a_wrong_key_is_an_error_that_the_sdk_understands_at_once(live, open_sdk, person):
    sdk = open_sdk("cairn_sk_wrong", max_retries=10)
    sdk.client.track(person, "Comment Added")
    assert sdk.failed.wait(timeout=10), "it went on trying"
    (error,) = sdk.errors
    assert error.status == 401
    assert live.rows(EVENTS_OF, (person,)) == []


def test_the_other_vendors_key_fills_the_other_vendors_workspace(live, open_sdk, person):
    other = live.demo["other_workspace"]
    sdk = open_sdk(other["write_key"])
    sdk.client.track(person, "Comment Added", {"of": "the other vendor"})
    sdk.client.flush()
    live.eventually(lambda: live.rows(EVENTS_OF, (person,), vendor=other), "the event")
    assert live.progress(person) is None
    assert live.rows(EVENTS_OF, (person,)) == []
