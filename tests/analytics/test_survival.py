"""Curves against published worked examples, and against lifelines and SciPy on data drawn at random."""

import warnings
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.statistics import logrank_test
from lifelines.utils import restricted_mean_survival_time

from analytics.statistics.counts import Counts, LifeTable, life_table, shares_so_far
from analytics.statistics.intervals import Spells, band
from analytics.statistics.survival import incidence, log_rank, restricted_mean

UNTIL = date(2026, 6, 30)


def kaplan_meier(table: LifeTable) -> np.ndarray:
    """Of people of whom nobody was gone."""
    return 1 - incidence(table).arrived


def table_of(days, reached, gone=None) -> LifeTable:
    days, reached = np.array(days), np.array(reached, dtype=bool)
    gone = np.zeros(len(days), dtype=bool) if gone is None else np.array(gone, dtype=bool)
    return Spells(np.arange(len(days)), days, reached, gone).table()


# Freireich et al. 1963, as in Klein and Moeschberger: weeks of remission under 6-MP, and under placebo.
SIX_MP = ([6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35],
          [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0])  # fmt: skip
PLACEBO = ([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23], [1] * 21)


def test_the_remissions_of_1963():
    waiting = kaplan_meier(table_of(*SIX_MP))
    published = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert {week: round(float(waiting[week]), 3) for week in published} == published
    assert incidence(table_of(*PLACEBO)).time_of() == 8
    assert incidence(table_of(*SIX_MP)).time_of() == 23
    statistic, p = log_rank(table_of(*SIX_MP), table_of(*PLACEBO))
    assert round(statistic, 2) == 16.79
    assert p < 0.0001


@st.composite
def spells(draw, gone=True):
    n = draw(st.integers(2, 60))
    days = draw(st.lists(st.integers(0, 40), min_size=n, max_size=n))
    kinds = draw(st.lists(st.sampled_from([0, 1, 1, 2] if gone else [0, 1, 1]), min_size=n, max_size=n))
    return np.array(days), np.array(kinds)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(spells(gone=False))
def test_kaplan_meier_is_that_of_lifelines(drawn):
    days, kinds = drawn
    theirs = KaplanMeierFitter().fit(days, kinds == 1).predict(np.arange(days.max() + 1))
    table = table_of(days, kinds == 1)
    np.testing.assert_allclose(kaplan_meier(table), np.atleast_1d(theirs), atol=1e-8)
    np.testing.assert_allclose(1 - incidence(table).arrived, np.atleast_1d(theirs), atol=1e-8)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(spells())
def test_incidence_is_aalen_johansen_s(drawn):
    """By the textbook's sum, day by day: lifelines moves tied days apart at random, so it is asked below, about days apart."""
    days, kinds = drawn
    there, waiting = 0.0, 1.0
    ours = incidence(table_of(days, kinds == 1, kinds == 2)).arrived
    for day in range(days.max() + 1):
        at_risk = (days >= day).sum()
        there += waiting * ((days == day) & (kinds == 1)).sum() / at_risk
        waiting *= 1 - ((days == day) & (kinds != 0)).sum() / at_risk
        np.testing.assert_allclose(ours[day], there, atol=1e-8)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.integers(1, 400), min_size=8, max_size=40, unique=True), st.data())
def test_incidence_of_days_apart_is_that_of_lifelines(days, data):
    kinds = np.array(data.draw(st.lists(st.sampled_from([0, 1, 1, 2]), min_size=len(days), max_size=len(days))))
    days = np.array(days)
    theirs = AalenJohansenFitter(calculate_variance=False).fit(days, kinds, event_of_interest=1).cumulative_density_
    ours = incidence(table_of(days, kinds == 1, kinds == 2)).arrived
    for day in days:
        np.testing.assert_allclose(ours[day], theirs.loc[:day].iloc[-1, 0], atol=1e-8)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(spells(gone=False), spells(gone=False))
def test_log_rank_is_that_of_lifelines(one, other):
    mine = log_rank(table_of(one[0], one[1] == 1), table_of(other[0], other[1] == 1))
    if mine == (0.0, 1.0):
        return
    theirs = logrank_test(one[0], other[0], one[1] == 1, other[1] == 1)
    np.testing.assert_allclose(mine, (theirs.test_statistic, theirs.p_value), atol=1e-8)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(spells(gone=False), st.integers(1, 30))
