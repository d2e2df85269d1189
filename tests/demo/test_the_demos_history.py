"""The demo's customers: a history that a real product could have had, and that the tracking API takes."""

import itertools
import json
import re
import statistics
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import yaml
from django.conf import settings

from milestones.criteria import EventSignal, TraitSignal, parse
from milestones.demo.history import history
from milestones.demo.vendors import NORTHWIND, TIDEWATER, VENDORS
from onboarding.tracking.decoding import decode

NOW = datetime(2025, 7, 24, 13, 20, tzinfo=UTC)  # a Thursday
CAST = {"Dana Whitfield", "Luis Ortega", "Hannah Bergström", "Kofi Mensah", "Petra Lindqvist"}


@pytest.fixture(scope="module")
def told():
    """slug → the small history of that vendor, as sent."""
    return {vendor.slug: list(history(vendor, size="small", now=NOW)) for vendor in VENDORS}


def test_the_same_seed_tells_the_same_story(told):
    again = history(TIDEWATER, size="small", now=NOW)
    assert list(again) == told["tidewater"]
    assert list(itertools.islice(history(NORTHWIND, size="small", now=NOW), 5000)) == told["northwind"][:5000]


@pytest.mark.parametrize(("vendor", "events"), [(NORTHWIND, 52_000), (TIDEWATER, 8_000)])
@pytest.mark.parametrize("days_later", [0, 3])
def test_small_is_as_large_as_it_says(vendor, events, days_later):
    count = sum(1 for _ in history(vendor, size="small", now=NOW + timedelta(days=days_later)))
    assert 0.85 * events <= count <= 1.15 * events


def test_there_are_about_40_accounts_and_900_people(told):
    both = [event for events in told.values() for event in events]
    assert len({event["groupId"] for event in both if event["type"] == "group"}) == 40
    assert 800 <= len({event["userId"] for event in both if event["type"] == "identify"}) <= 1000


def test_medium_begins_like_ten_times_as_many():
    signed = {event["groupId"] for event in _first_weeks("medium") if event["type"] == "group"}
    assert len(signed) >= 20


def _first_weeks(size):
    until = (NOW - timedelta(days=100)).isoformat()
    return list(itertools.takewhile(lambda event: event["timestamp"] < until, history(NORTHWIND, size=size, now=NOW)))


@pytest.mark.parametrize("slug", ["northwind", "tidewater"])
def test_the_tracking_api_takes_every_event(told, slug):
    received_at = int(NOW.timestamp() * 1_000_000)
    for batch in _batches(told[slug], 500):
        body = json.dumps({"batch": batch}).encode()
        decoded = decode(body, path_kind="batch", source_kind="server", received_at=received_at)
        assert not decoded.refusals
        assert len(decoded.facts) == len(batch)
        assert not any(fact.marks for fact in decoded.facts)


def _batches(events, size):
    return [events[start : start + size] for start in range(0, len(events), size)]


@pytest.mark.parametrize("slug", ["northwind", "tidewater"])
def test_events_come_in_order_but_for_a_few_late_ones(told, slug):
    moments = [event["timestamp"] for event in told[slug]]
    late = sum(moment < newest for moment, newest in zip(moments, itertools.accumulate(moments, max), strict=True))
    assert 0.002 < late / len(moments) < 0.012


@pytest.mark.parametrize("slug", ["northwind", "tidewater"])
def test_a_few_events_are_sent_twice_with_the_same_content(told, slug):
    by_id = defaultdict(list)
    for event in told[slug]:
        by_id[event["messageId"]].append(event)
    repeated = [events for events in by_id.values() if len(events) > 1]
    assert 0.0005 < len(repeated) / len(told[slug]) < 0.005
    assert all(event == events[0] for events in repeated for event in events)


@pytest.mark.parametrize("slug", ["northwind", "tidewater"])
def test_history_reaches_from_120_days_ago_to_an_hour_ago(told, slug):
    moments = [datetime.fromisoformat(event["timestamp"]) for event in told[slug]]
    assert min(moments) > NOW - timedelta(days=121)
    assert NOW - timedelta(minutes=75) < max(moments) <= NOW - timedelta(minutes=60)
    recent = Counter(moment.date() for moment in moments if moment > NOW - timedelta(days=10))
    assert len(recent) >= 8


def test_people_work_on_weekdays_in_office_hours_and_few_at_night(told):
    moments = [datetime.fromisoformat(event["timestamp"]) for event in told["northwind"]]
    local = [moment.astimezone(ZoneInfo(NORTHWIND.timezone)) for moment in moments]
    weekend = sum(moment.weekday() >= 5 for moment in local) / len(local)
    night = sum(moment.hour < 5 for moment in local) / len(local)
    assert 0.01 < weekend < 0.15
    assert 0 < night < 0.08


def test_business_grows(told):
    days = Counter(event["timestamp"][:10] for event in told["northwind"])
    weeks = [sum(days[_day(ago + step)] for step in range(7)) for ago in (100, 60, 20)]
    assert weeks[0] < weeks[1] < weeks[2]


def _day(ago):
    return (NOW - timedelta(days=ago)).date().isoformat()


def test_addresses_are_invented(told):
    text = json.dumps(told, ensure_ascii=False)
    addresses = set(re.findall(r"[\w.+-]+@[\w.-]+", text))
    assert len(addresses) > 700
    assert [address for address in addresses if not re.fullmatch(r"[a-z0-9.]+@[a-z0-9-]+\.example", address)] == []
    assert "://" not in text


