"""Migrating while the tables are in use: it lets go, tries again, and says when it gives up."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from onboarding.tenancy.management.commands import migrate
from onboarding.tracking import tasks
from tests.conftest import owner_connection


@pytest.fixture
def in_use(django_db_setup, django_db_blocker, monkeypatch):
    """Somebody who holds the table that says what is applied; `rollback` lets go of it."""
    monkeypatch.setattr(migrate, "WAIT", "50ms")
    monkeypatch.setattr(migrate, "PAUSE", 0)
    with django_db_blocker.unblock():
        holder = owner_connection(connections["owner"].settings_dict["NAME"])
        holder.cursor().execute("begin; lock table django_migrations in access exclusive mode")
        yield holder.cursor()
        holder.close()
        connections["owner"].close()


class Heard(io.StringIO):
    """What a command says, of which each line makes something happen."""

    def __init__(self, happens):
        super().__init__()
        self.happens = happens

    def write(self, text):
        self.happens()
        return super().write(text)


def test_it_waits_a_little_and_tries_again(in_use):
    said = Heard(lambda: in_use.execute("rollback"))
    call_command("migrate", verbosity=0, stderr=said)
    assert said.getvalue().count("Trying again") == 1
    with connections["owner"].cursor() as cursor:
        cursor.execute("show lock_timeout")
        assert cursor.fetchone()[0] == "0"


def test_it_gives_up_and_says_so(in_use, monkeypatch):
    monkeypatch.setattr(migrate, "TRIES", 2)
    with pytest.raises(CommandError, match="in use all the time"):
        call_command("migrate", verbosity=0, stderr=io.StringIO())


def test_the_months_ahead_are_made_by_the_worker(django_db_setup, django_db_blocker, monkeypatch):
    monkeypatch.setattr(tasks, "claim", lambda job, every: True)
    months = "select count(*) from pg_inherits where inhparent = 'tracking_event'::regclass"
    with django_db_blocker.unblock(), connections["owner"].cursor() as cursor:
        cursor.execute(months)
        before = cursor.fetchone()[0]
        monkeypatch.setattr("onboarding.clock.now", lambda: datetime.now(UTC) + timedelta(days=40))
        tasks.make_months()
        cursor.execute(months)
        assert cursor.fetchone()[0] > before
        connections["owner"].close()
