"""The ladder templates that ship, and several of them as one."""

import itertools

import pytest

from milestones.drafting.edits import keys
from milestones.drafting.measure import warnings
from milestones.drafting.readiness import obstacles
from milestones.ladder_files import check, read, write
from milestones.ladder_templates import combine, ladder_templates

BY_KEY = {template.key: template for template in ladder_templates()}


@pytest.mark.parametrize("key", BY_KEY)
def test_each_can_be_published_as_it_is(key):
    document = BY_KEY[key].document
    check(document)
    assert obstacles(document) == []
    assert read(write(document)) == document


@pytest.mark.parametrize("key", BY_KEY)
def test_each_keeps_the_advice_it_gives(key):
    assert [said for said in warnings(BY_KEY[key].document) if "minutes of" not in said] == []


@pytest.mark.parametrize("pair", list(itertools.permutations(BY_KEY, 2)), ids="-".join)
def test_any_two_make_one_ladder(pair):
    made = combine([BY_KEY[key].document for key in pair], key="both", name="Both")
    assert obstacles(made) == []
    assert set(keys(made)) == {key for each in pair for key in keys(BY_KEY[each].document)}
    assert made["promise"] == BY_KEY[pair[0]].document["promise"]
