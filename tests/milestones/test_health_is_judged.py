"""An account's pace and its reasons, as a pure function: each rule alone, and which of them has the word."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from milestones.health.judging import ORDER, Agreement, Call, Case, Rung, Word, judge
from milestones.health.words import SAY, said

NOW = datetime(2026, 10, 5, 9, tzinfo=UTC)
DAY = timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")


def rung(key="report", **stand) -> Rung:
    return Rung(key=key, title=key.capitalize(), **{"asked": 10, "at_it": 10} | stand)


def case(*rungs, **known) -> Case:
    usual = {"began_at": NOW - 10 * DAY, "people": 10, "active": 8, "last_seen_at": NOW - DAY, "under_way": 10}
    return Case(now=NOW, today=NOW.date(), rungs=rungs or (rung(),), **usual | known)


def agreement(**said) -> Agreement:
    usual = {"made_at": NOW - 20 * DAY, "done_on": date(2026, 11, 1), "ours": True, "theirs": True, "wish": ""}
    return Agreement(**usual | {"met": 1, "asked": 3} | said)


def kinds(found) -> list[str]:
    return [finding.kind for finding in found.findings]


@pytest.mark.parametrize(
    ("known", "pace", "reason", "first"),
    [
        (case(), "on_track", "usual_pace", None),
        (case(last_seen_at=NOW - 6.9 * DAY, active=0), "on_track", "usual_pace", None),
        (case(last_seen_at=NOW - 7 * DAY, active=0), "at_risk", "inactive", "silent"),
        (case(last_seen_at=NOW - 14 * DAY, active=0, began_at=NOW - 40 * DAY), "stalled", "inactive", "silent"),
        (case(last_seen_at=None, active=0), "at_risk", "inactive", "silent"),
        (case(rung(slow=5, usual=8)), "at_risk", "usual_pace", "slow"),
        (case(rung(slow=4, late=4, usual=8)), "on_track", "usual_pace", None),
        (case(rung(slow=5, usual=4)), "at_risk", "usual_pace", "slow"),
        (case(rung(slow=5, usual=4), began_at=NOW - 14 * DAY), "stalled", "usual_pace", "slow"),
        (case(rung(slow=4, at_it=5, asked=9), people=40), "on_track", "usual_pace", None),
        (case(rung(slow=4, at_it=5, asked=9, usual=10), people=40), "at_risk", "usual_pace", "slow"),
        (case(rung(slow=5, usual=4, last_reached_at=NOW - DAY)), "at_risk", "usual_pace", "slow"),
        (case(rung(late=6)), "at_risk", "usual_pace", "late"),
        (case(rung(at_it=2, reached=8, late=2)), "on_track", "usual_pace", None),
        (case(calls=[Call("Ines", 1, "Report", NOW - 2 * DAY)]), "at_risk", "blocked_by_us", "unanswered"),
        (case(calls=[Call("Ines", 1, "Report", NOW - DAY)]), "on_track", "usual_pace", None),
        (case(agreement=agreement(theirs=False)), "at_risk", "blocked_by_them", "unagreed"),
        (case(agreement=agreement(ours=False)), "at_risk", "blocked_by_us", "unagreed_by_us"),
        (case(agreement=agreement(theirs=False, made_at=NOW - 13 * DAY)), "on_track", "usual_pace", None),
        (case(agreement=agreement(theirs=False, wish="Later")), "at_risk", "blocked_by_us", "wish"),
        (case(agreement=agreement(done_on=date(2026, 10, 4))), "at_risk", "usual_pace", "kickoff_late"),
        (case(agreement=agreement(done_on=date(2026, 10, 4), met=3)), "on_track", "usual_pace", None),
        (case(word=Word("blocked_by_us", "No import", NOW - DAY, None)), "stalled", "blocked_by_us", "blocked_by_us"),
        (
            case(word=Word("blocked_by_them", "Audit", NOW - DAY, date(2026, 10, 5))),
            "stalled",
            "blocked_by_them",
            "blocked_by_them",
        ),
        (case(word=Word("waiting", "Holidays", NOW - DAY, date(2026, 10, 4))), "at_risk", "waiting", "word_over"),
        (case(word=Word("waiting", "Holidays", NOW - DAY, date(2026, 10, 5))), "on_track", "waiting", "waiting"),
        (case(rung(asked=0, at_it=0), under_way=0), "idle", "", "idle"),
        (
            case(rung(asked=0, at_it=0), under_way=0, word=Word("blocked_by_them", "Unsigned", NOW, None)),
            "stalled",
            "blocked_by_them",
            "blocked_by_them",
        ),
        (
            case(rung(reached=10, at_it=0), under_way=0, calls=[Call("Ines", 1, "Report", NOW - 3 * DAY)]),
            "at_risk",
            "blocked_by_us",
            "unanswered",
        ),
        (case(rung(reached=10, at_it=0), under_way=0), "finished", "", "finished"),
    ],
)
def test_each_rule_alone(known, pace, reason, first):
    """`first` is the weightiest reason, None where only good things are said."""
    found = judge(known)
    assert (found.pace, found.reason) == (pace, reason)
    assert not first or kinds(found)[0] == first


def test_who_waits_as_agreed_is_neither_silent_nor_slow_before_the_day():
    waiting = Word("waiting", "Until their new system runs", NOW - 30 * DAY, date(2026, 10, 20))
    quiet = {"last_seen_at": NOW - 20 * DAY, "began_at": NOW - 40 * DAY, "active": 0}
    found = judge(case(rung(slow=9, usual=2), word=waiting, **quiet))
    assert (found.pace, found.reason) == ("on_track", "waiting")
    assert {"silent", "slow"} <= set(kinds(found)), "it is still said"
    asked = judge(case(rung(slow=9, usual=2), word=waiting, calls=[Call("Ines", 1, "Report", NOW - 3 * DAY)], **quiet))
    assert asked.pace == "at_risk", "a call for help is no part of the agreement"


def test_the_weightiest_has_the_word_and_good_news_comes_last():
    value = rung("connect", reached=10, at_it=0, is_value=True, first_reached_at=NOW - 8 * DAY)
    found = judge(
        case(
            value,
            rung(slow=6, usual=20),
            calls=[Call("Ines", 1, "Report", NOW - 3 * DAY)],
            word=Word("blocked_by_them", "Audit", NOW, None),
        )
    )
    assert kinds(found) == ["blocked_by_them", "unanswered", "slow", "nearly", "value", "active"]
    assert found.pace == "stalled"
    assert found.held == 10, "all that are under way"
    assert next(each for each in found.findings if each.kind == "value").said == {"day": 3}


def test_it_is_compared_with_accounts_like_it():
    ahead = rung("connect", reached=9, at_it=1, peers=12.0, first_reached_at=NOW - 6 * DAY)
    found = judge(case(ahead, rung(peers=15.0), like=(23, "healthcare")))
    told = next(each for each in found.findings if each.kind == "sooner")
    assert told.said == {"title": "Connect", "days": 8.0, "accounts": 23, "value": "healthcare"}
    three = (rung("connect", peers=3.0), rung("invite", peers=9.5), rung("share", peers=10.0))
    behind = judge(case(*three, like=(23, "")))
    assert (behind.pace, behind.findings[0].kind) == ("at_risk", "behind")
    assert behind.findings[0].said["rungs"] == 3
    assert judge(case(*three[:2], rung("share", peers=12.0), like=(23, ""))).pace == "on_track", "two are not enough"


def test_an_account_has_a_rung_when_half_of_those_asked_have_it():
    assert rung(asked=10, reached=5).state == "reached"
    assert rung(asked=10, reached=4, at_it=6).state == "open"
    assert rung(asked=10, reached=0, at_it=0).state == "locked"
    assert rung(asked=0, reached=0, at_it=0).state == "skipped"


def test_every_reason_has_words_for_all_that_it_can_carry():
    """Every finding of many worlds is said, and every saying comes up."""
    words = [
        None,
        Word("blocked_by_us", "No import", NOW, date(2026, 10, 9)),
        Word("blocked_by_them", "Why?", NOW, None),
    ]
    words += [Word("waiting", "Holidays", NOW, date(2026, 10, 9)), Word("waiting", "Holidays", NOW, None)]
    words += [Word("waiting", "Holidays", NOW, date(2026, 10, 1))]
    deals = [None, agreement(), agreement(ours=False), agreement(theirs=False), agreement(theirs=False, wish="No")]
    deals += [agreement(done_on=date(2026, 10, 1))]
    value = {"is_value": True, "reached": 10, "at_it": 0, "first_reached_at": NOW - 9 * DAY, "peers": 14.0}
    paths = [
        (rung(),),
        (rung(slow=6, usual=3.0),),
        (rung(late=10),),
        (rung("a"), rung("b")),
        (rung("a", **value), rung(late=5)),
    ]
    paths += [
        (rung("a", peers=1.0), rung("b", peers=2.0), rung("c", peers=3.0)),
        (rung(reached=10, at_it=0),),
        (rung(asked=0, at_it=0),),
    ]
    heard, calls = set(), [Call("Ines", 1, "Report", NOW - 3 * DAY), Call("Omar", 2, "Report", NOW - 4 * DAY)]
    for word, deal, path, seen in product(words, deals, paths, (None, NOW - 9 * DAY, NOW - 6 * DAY, NOW)):
        left = 0 if len(path) == 1 and (path[0].reached == 10 or not path[0].asked) else 10
        world = case(
            *path,
            word=word,
            agreement=deal,
            last_seen_at=seen,
            calls=calls if seen is None else (),
            under_way=left,
            active=8 if seen == NOW else 0,
        )
        found = judge(world)
        assert found.pace in ORDER
        assert found.findings, "no verdict without a reason"
        assert found.findings[0].pace == found.pace, "the first reason is the one that counts"
        for finding in found.findings:
            text = said(finding.kind, finding.said, zone=BERLIN, today=NOW.date())
            assert text.endswith((".", "?"))
            assert "None" not in text.replace("None of its people", "")
            heard.add(finding.kind)
    assert heard == set(SAY)
