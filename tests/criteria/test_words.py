"""Criteria read aloud: the sentence that the studio, the checklist and the evidence show."""

import pytest

from milestones.criteria import TO_YOU, in_words, parse, signal_in_words

SHARED = {"event": "Report Shared"}


def where(*conds):
    return {**SHARED, "where": [{"property": path, "op": op, **value} for path, op, value in conds]}


def value(said):
    return {"value": said}


SAID = [
    (SHARED, "The person has “Report Shared”."),
    ({**SHARED, "count": 3}, "The person has “Report Shared” 3 times."),
    ({**SHARED, "count": 1000}, "The person has “Report Shared” 1,000 times."),
    ({**SHARED, "by": "account"}, "The company’s people together have “Report Shared”."),
    ({**SHARED, "by": "account", "count": 5}, "The company’s people together have “Report Shared” 5 times."),
    ({**SHARED, "by": {"people": 1}}, "One person at the company has “Report Shared”."),
    ({**SHARED, "by": {"people": 3}}, "3 people at the company have each “Report Shared”."),
    ({**SHARED, "by": {"people": 3}, "count": 4}, "3 people at the company have each “Report Shared” 4 times."),
    (
        {**SHARED, "by": {"role": "power_user", "share": 0.5}},
        "Half of the company’s people with the role power user have each “Report Shared”.",
    ),
    (
        {**SHARED, "by": {"role": "operator", "share": 1}},
        "All of the company’s people with the role operator have each “Report Shared”.",
    ),
    (
        {**SHARED, "by": {"role": "operator", "share": 0.6}},
        "60 % of the company’s people with the role operator have each “Report Shared”.",
    ),
    (
        {**SHARED, "sum": {"property": ["rows"], "at_least": 1000}},
        "The person has “Report Shared” with rows adding up to at least 1,000.",
    ),
    (
        {**SHARED, "sum": {"property": ["order_total"], "at_least": 12.5}},
        "The person has “Report Shared” with order total adding up to at least 12.5.",
    ),
    (
        {**SHARED, "distinct": {"property": ["report_id"], "at_least": 3}},
        "The person has “Report Shared” with at least 3 different values of report id.",
    ),
    (
        {**SHARED, "distinct": {"property": ["report", "id"], "at_least": 3}, "by": "account"},
        "The company’s people together have “Report Shared” with at least 3 different values of report › id.",
    ),
    ({**SHARED, "count": 3, "within": {"days": 7}}, "The person has “Report Shared” 3 times within 7 days."),
    ({**SHARED, "count": 3, "within": {"days": 1}}, "The person has “Report Shared” 3 times within 1 day."),
    ({**SHARED, "count": 3, "within": {"days": 0.5}}, "The person has “Report Shared” 3 times within 0.5 days."),
    (
        {**SHARED, "within": {"days": 14, "of": "enrollment"}},
        "The person has “Report Shared” within 14 days of starting.",
    ),
    ({**SHARED, "within": {"days": 1, "of": "enrollment"}}, "The person has “Report Shared” within 1 day of starting."),
    (
        where((["audience"], "eq", value("customers"))),
        "The person has “Report Shared” where audience is “customers”.",
    ),
    (where((["audience"], "ne", value("team"))), "The person has “Report Shared” where audience is not “team”."),
    (where((["rows"], "gt", value(100))), "The person has “Report Shared” where rows is more than 100."),
    (where((["rows"], "gte", value(1500))), "The person has “Report Shared” where rows is at least 1,500."),
    (where((["rows"], "lt", value(0.001))), "The person has “Report Shared” where rows is less than 0.001."),
    (where((["rows"], "lte", value(-1))), "The person has “Report Shared” where rows is at most -1."),
    (where((["scheduled"], "eq", value(True))), "The person has “Report Shared” where scheduled is true."),
    (where((["url"], "starts_with", value("/r"))), "The person has “Report Shared” where url starts with “/r”."),
    (where((["tags"], "contains", value("new"))), "The person has “Report Shared” where tags contains “new”."),
    (where((["note"], "exists", {})), "The person has “Report Shared” where note is known."),
    (where((["note"], "missing", {})), "The person has “Report Shared” where note is not known."),
    (
        where((["audience"], "eq", value("customers")), (["rows"], "gt", value(5))),
        "The person has “Report Shared” where audience is “customers” and rows is more than 5.",
    ),
    ({"trait": "plan", "op": "eq", "value": "pro"}, "Their plan is “pro”."),
    ({"trait": "phone_number", "op": "missing"}, "Their phone number is not known."),
    ({"trait": "size", "of": "account", "op": "gte", "value": 10}, "The company’s size is at least 10."),
    ({"milestone": "share"}, "“Share a report” is reached."),
    ({"confirmed_by": "manager"}, "The customer success manager confirms it."),
    ({"confirmed_by": "person"}, "The person confirms it."),
    ({"confirmed_by": "api"}, "The product confirms it."),
    ({"all": [SHARED]}, "The person has “Report Shared”."),
    ({"all": [SHARED, {"event": "Opened"}]}, "The person has “Report Shared”, and the person has “Opened”."),
    ({"any": [SHARED, {"milestone": "share"}]}, "The person has “Report Shared”, or “Share a report” is reached."),
    (
        {"any": [SHARED, {"event": "Opened"}, {"confirmed_by": "person"}]},
        "The person has “Report Shared”; the person has “Opened”; or the person confirms it.",
    ),
    (
        {"all": [SHARED, {"any": [{"event": "Opened"}, {"milestone": "share"}]}]},
        "The person has “Report Shared”, and (the person has “Opened”, or “Share a report” is reached).",
    ),
]


@pytest.mark.parametrize(("document", "sentence"), SAID, ids=[sentence[:90] for _, sentence in SAID])
def test_it_reads_aloud(document, sentence):
    assert in_words(parse(document), {"share": "Share a report"}) == sentence


def test_a_milestone_without_a_title_is_named_by_its_key():
    assert in_words(parse({"milestone": "share"})) == "“share” is reached."


def test_a_signal_alone_is_a_clause():
    [signal] = parse({**SHARED, "count": 3}).signals
    assert signal_in_words(signal) == "the person has “Report Shared” 3 times"


def test_all_that_is_said_about_a_rule_tells_it_from_another():
    sentences = [sentence for _, sentence in SAID if sentence != "The person has “Report Shared”."]
    assert len(sentences) == len(set(sentences))


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({**SHARED, "count": 3}, "You have “Report Shared” 3 times."),
        ({"trait": "plan", "of": "person", "op": "eq", "value": "pro"}, "Your plan is “pro”."),
        ({"trait": "plan", "of": "account", "op": "eq", "value": "pro"}, "Your company’s plan is “pro”."),
        ({"confirmed_by": "person"}, "You confirm it."),
        ({**SHARED, "by": "account"}, "Your company’s people together have “Report Shared”."),
        ({**SHARED, "by": {"people": 2}}, "2 people at your company have each “Report Shared”."),
    ],
)
def test_to_the_person_themselves_it_says_you(document, sentence):
    assert in_words(parse(document), address=TO_YOU) == sentence
