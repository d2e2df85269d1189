"""Who of the team looks after an account."""

import pytest

from onboarding import clock
from onboarding.tenancy.models import Access, AuditEntry, Member
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account


@pytest.fixture
def harbor(acme):
    now = clock.now()
    with workspace_scope(acme.pk):
        return Account.objects.create(
            workspace=acme, external_id="harbor", name="Harbor", first_seen_at=now, last_seen_at=now
        )


def test_an_account_has_somebody_who_looks_after_it(acme, harbor, signed_in, alice):
    client, page = signed_in(alice), f"/w/acme/accounts/{harbor.pk}/"
    with workspace_scope(acme.pk):
        member = Member.objects.get(user=alice)
    answer = client.post(f"{page}manager/", {"manager": member.pk}, follow=True)
    assert f"Looked after by {alice}" in answer.content.decode()
    with workspace_scope(acme.pk):
        assert Account.objects.get(pk=harbor.pk).manager == member
        assert AuditEntry.objects.get(verb="said who looks after").detail == {"manager": str(alice)}
    answer = client.post(f"{page}manager/", {"manager": ""}, follow=True)
    assert "Nobody looks after Harbor." in answer.content.decode()


def test_it_is_nobody_s_when_they_leave(acme, harbor, alice, bob):
    with workspace_scope(acme.pk):
        Member.objects.filter(user=bob).delete()
        member = Member.objects.create(workspace=acme, user=bob, access=Access.MANAGER)
        Account.objects.filter(pk=harbor.pk).update(manager=member)
        member.delete()
        assert Account.objects.get(pk=harbor.pk).manager_id is None


@pytest.mark.parametrize("said", ["999999", "x", "-1"])
def test_nobody_else_is_taken(acme, harbor, signed_in, alice, said):
    answer = signed_in(alice).post(f"/w/acme/accounts/{harbor.pk}/manager/", {"manager": said}, follow=True)
    assert "Choose somebody of your team" in answer.content.decode()


def test_an_executive_looks_after_nothing(acme, harbor, signed_in, alice, bob):
    with workspace_scope(acme.pk):
        bobs = Member.objects.get(user=bob)
        assert bobs.access == Access.EXECUTIVE
    answer = signed_in(alice).post(f"/w/acme/accounts/{harbor.pk}/manager/", {"manager": bobs.pk}, follow=True)
    assert "Choose somebody of your team" in answer.content.decode()
    assert signed_in(bob).post(f"/w/acme/accounts/{harbor.pk}/manager/", {"manager": ""}).status_code in (302, 403, 404)
