"""The grammar: the same figures give the same text, and too little is said to be too little."""

import pytest

from analytics import sentences

USUAL = {
    "began": 531,
    "median": 8,
    "before": 12,
    "share": 0.7,
    "span": "new people",
    "was": "the 60 days before",
    "is_clear": True,
}


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"is_clear": None}, "New people reach first value in 8 days; in the 60 days before it was 12 days."),
        ({}, "New people reach first value in 8 days, 4 days sooner than in the 60 days before."),
        ({"median": 13}, "New people reach first value in 13 days, 1 day later than in the 60 days before."),
        ({"before": 8}, "New people reach first value in 8 days, as in the 60 days before."),
        ({"before": None}, "New people reach first value in 8 days."),
        ({"median": 0, "before": None}, "New people reach first value in less than a day."),
        ({"median": None}, "Half of new people have not reached first value yet: so far 70% have."),
        ({"median": None, "share": 0.0}, "Half of new people have not reached first value yet: so far nobody has."),
        ({"began": 9}, "9 people began: too few to say how long first value takes."),
        (
            {"is_clear": False},
            "New people reach first value in 8 days, 4 days sooner than in the 60 days before, which may be chance.",
        ),
        (
            {"before": 8, "is_clear": False},
            "New people reach first value in 8 days, as in the 60 days before.",
        ),
        ({"began": 1}, "1 person began: too few to say how long first value takes."),
        ({"began": 0}, "Nobody began on this ladder in this time."),
    ],
)
def test_first_value_is_said(other, said):
    assert sentences.first_value(**USUAL | other) == said


def test_the_leak_is_said():
    said = "The biggest leak is “Share”: 238 people have had it open for more than 9 days."
    assert sentences.leak("Share", 238, 9) == said
    assert sentences.leak("Share", 1, 1) == "The biggest leak is “Share”: 1 person has had it open for more than 1 day."
    assert sentences.leak("Share", 0, 9) == ""


@pytest.mark.parametrize(
    ("share", "said"), [(0, "0%"), (0.001, "<1%"), (0.005, "<1%"), (0.614, "61%"), (0.998, ">99%"), (1, "100%")]
)
def test_a_share_never_pretends(share, said):
    assert sentences.percent(share) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "Nobody"), (1, "Everybody"), (0.26, "One in four"), (0.66, "Two in three"), (0.47, "47% of people")],
)
def test_a_share_is_said_aloud(share, said):
    assert sentences.ratio(share) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.72, "72% of the times that a feature was unlocked for somebody, they used it within 14 days."),
        (1, "Whoever had a feature unlocked used it within 14 days."),
        (0, "Nobody who had a feature unlocked used it within 14 days."),
    ],
)
def test_unlockings_are_not_taken_for_people(share, said):
    assert sentences.used_after_unlock(share, 14) == said


@pytest.mark.parametrize(
    ("interval", "said"),
    [
        ((1.2, 4.8), "“Looked” is done on 3 more of 14 days after “Share” than before"),
        ((-0.4, 6.4), "No clear change in how often “Looked” is done after “Share”"),
        ((None, None), "Too few accounts to say whether “Looked” is done more often after “Share”"),
    ],
)
def test_no_change_is_said_that_may_be_chance(interval, said):
    assert sentences.around("Looked", "Share", 14, 40, 2.0, 5.0, interval) == said


@pytest.mark.parametrize(
    ("names", "compared", "groups", "said"),
    [
        ([], 0, 3, "Too few accounts to tell one industry from another"),
        ([], 2, 3, "No industry with enough accounts differs from the others by more than chance"),
        ([], 3, 3, "No industry differs from the others by more than chance"),
        (["rail"], 2, 3, "“rail” stands apart from the others"),
        (["rail", "sea", "air"], 3, 3, "“rail” and “sea” and 1 more stand apart from the others"),
    ],
)
def test_groups_are_told_apart_where_they_can_be(names, compared, groups, said):
    assert sentences.apart("industry", names, compared=compared, groups=groups) == said


def test_ninety_days_open_with_who_came_and_who_stayed():
    said = sentences.ninety(757, 0.58, (0.5, 757), "Share")
    assert said == (
        "Of 757 people who began, 58% reach first value within 30 days; 50% were active between day 84 and 90."
        " Most days are lost at “Share”."
    )
    assert sentences.ninety(300, 0.61, (0.34, 40), "") == (
        "Of 300 people who began, 61% reach first value within 30 days; of the 40 who have had so long, 34% were active between day 84"
        " and 90."
    )


def test_what_is_below_its_baseline_is_said_to_be_below():
    money = [sentences.beside_baseline("EUR", -1_200), sentences.beside_baseline("", 30)]
    said = "1 goal of 3 has reached its target. In money they are EUR 1,200 below and 30 above their baseline."
    assert sentences.outcomes(1, 3, money) == said


def test_an_interval_without_width_is_none():
    assert sentences.interval_of_share(0.0, 0.0) == ""
    assert sentences.interval_of_share(0.401, 0.404) == "95% interval 40 to 40"


def test_changes_know_what_is_good():
    assert sentences.change_of_days(8, 12) == ("4 days sooner", "down", "yes")
    assert sentences.change_of_days(12, 11) == ("1 day later", "up", "no")
    assert sentences.change_of_days(8, None) == ("", "", "")
    assert sentences.change_of_share(0.614, 0.54) == ("7 points", "up", "yes")
    assert sentences.change_of_share(0.50, 0.504) == ("No change", "flat", "")


def test_an_end_that_was_not_seen_is_said_as_such():
    assert sentences.interval_of_days((7, 9)) == "95% interval 7 to 9 days"
    assert sentences.interval_of_days((7, None)) == "95% interval from 7 days, no upper end yet"
    assert sentences.interval_of_days((None, None)) == ""
