"""Shares, means and differences: against what is published, against statsmodels, and against worlds whose truth is known."""

import numpy as np
import pytest
from statsmodels.regression.linear_model import OLS

from analytics.statistics.estimates import Estimate, difference, mean, share, share_difference
from analytics.statistics.survival import log_rank_of_accounts

LEVEL = 0.95


def accounts(chance, *, count: int, largest: int, truth: float, alike: float):
    """(part, whole) of accounts of one to `largest` people, whose shares differ around the truth."""
    whole = np.exp(chance.uniform(0, np.log(largest + 1), count)).astype(int).clip(1, largest)
    theirs = chance.beta(truth / alike, (1 - truth) / alike, count)
    return chance.binomial(whole, theirs), whole


def test_the_variance_is_that_of_a_regression_on_nothing_clustered_by_account():
    part, whole = accounts(np.random.default_rng(1), count=40, largest=30, truth=0.4, alike=0.2)
    found = share(part, whole)
    whose = np.repeat(np.arange(40), whole)
    each = np.concatenate([np.arange(n) < k for k, n in zip(part, whole, strict=True)]).astype(float)
    fit = OLS(each, np.ones(len(each))).fit(cov_type="cluster", cov_kwds={"groups": whose})
    half = (np.log(found.high / (1 - found.high)) - np.log(found.low / (1 - found.low))) / 2
    half *= found.value * (1 - found.value)
    plain = mean(part, whole)
    assert plain.value == pytest.approx(fit.params[0], abs=1e-12)
    assert half == pytest.approx((plain.high - plain.low) / 2, abs=1e-12)
    assert 1.96 < half / fit.bse[0] < 2.3, "Student's t of accounts of unequal size"


@pytest.mark.parametrize(
    ("one", "other", "interval"),
    [
        ((56, 70), (48, 80), (0.0524, 0.3339)),  # Newcombe 1998, table II (a), method 10
        ((9, 10), (3, 10), (0.1705, 0.8090)),  # (b)
        ((5, 56), (0, 29), (-0.0381, 0.1926)),  # (d)
        ((10, 10), (0, 10), (0.6075, 1.0000)),  # (h)
    ],
    ids=["Newcombe 1998 a", "b", "d", "h"],
)
def test_a_difference_as_newcombe_published_it(one, other, interval):
    found = difference(wilson(*one), wilson(*other))
    assert (found.low, found.high) == pytest.approx(interval, abs=5e-5)


def wilson(part: int, whole: int) -> Estimate:
    z, p = 1.959964, part / whole
    middle, half = (
        (2 * part + z**2) / (2 * (whole + z**2)),
        z * np.sqrt(z**2 + 4 * part * (1 - p)) / (2 * (whole + z**2)),
    )
    return Estimate(p, middle - half, middle + half, whole, whole)


def test_none_and_all_have_an_interval_too():
    none, everybody = share(np.zeros(30), np.ones(30)), share(np.ones(30), np.ones(30))
    assert (none.low, everybody.high) == (0, 1)
    assert none.high == pytest.approx(0.1157, abs=1e-4), "the exact end for 0 of 30"
    assert everybody.low == pytest.approx(1 - 0.1157, abs=1e-4)


def test_too_few_accounts_have_a_figure_and_no_interval():
    found = share(np.array([3, 2, 0]), np.array([4, 4, 0]))
    assert (found.value, found.low, found.n, found.clusters) == (0.625, None, 8, 2)
    assert share(np.zeros(0), np.zeros(0)).value is None
    assert difference(found, found).said() == [0, None, None]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("count", "largest", "truth", "alike"), [(60, 200, 0.4, 0.15), (40, 20, 0.8, 0.1), (200, 200, 0.1, 0.1)]
)
def test_an_interval_holds_the_truth_as_often_as_it_says(count, largest, truth, alike):
    chance, times = np.random.default_rng(11), 4_000
    hits = 0
    for _ in range(times):
        found = share(*accounts(chance, count=count, largest=largest, truth=truth, alike=alike))
        hits += found.low <= truth <= found.high
    print(f"{count} accounts: {hits / times:.4f}")
    assert abs(hits / times - LEVEL) <= 2.6 * np.sqrt(LEVEL * (1 - LEVEL) / times)


@pytest.mark.slow
def test_what_has_not_changed_is_seldom_called_a_clear_change():
    chance, times = np.random.default_rng(13), 4_000
    world = {"count": 60, "largest": 200, "truth": 0.4, "alike": 0.15}
    wrong = 0
    for _ in range(times):
        now, was = (share(*accounts(chance, **world)) for _ in range(2))
        wrong += difference(now, was).is_clear
    print(f"called clear where nothing is: {wrong / times:.4f}")
    assert wrong / times <= 0.05 + 2.6 * np.sqrt(0.05 * 0.95 / times)


@pytest.mark.slow
def test_a_difference_within_accounts_holds_the_truth_as_often_as_it_says():
    chance, times, hits = np.random.default_rng(12), 4_000, 0
    for _ in range(times):
        whole = chance.integers(2, 60, 60)
        some = chance.binomial(whole, chance.beta(2, 2, 60))
        theirs = chance.normal(0, 0.1, 60)  # what the people of an account share, whoever they are
        part, other = (
            chance.binomial(n, np.clip(rate + theirs, 0, 1)) for n, rate in ((some, 0.6), (whole - some, 0.45))
        )
        found = share_difference(part, some, other, whole - some)
        hits += found.low <= 0.15 <= found.high
    print(f"differences: {hits / times:.4f}")
    assert abs(hits / times - LEVEL) <= 2.6 * np.sqrt(LEVEL * (1 - LEVEL) / times)


def spells(chance, *, count: int, frailty: float, faster: float = 1.0):
    whole = chance.integers(1, 20, count)
    whose = np.repeat(np.arange(count), whole)
    is_first = (np.arange(count) % 2 == 0)[whose]
    pace = (0.05 * np.exp(chance.normal(0, frailty, count)))[whose] * np.where(is_first, faster, 1)
    arrives, watched = chance.exponential(1 / pace).astype(int), chance.integers(20, 60, len(whose))
    return whose, np.minimum(arrives, watched), arrives <= watched, is_first


@pytest.mark.slow
def test_log_rank_of_accounts_is_as_seldom_wrong_as_it_says():
    chance, times = np.random.default_rng(5), 4_000
    wrong = sum(log_rank_of_accounts(*spells(chance, count=80, frailty=0.6)) < 0.05 for _ in range(times)) / times
    print(f"said to differ where nothing does: {wrong:.4f}")
    assert wrong <= 0.05 + 2.6 * np.sqrt(0.05 * 0.95 / times)


def test_log_rank_of_accounts_finds_a_difference_that_is_there():
    chance = np.random.default_rng(6)
    assert log_rank_of_accounts(*spells(chance, count=80, frailty=0.3, faster=2)) < 0.001


def test_log_rank_of_accounts_of_one_person_is_nearly_the_ordinary_one():
    from scipy.stats import CensoredData, logrank

    chance = np.random.default_rng(7)
    _, day, reached, is_first = spells(chance, count=400, frailty=0, faster=1.05)
    found = log_rank_of_accounts(np.arange(len(day)), day, reached, is_first)
    groups = [CensoredData(uncensored=day[w & reached], right=day[w & ~reached]) for w in (is_first, ~is_first)]
    assert found == pytest.approx(logrank(*groups).pvalue, rel=0.1)


def test_all_against_none_of_few_is_not_certain():
    found = share_difference(np.ones(12), np.ones(12), np.zeros(12), np.ones(12))
    assert found.value == 1
    assert 0.5 < found.low < 0.75
