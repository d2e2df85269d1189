"""Do the intervals hold what they say? Accounts of one to two hundred people who are alike, and some of whom leave together."""

import numpy as np
import pytest

from analytics.statistics.intervals import Spells, band

DAYS, LEVEL = 31, 0.95


def draw(chance, *, accounts: int, frailty: float, largest: int) -> Spells:
    """People of accounts with a pace of their own; a sixth of the accounts leave at some day, everybody is watched for a while."""
    sizes = np.exp(chance.uniform(0, np.log(largest + 1), accounts)).astype(int).clip(1, largest)
    whose = np.repeat(np.arange(accounts), sizes)
    pace = 0.04 * np.exp(chance.normal(0, frailty, accounts))
    arrives = chance.exponential(1 / pace[whose]).astype(int)
    watched = np.minimum(chance.integers(20, 90, len(whose)), DAYS)
    leaves = np.where(chance.random(accounts) < 0.15, chance.integers(5, 80, accounts), 10**6)[whose]
    reached = (arrives <= watched) & (arrives <= leaves)
    gone = ~reached & (leaves <= watched)
    return Spells(whose, np.minimum(np.minimum(arrives, watched), leaves), reached, gone)


def true_share(day: int, *, frailty: float, people: int = 4_000_000) -> float:
    chance = np.random.default_rng(0)
    arrives = chance.exponential(1 / (0.04 * np.exp(chance.normal(0, frailty, people)))).astype(int)
    leaves = np.where(chance.random(people) < 0.15, chance.integers(5, 80, people), 10**6)
    return float(((arrives <= day) & (arrives <= leaves)).mean())


def coverage(times: int, *, day: int, seed: int, frailty: float, **world) -> float:
    truth, chance, hits = true_share(day, frailty=frailty), np.random.default_rng(seed), 0
    for number in range(times):
        found = band(draw(chance, frailty=frailty, **world), seed=number)
        hits += found.low[day] <= truth <= found.high[day]
    return hits / times


WORLDS = [
    {"accounts": 60, "frailty": 0.6, "largest": 200, "day": 30},
    {"accounts": 80, "frailty": 0.8, "largest": 200, "day": 20},
    {"accounts": 160, "frailty": 0.3, "largest": 200, "day": 14},
]


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS, ids=lambda world: f"{world['accounts']} accounts")
def test_an_interval_holds_the_truth_as_often_as_it_says(world):
    times = 4_000
    found = coverage(times, seed=7, **world)
    print(f"{world}: {found:.4f}")
    assert abs(found - LEVEL) <= 2.6 * np.sqrt(LEVEL * (1 - LEVEL) / times)


def test_the_same_seed_gives_the_same_band():
    spells = draw(np.random.default_rng(3), accounts=30, frailty=0.6, largest=20)
    one, other, another = band(spells, seed=5), band(spells, seed=5), band(spells, seed=6)
    assert np.array_equal(one.low, other.low)
    assert not np.array_equal(one.low, another.low)
    assert one.low[30] < one.high[30]


def test_people_who_are_alike_are_worth_fewer():
    chance = np.random.default_rng(4)
    whose = np.repeat(np.arange(50), 40)
    arrives = np.repeat(chance.integers(0, 30, 50), 40)  # everybody of an account on the same day
    alike = band(Spells(whose, arrives, np.ones(2000, bool), np.zeros(2000, bool)), seed=1)
    alone = band(Spells(np.arange(2000), arrives, np.ones(2000, bool), np.zeros(2000, bool)), seed=1)
    assert alike.high[15] - alike.low[15] > 4 * (alone.high[15] - alone.low[15])


def test_that_everybody_got_there_says_something():
    whose, day = np.repeat(np.arange(10), 2), np.full(20, 12)
    everybody = np.ones(20, bool)
    found = band(Spells(whose, day, everybody, ~everybody), seed=1)
    assert found.median == (12, 12)
    assert found.low[12] == pytest.approx(0.025 ** (1 / 10)), "ten accounts, whatever they hold"
    one_is_open = band(Spells(whose, np.append(day[1:], 20), np.append(everybody[1:], False), ~everybody), seed=1)
    assert one_is_open.median == (12, 12)
    assert one_is_open.low[20] < 0.95


@pytest.mark.parametrize("sizes", [[1] * 7, [500, *[1] * 30]])
def test_too_few_accounts_say_nothing(sizes):
    whose = np.repeat(np.arange(len(sizes)), sizes)
    everybody = np.ones(len(whose), bool)
    assert band(Spells(whose, np.arange(len(whose)) % 20, everybody, ~everybody), seed=1) is None
