"""Monday's mail: to who looks after accounts, once, unless they stopped it."""

from datetime import timedelta

import pytest
from django.core import mail

from milestones.health.measuring import keep
from milestones.models import AccountHealth, HealthChange
from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account
from playbooks.models import Digest, Task
from playbooks.portfolio import digest
from playbooks.tasks import send_digests_of
from tests.ladders import ladder, milestone

DAY = timedelta(days=1)
PATH = ladder(milestone("report", {"event": "Reported"}), milestone("share", {"event": "Shared"}))


@pytest.fixture
def monday(acme_with_accounts, time_machine):
    """The next Monday, half past eight in the workspace's zone."""
    now = clock.now()
    at = (now + timedelta(days=7 - now.weekday())).replace(hour=8, minute=30, second=0, microsecond=0)
    time_machine.move_to(at, tick=False)
    mail.outbox.clear()
    return time_machine


def test_who_looks_after_accounts_hears_of_them_once_on_mondays(acme_with_accounts, monday):
    with workspace_scope(acme_with_accounts.pk):
        harbor = Account.objects.get(external_id="harbor")
        keep([harbor.pk], clock.now() - DAY)
        HealthChange.objects.create(
            workspace=acme_with_accounts, account=harbor, at=clock.now() - DAY, was="at_risk", pace="on_track"
        )
        AccountHealth.objects.filter(account=harbor).update(pace="on_track", weight=2)
        Task.objects.create(
            workspace=acme_with_accounts,
            account=harbor,
            title="Send the plan",
            owner=harbor.manager,
            made_at=clock.now(),
            due_on=clock.now().date(),
        )
    send_digests_of(acme_with_accounts.pk)
    send_digests_of(acme_with_accounts.pk)
    [letter] = mail.outbox
    assert letter.to == ["bob3@acme.example"], "Alice looks after none"
    assert "BETTER THAN A WEEK AGO" in letter.body
    assert "From at risk to on track." in letter.body
    assert "Send the plan" in letter.body
    [html] = [part for part, kind in letter.alternatives if kind == "text/html"]
    assert "<table" in html
    assert "style=" in html
    monday.shift(timedelta(hours=2))
    send_digests_of(acme_with_accounts.pk)
    assert len(mail.outbox) == 1
    monday.shift(timedelta(days=7))
    send_digests_of(acme_with_accounts.pk)
    assert len(mail.outbox) == 2


def test_no_mail_before_eight_on_other_days_or_to_who_stopped_it(acme_with_accounts, monday, signed_in):
    monday.shift(timedelta(minutes=-45))
    with workspace_scope(acme_with_accounts.pk):
        assert digest.due_members(clock.now()) == []
    monday.shift(timedelta(days=1, hours=3))
    with workspace_scope(acme_with_accounts.pk):
        assert digest.due_members(clock.now()) == [], "Tuesday"
    monday.shift(timedelta(days=6))
    with workspace_scope(acme_with_accounts.pk):
        [bob] = digest.due_members(clock.now())
    signed_in(bob.user).post("/w/acme/accounts/digest/", {"wanted": "0"})
    with workspace_scope(acme_with_accounts.pk):
        assert digest.due_members(clock.now()) == []
        assert not Digest.objects.get().is_wanted


def test_a_server_that_is_away_gets_it_later_the_same_day(acme_with_accounts, monday, settings):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        1,
    )
    send_digests_of(acme_with_accounts.pk)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert mail.outbox == []
    monday.shift(timedelta(minutes=20))
    send_digests_of(acme_with_accounts.pk)
    assert len(mail.outbox) == 1
