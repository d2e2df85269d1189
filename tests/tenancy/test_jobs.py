"""A beat's slot is one process's, and to come too late is no error."""

from datetime import timedelta

import pytest
from django.db import connection

from onboarding import clock
from onboarding.tenancy.jobs import claim
from onboarding.tenancy.models import JobSlot

MINUTE = timedelta(minutes=1)


@pytest.mark.django_db
def test_the_first_to_come_has_the_slot(monkeypatch):
    at = clock.now()
    monkeypatch.setattr(clock, "now", lambda: at)
    assert claim("tests.count", MINUTE)
    assert not claim("tests.count", MINUTE), "the second comes too late"
    assert claim("tests.other", MINUTE), "another job has slots of its own"
    monkeypatch.setattr(clock, "now", lambda: at + MINUTE)
    assert claim("tests.count", MINUTE), "and the next minute is free again"


@pytest.mark.django_db
def test_to_come_too_late_leaves_the_transaction_as_it_is():
    with connection.cursor() as cursor:
        claim("tests.count", MINUTE)
        claim("tests.count", MINUTE)
        cursor.execute("select 1")  # refused in a transaction in which something has failed


@pytest.mark.django_db
def test_slots_long_past_are_forgotten(monkeypatch):
    at = clock.now()
    monkeypatch.setattr(clock, "now", lambda: at)
    claim("tests.count", MINUTE)
    monkeypatch.setattr(clock, "now", lambda: at + 102 * MINUTE)
    claim("tests.count", MINUTE)
    assert JobSlot.objects.filter(job="tests.count").count() == 1
