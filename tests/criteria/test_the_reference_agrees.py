"""The slow reference gives the same answers as the data files, so that both can be compared on random cases."""

import pytest

from tests.criteria.test_conditions import CASES
from tests.reference.conditions import matches

EACH = [pytest.param(case, id=f"{group}: {case['name']}") for group, cases in CASES.items() for case in cases]


@pytest.mark.parametrize("case", EACH)
def test_the_reference_reads_the_conditions_as_written(case):
    assert matches(case["where"], case["properties"]) is case["matches"]
