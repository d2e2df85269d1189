"""A profile has bounds, and is the same in whatever order the facts came."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking import profiles
from onboarding.tracking.models import Account, Person
from tests.senders import Sender, alias, group, identify

# (trusted, µs, source, message id) and the traits said.
SAID = st.lists(
    st.tuples(
        st.tuples(st.booleans(), st.integers(0, 5), st.integers(1, 2)),
        st.dictionaries(st.sampled_from(["role", "a", "b", "c", "d", "e", "f"]), st.integers(0, 9), max_size=5),
    ),
    max_size=12,
)


def folded(facts) -> tuple[dict, dict]:
    person = Person(traits={}, trait_times={})
    for (trusted, *order, message), traits in facts:
        profiles._lay(person, traits, (*order, message), trusted)
    return person.traits, person.trait_times


@given(SAID, st.randoms(use_true_random=False))
def test_the_same_traits_stay_in_any_order(said, chance):
    facts = [((*when, f"m{n}"), traits) for n, (when, traits) in enumerate(said)]
    shuffled = facts.copy()
    chance.shuffle(shuffled)
    everything = folded(facts)
    with patch.object(profiles, "MOST_TRAITS", 3):
        kept = folded(facts)
        assert kept == folded(shuffled)
    assert kept[0].items() <= everything[0].items()
    latest = sorted(everything[1].keys() - {"role"}, key=lambda key: (everything[1][key], key), reverse=True)[:3]
    assert kept[0].keys() - {"role"} == set(latest)


def test_a_browser_fills_no_profile_without_end_and_takes_nothing_of_the_servers(client, acme):
    server, browser = Sender(client, acme), Sender(client, acme, kind="browser")
    server.send(identify("petra", role="operator", plan="pro"))
    for page in range(3):
        browser.send(identify("petra", **{f"trait {page} {n}": n for n in range(200)}))
    with workspace_scope(acme.pk):
        petra = Person.objects.get(external_id="petra")
    assert len(petra.traits) == profiles.MOST_TRAITS + 2
    assert (petra.traits["plan"], petra.traits["role"]) == ("pro", "operator")
    assert petra.traits["trait 2 7"] == 7
    assert "trait 0 7" not in petra.traits


@pytest.mark.parametrize("first", ["alias", "identify"])
def test_a_large_number_is_as_long_when_it_is_read_back(client, acme, first):
    sender, start = Sender(client, acme), clock.now() - timedelta(hours=1)
    sender.send(identify("petra", start, plan="pro"), identify("p2", start))
    acts = {"identify": identify("petra", start, numbers=[1e300] * 100), "alias": alias("p2", "petra")}
    sender.send(acts.pop(first))
    sender.send(*acts.values())
    with workspace_scope(acme.pk):
        assert list(map(float, Person.objects.get().traits["numbers"])) == [1e300] * 100


def test_what_the_product_reads_by_its_name_is_always_kept(client, acme):
    sender = Sender(client, acme)
    sender.send(group("petra", "harbor", mrr=900), identify("petra", internal=True, timezone="Asia/Tokyo"))
    for batch in range(2):
        more = {f"trait {batch} {n}": n for n in range(200)}
        sender.send(identify("petra", **more), group("petra", "harbor", **more))
    with workspace_scope(acme.pk):
        assert Account.objects.get().traits["mrr"] == 900
        petra = Person.objects.get()
    assert (petra.traits["internal"], petra.traits["timezone"]) == (True, "Asia/Tokyo")
    assert len(petra.traits) == profiles.MOST_TRAITS + 2


def test_what_is_long_is_kept_in_part(client, acme):
    Sender(client, acme).send(identify("petra", clock.now(), about="é" * 2_500, tags=["long"] * 900, plan="pro"))
    with workspace_scope(acme.pk):
        traits = Person.objects.get().traits
    assert (len(traits["about"]), traits["about"][-2:]) == (profiles.LONGEST_TRAIT, "é…")
    assert (traits["tags"], traits["plan"]) == (None, "pro")
