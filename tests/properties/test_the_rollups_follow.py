"""However facts arrive, and however often the roll-ups read on in between: they end up as if made from nothing at the end."""

import random
from unittest import mock

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from analytics.rollups import keeping, usage
from tests.analytics.rollups import everything, keep_all
from tests.properties.pipeline import Vendor, undone
from tests.properties.test_progress_is_a_function_of_facts import COMMON
from tests.properties.worlds import worlds

QUICK, SLOW = 25, 600


def run(client, *, worlds_drawn: int) -> int:
    """Follow so many worlds; returns how many rows were compared."""
    compared = 0

    @settings(max_examples=worlds_drawn, phases=[Phase.generate], **COMMON)
    @given(worlds(), st.integers(0, 2**16))
    def the_rollups_are_as_if_made_anew(world, seed):
        nonlocal compared
        chance = random.Random(seed)
        with undone(), mock.patch.object(usage, "AT_A_TIME", 3):
            vendor = Vendor(client, world)
            if world.publish_first:
                vendor.publish()
            keep_all(vendor.workspace)
            for batch in world.batches:
                vendor.send(batch)
                if chance.random() < 0.6:
                    keeping.keep(vendor.workspace.pk)
            if not world.publish_first:
                vendor.publish()
            keep_all(vendor.workspace)
            assert list(keeping.differences(vendor.workspace.pk)) == []
            followed = everything(vendor.workspace)
            keeping.make_anew(vendor.workspace.pk)
            assert followed == everything(vendor.workspace)
            compared += sum(map(len, followed))

    the_rollups_are_as_if_made_anew()
    return compared


def test_following_is_the_same_as_making_anew(client, db):
    assert run(client, worlds_drawn=QUICK) > 500


@pytest.mark.slow
def test_it_is_the_same_in_many_worlds(client, db):
    assert run(client, worlds_drawn=SLOW) > 10_000
