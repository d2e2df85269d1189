"""Tries to get in by an invitation that is not, or no longer, for one: RELIABILITY.md, attacks 25 to 27. None succeeds."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from onboarding import clock
from onboarding.tenancy.invitations import InvitationRefusedError, accept, find_open, invite, revoke
from onboarding.tenancy.lookups import memberships_of
from onboarding.tenancy.membership import change_access, remove
from onboarding.tenancy.models import Access, AuditEntry, Invitation, Member, Notification, User
from onboarding.tenancy.scope import workspace_scope
from tests import cast
from tests.cast import PASSWORD


class Post:
    """Sends invitations of one workspace and reads their tokens from the mail."""

    def __init__(self, workspace, owner, capture):
        self.workspace, self.owner, self.capture = workspace, owner, capture

    def send(self, email="dana@acme.example", access="manager", by=None) -> str:
        mail.outbox.clear()
        with self.capture(execute=True), workspace_scope(self.workspace.pk):
            invite(workspace=self.workspace, by=self.member(by or self.owner), email=email, access=access)
        [sent] = mail.outbox
        assert sent.to == [email.lower()]
        return re.search(r"/invitations/([^/]+)/", sent.body)[1]

    def member(self, user) -> Member:
        return Member.objects.get(user=user)


@pytest.fixture
def post(acme, alice, django_capture_on_commit_callbacks):
    return Post(acme, alice, django_capture_on_commit_callbacks)


@pytest.fixture
def dana(db):
    return cast.user("dana@acme.example", "Dana Drew")


def access_of(user) -> list[str]:
    return [membership.access for membership in memberships_of(user.pk)]


def test_a_mail_server_that_is_away_breaks_nothing_and_is_told(post, acme, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    with post.capture(execute=True), workspace_scope(acme.pk):
        invite(workspace=acme, by=post.member(post.owner), email="dana@acme.example", access="manager")
    with workspace_scope(acme.pk):
        told = Notification.objects.get().text
    assert told == "The invitation to dana@acme.example could not be mailed. Invite them again."


def test_inviting_has_an_end(post, acme, monkeypatch):
    for _ in range(5):
        post.send()
    with pytest.raises(InvitationRefusedError, match="5 times within a day"):
        post.send()
    monkeypatch.setattr("onboarding.tenancy.invitations.MOST_A_DAY", 6)
    post.send(email="omar@acme.example")
    with pytest.raises(InvitationRefusedError, match="Go on tomorrow"):
        post.send(email="petra@acme.example")


def test_an_invitation_lets_its_addressee_in_with_its_access(post, dana, signed_in):
    token, client = post.send(access="manager"), signed_in(dana)
    page = client.get(reverse("invitation", args=[token])).content.decode()
    assert "Join Acme" in page
    assert access_of(dana) == []  # looking joins nobody
    response = client.post(reverse("invitation", args=[token]))
    assert response["Location"] == "/w/acme/"
    assert access_of(dana) == ["manager"]


def test_the_token_is_kept_as_a_hash_only(post, acme):
    token = post.send()
    with workspace_scope(acme.pk):
        [row] = Invitation.objects.values()
    assert token not in str(row)
    assert len(token) >= 43


# Each try spoils an open invitation of Dana's and answers the token to try with, or None for the token itself.
def used(post, token):
    first = User.objects.get(email="dana@acme.example")
    accept(token=token, user=first)
    with workspace_scope(post.workspace.pk):
        Member.objects.get(user=first).delete()


def revoked(post, token):
    with workspace_scope(post.workspace.pk):
        revoke(invitation=Invitation.objects.get(), by=post.member(post.owner))


def expired(post, token):
    with workspace_scope(post.workspace.pk):
        Invitation.objects.update(expires_at=clock.now())


def replaced_by_a_second_one(post, token):
    post.send()


def inviter_removed(post, token):
    with_second_owner(post, lambda second: remove(member=post.member(post.owner), by=second))


def inviter_demoted_below_the_invited_access(post, token):
    with_second_owner(post, lambda second: change_access(member=post.member(post.owner), access="executive", by=second))


def inviter_no_longer_an_admin(post, token):
    with_second_owner(post, lambda second: change_access(member=post.member(post.owner), access="manager", by=second))


def with_second_owner(post, act):
    user = cast.user("oona@acme.example", "Oona")
    cast.member(post.workspace, user, "owner")
    with workspace_scope(post.workspace.pk):
        act(post.member(user))


def guessed(post, token):
    return token[:-1] + ("A" if token[-1] != "A" else "B")


def cut(post, token):
    return token[:-1]


def other_case(post, token):
    return token.swapcase()


TRIES = [
    used,
    revoked,
    expired,
    replaced_by_a_second_one,
    inviter_removed,
    inviter_demoted_below_the_invited_access,
    inviter_no_longer_an_admin,
    guessed,
    cut,
    other_case,
]


@pytest.mark.parametrize("spoil", TRIES, ids=lambda spoil: spoil.__name__)
def test_a_spoiled_invitation_lets_nobody_in(spoil, post, dana, signed_in):
    token = post.send()
    assert find_open(token) is not None
    token = spoil(post, token) or token
    client = signed_in(dana)
    assert client.post(reverse("invitation", args=[token])).status_code == 404
    assert client.get(reverse("invitation", args=[token])).status_code == 404
    assert accept(token=token, user=dana) is None
    assert access_of(dana) == []


def test_it_is_for_its_address_only(post, charlie, signed_in):
    token, client = post.send(), signed_in(charlie)
    assert client.post(reverse("invitation", args=[token])).status_code == 404
    assert access_of(charlie) == []
    assert find_open(token) is not None  # and stays open for whom it is for


def test_the_form_cannot_raise_its_access_or_change_its_address(post, dana, signed_in):
    token = post.send(access="executive")
    form = {"access": "owner", "email": "charlie@globex.example", "workspace": "globex", "is_staff": "1"}
    signed_in(dana).post(reverse("invitation", args=[token]), form)
    assert access_of(dana) == ["executive"]
    dana.refresh_from_db()
    assert not dana.is_staff


def test_an_invitation_does_not_change_a_members_access(post, acme, dana):
    token = post.send(access="owner")
    cast.member(acme, dana, "executive")
    accept(token=token, user=dana)
    assert access_of(dana) == ["executive"]


def test_a_second_use_by_the_same_person_adds_nothing(post, acme, dana):
    token = post.send()
    assert accept(token=token, user=dana) == acme
    assert accept(token=token, user=dana) is None
    with workspace_scope(acme.pk):
        assert Member.objects.filter(user=dana).count() == 1
        assert AuditEntry.objects.filter(verb="joined").count() == 1


def test_it_works_for_72_hours(post, acme):
    token = post.send()
    with workspace_scope(acme.pk):
        row = Invitation.objects.get()
        assert row.expires_at - row.created_at == timedelta(hours=72)
        Invitation.objects.update(expires_at=clock.now() + timedelta(minutes=1))
    assert find_open(token) is not None


@pytest.mark.parametrize("by", ["executive", "manager", "admin"])
def test_nobody_invites_above_their_own_access(by, acme, post):
    user = cast.user("mia@acme.example", "Mia")
    cast.member(acme, user, by)
    above = [access for access in Access if access not in (Access(by),) and access.covers(by)]
    allowed = Access(by).covers(Access.ADMIN)
    for access in [*above, *([] if allowed else [by])]:
        with workspace_scope(acme.pk), pytest.raises(InvitationRefusedError):
            invite(workspace=acme, by=post.member(user), email="x@acme.example", access=access)
    with workspace_scope(acme.pk):
        assert not Invitation.objects.exists()


def test_an_admins_form_offers_no_owner(acme, signed_in):
    user = cast.user("mia@acme.example", "Mia")
    cast.member(acme, user, "admin")
    form = {"email": "x@acme.example", "access": "owner"}
    response = signed_in(user).post(reverse("member-invite", args=["acme"]), form)
    assert response.context["invite_form"].errors["access"]
    with workspace_scope(acme.pk):
        assert not Invitation.objects.exists()


def test_revoking_by_the_page_closes_the_link(post, acme, alice, dana, signed_in):
    token = post.send()
    with workspace_scope(acme.pk):
        pk = Invitation.objects.get().pk
    assert signed_in(alice).post(reverse("invitation-revoke", args=["acme", pk])).status_code == 302
    assert accept(token=token, user=dana) is None


def test_the_link_in_the_mail_is_ours_whatever_the_host_header_says(
    acme, alice, signed_in, settings, django_capture_on_commit_callbacks
):
    settings.ALLOWED_HOSTS = ["*"]
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        form = {"email": "dana@acme.example", "access": "manager"}
        signed_in(alice).post(reverse("member-invite", args=["acme"]), form, headers={"Host": "evil.example"})
    [sent] = mail.outbox
    assert f"{settings.CAIRN_BASE_URL}/invitations/" in sent.body
    assert "evil.example" not in sent.body


# Signing up by an invitation
def sign_up(client, **changed):
    form = {"name": "Dana", "workspace_name": "", "email": "dana@acme.example", "password1": PASSWORD, **changed}
    return client.post(reverse("account_signup"), form)


def test_whoever_is_invited_signs_up_without_naming_a_company(post, client):
    client.get(reverse("invitation", args=[post.send()]))
    page = client.get(reverse("account_signup"))
    assert page.context["form"].joins
    assert 'value="dana@acme.example"' in page.content.decode()
    assert 'name="workspace_name"' not in page.content.decode()
    assert sign_up(client)["Location"] == "/w/acme/"
    assert access_of(User.objects.get(email="dana@acme.example")) == ["manager"]


def test_signing_up_with_another_address_joins_nothing(post, client):
    client.get(reverse("invitation", args=[post.send()]))
    response = sign_up(client, email="eve@evil.example")
    assert "dana@acme.example" in str(response.context["form"].errors["email"])
    assert not User.objects.filter(email="eve@evil.example").exists()


def test_a_spent_invitation_asks_for_the_company_again(post, client):
    token = post.send()
    client.get(reverse("invitation", args=[token]))
    revoked(post, token)
    response = sign_up(client)
    assert "Name the company" in str(response.context["form"].errors["workspace_name"])


def test_signing_in_says_what_is_wrong_in_our_words(alice, client):
    response = client.post(reverse("account_login"), {"login": "alice@acme.example", "password": "wrong horse"})
    assert "That address and password do not match." in response.content.decode()
