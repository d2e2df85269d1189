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
def test_to_come_too_late_is_no_error_to_the_database():
    failed = []

    def watch(execute, *statement):
        try:
            return execute(*statement)
        except Exception as error:
            failed.append(error)
            raise

    with connection.execute_wrapper(watch):
        claim("tests.count", MINUTE)
        claim("tests.count", MINUTE)
    assert not failed


@pytest.mark.django_db
def test_slots_long_past_are_forgotten(monkeypatch):
    at = clock.now()
    monkeypatch.setattr(clock, "now", lambda: at)
    claim("tests.count", MINUTE)
    monkeypatch.setattr(clock, "now", lambda: at + 102 * MINUTE)
    claim("tests.count", MINUTE)
    assert JobSlot.objects.filter(job="tests.count").count() == 1