def test_the_restricted_mean_is_that_of_lifelines(drawn, within):
    days, kinds = drawn
    ours = restricted_mean(incidence(table_of(days, kinds == 1)), within)
    is_open_at_the_end = (kinds[days == days.max()] != 1).any()
    if within > days.max() + 1 and is_open_at_the_end:
        assert ours is None, "nobody was watched so long"
        return
    theirs = restricted_mean_survival_time(KaplanMeierFitter().fit(days, kinds == 1), t=within)
    np.testing.assert_allclose(ours, theirs, atol=1e-8)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(spells(gone=False))
def test_where_everybody_stands_alone_the_band_is_scipy_s(drawn):
    from scipy.stats import CensoredData, ecdf

    days, kinds = drawn
    found = band(Spells(np.arange(len(days)), days, kinds == 1, kinds == 2), seed=1)
    if len(days) < 8:
        assert found is None
        return
    curve = ecdf(CensoredData(uncensored=days[kinds == 1], right=days[kinds != 1])).sf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        interval = curve.confidence_interval(0.95, method="log-log")
    for day in range(days.max() + 1):
        low = 1 - float(interval.high.evaluate(day))
        if np.isfinite(low):
            assert found.low[day] == pytest.approx(low, abs=1e-12)


def packed(pairs: dict[int, int]) -> bytes:
    from analytics.rollups.matrices import repacked

    return repacked(pairs)


def counts(*rows) -> Counts:
    """Rows of (days before UNTIL, eligible, reached, gone, ended)."""
    return Counts.of(
        (UNTIL - timedelta(days=ago), eligible, 2, 1, 3, packed(reached), packed(gone), packed(ended))
        for ago, eligible, reached, gone, ended in rows
    )


def test_a_cohort_is_watched_for_as_long_as_it_is_old():
    made = counts((10, 5, {2: 1, 4: 1, 11: 1}, {3: 1}, {}), (3, 4, {0: 1}, {}, {1: 1}), (-1, 9, {0: 9}, {}, {}))
    table = life_table(made, UNTIL)
    assert table.people == 9, "who began after the last day is not there"
    assert list(np.flatnonzero(table.reached)) == [0, 2, 4], "what came later is not known yet"
    assert (table.gone[3], table.last_seen[1], table.last_seen[3], table.last_seen[10]) == (1, 1, 2, 2)
    assert list(table.at_risk) == [9, 8, 7, 6, 3, 2, 2, 2, 2, 2, 2]


def test_everybody_is_counted_once():
    shares = shares_so_far(counts((10, 5, {2: 1}, {3: 1}, {4: 1})), UNTIL)
    assert (shares.reached, shares.gone, shares.ended, shares.open) == (1, 1, 1, 2)
    assert (shares.not_theirs, shares.skipped, shares.left_out) == (2, 1, 3)
    assert shares.rate == 0.2


def test_a_span_is_what_its_rows_are():
    chance = np.random.default_rng(3)
    rows = [
        (ago, 9, *({int(lag): int(lag) + 1 for lag in chance.integers(0, 9, 2)} for _ in range(3)))
        for ago in (12, 9, 9, 3, 2, 0)
    ]
    first, last = UNTIL - timedelta(days=9), UNTIL - timedelta(days=2)
    found = counts(*rows).between(first, last)
    told = counts(*(row for row in rows if 2 <= row[0] <= 9))
    for name in ("cohort", "eligible", "not_theirs", "skipped", "left_out"):
        assert getattr(found, name).tolist() == getattr(told, name).tolist(), name
    for name in ("reached", "gone", "ended"):
        for part in ("row", "lag", "n"):
            assert getattr(getattr(found, name), part).tolist() == getattr(getattr(told, name), part).tolist()


def test_nobody_is_no_error():
    empty = counts()
    table = life_table(empty, UNTIL)
    assert (table.people, incidence(table).time_of(), restricted_mean(incidence(table), 5)) == (0, None, None)
    assert shares_so_far(empty, UNTIL).rate is None


def test_a_curve_on_which_nobody_is_on_the_way_any_more_goes_on_as_it_is():
    curve = incidence(LifeTable(*(np.array(each) for each in ([4, 2], [2, 2], [0, 0], [0, 0]))))
    assert (curve.by(1), curve.by(30)) == (1, 1)
    assert restricted_mean(curve, 30) == 0.5
    waiting = incidence(LifeTable(*(np.array(each) for each in ([4, 2], [2, 1], [0, 0], [0, 1]))))
    assert waiting.by(30) is None
    assert restricted_mean(waiting, 30) is None