def test_nobody_shares_an_address(told):
    owners = defaultdict(set)
    for event in told["northwind"]:
        if event["type"] == "identify" and "email" in event["traits"]:
            owners[event["traits"]["email"]].add(event["userId"])
    assert max(map(len, owners.values())) == 1


def test_accounts_bear_the_traits_that_segments_ask_for(told):
    known = defaultdict(dict)
    for event in told["northwind"]:
        if event["type"] == "group":
            known[event["groupId"]].update(event["traits"])
    wanted = {"name": str, "plan": str, "industry": str, "size": int, "mrr": int, "region": str}
    assert all(isinstance(traits.get(key), kind) for traits in known.values() for key, kind in wanted.items())
    assert len({traits["industry"] for traits in known.values()}) >= 6
    assert {"starter", "pro", "enterprise"} <= {traits["plan"] for traits in known.values()}
    assert 2 <= sum("churned_at" in traits for traits in known.values()) <= 10


def test_who_left_is_not_seen_again(told):
    left = {
        e["groupId"]: e["timestamp"] for e in told["northwind"] if e["type"] == "group" and "churned_at" in e["traits"]
    }
    accounts = _accounts_of_people(told["northwind"])
    for event in told["northwind"]:
        own = accounts.get(event.get("userId"), set())
        if len(own) == 1 and own <= left.keys():
            gap = datetime.fromisoformat(event["timestamp"]) - datetime.fromisoformat(left[next(iter(own))])
            assert gap < timedelta(days=1)


def _accounts_of_people(events):
    accounts = defaultdict(set)
    for event in events:
        if event["type"] == "group":
            accounts[event["userId"]].add(event["groupId"])
    return accounts


def test_some_people_work_for_two_accounts_and_then_every_event_names_one(told):
    accounts = _accounts_of_people(told["northwind"])
    consultants = {person for person, own in accounts.items() if len(own) > 1}
    assert consultants
    for event in told["northwind"]:
        if event.get("userId") in consultants and event["type"] in ("track", "identify"):
            assert event["context"]["groupId"] in accounts[event["userId"]]


def test_identities_are_claimed_and_merged(told):
    events = told["northwind"]
    claimed = {event["anonymousId"] for event in events if event["type"] == "identify" and "anonymousId" in event}
    anonymous = {event["anonymousId"] for event in events if "anonymousId" in event and "userId" not in event}
    assert claimed
    assert anonymous == claimed
    assert any(event["type"] == "alias" for event in events)


def test_roles_change_and_trials_convert(told):
    roles, plans = defaultdict(list), defaultdict(list)
    for event in told["northwind"]:
        if event["type"] == "identify" and "role" in event["traits"]:
            roles[event["userId"]].append(event["traits"]["role"])
        if event["type"] == "group" and "plan" in event["traits"]:
            plans[event["groupId"]].append(event["traits"]["plan"])
    assert ["operator", "power_user"] in roles.values()
    assert sum(own[0] == "trial" and len(own) == 2 for own in plans.values()) >= 3


def test_people_stall_at_different_places(told):
    counts = Counter(event["userId"] for event in told["northwind"] if event["type"] == "track" and "userId" in event)
    people = {event["userId"] for event in told["northwind"] if event["type"] == "identify"}
    never = sum(counts[person] <= 1 for person in people)
    assert 0.03 < never / len(people) < 0.3
    assert statistics.quantiles([counts[person] for person in people], n=10)[8] > 100


def test_harbor_has_its_cast_and_hannah_has_something_left_to_do(told):
    names = {
        event["userId"]: event["traits"]["name"]
        for event in told["northwind"]
        if event["type"] == "identify" and "name" in event["traits"]
    }
    assert {names[who] for who in ("dana", "luis", "hannah", "kofi", "petra")} == CAST
    harbor = {event["userId"] for event in told["northwind"] if event.get("groupId") == "harbor"}
    assert 48 <= len(harbor) <= 54
    done = [event for event in told["northwind"] if event.get("userId") == "hannah" and event["type"] == "track"]
    assert any(event["event"] == "Data Source Connected" for event in done)
    assert any(event["event"] == "Dashboard Published" and event["properties"]["charts"] > 0 for event in done)
    assert not any(e["event"] == "Dashboard Shared" and e["properties"]["audience"] != "self" for e in done)
    assert [event for event in told["northwind"] if event.get("userId") == "petra" and event["type"] == "track"] == []


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.slug)
def test_every_signal_of_the_ladders_is_in_the_history(told, vendor):
    seen, traits = set(), set()
    for event in told[vendor.slug]:
        seen.add(event.get("event"))
        traits |= {(event["type"], key) for key in event.get("traits", ())}
    for file in vendor.ladders:
        ladder = yaml.safe_load((settings.ROOT / "ladders" / file).read_text())
        rules = [milestone["criteria"] for milestone in ladder["milestones"]]
        rules += [
            rung["override"]["criteria"]
            for phase in ladder["phases"]
            for rung in phase["rungs"]
            if "criteria" in rung.get("override", {})
        ]
        for signal in (signal for rule in rules for signal in parse(rule).signals):
            if isinstance(signal, EventSignal):
                assert signal.event in seen
            if isinstance(signal, TraitSignal):
                assert ({"person": "identify", "account": "group"}[signal.of], signal.cond.path[0]) in traits
        shown = {name for feature in ladder.get("features", []) for name in feature["events"]}
        assert shown <= seen
        assert ladder["enroll"].get("event", ladder["milestones"][0]["criteria"].get("event")) in seen | {None}
