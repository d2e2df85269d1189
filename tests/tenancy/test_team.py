"""The team's page: it shows who is in; it needs a log-in and access; nobody climbs above their own; an owner stays."""

import pytest
from django.urls import reverse

from onboarding.tenancy.models import AuditEntry, Invitation, Member
from onboarding.tenancy.scope import workspace_scope
from tests import cast

PAGE = "/w/acme/team/"


def member_of(workspace, user) -> Member:
    with workspace_scope(workspace.pk):
        return Member.objects.get(user=user)


def accesses(workspace) -> dict[str, str]:
    """E-mail → access of everybody in the workspace."""
    with workspace_scope(workspace.pk):
        return dict(Member.objects.values_list("user__email", "access"))


@pytest.fixture
def people(acme, alice, bob):
    """A user of each access at Acme."""
    dana, mia = cast.user("dana@acme.example", "Dana Drew"), cast.user("mia@acme.example", "Mia Moss")
    cast.member(acme, dana, "admin")
    cast.member(acme, mia, "manager")
    return {"owner": alice, "admin": dana, "manager": mia, "executive": bob}


def act(client, name, workspace, *arguments, **form):
    return client.post(reverse(name, args=[workspace.slug, *arguments]), form)


def test_it_shows_members_invitations_and_the_trail(acme, people, signed_in):
    client = signed_in(people["owner"])
    act(client, "member-invite", acme, email="new@acme.example", access="manager")
    page = client.get(PAGE).content.decode()
    for text in ("Dana Drew", "mia@acme.example", "new@acme.example", "invited", "opened"):
        assert text in page


def test_nobody_is_sent_to_sign_in(acme, client):
    assert client.get(PAGE).status_code == 302


@pytest.mark.parametrize(("access", "status"), [("executive", 403), ("manager", 200), ("admin", 200), ("owner", 200)])
def test_managers_may_look(access, status, people, signed_in):
    assert signed_in(people[access]).get(PAGE).status_code == status


def test_a_manager_sees_no_controls(people, signed_in):
    page = signed_in(people["manager"]).get(PAGE).content.decode()
    assert "Dana Drew" in page
    assert 'name="access"' not in page
    assert "Remove" not in page


@pytest.mark.parametrize("access", ["executive", "manager"])
def test_only_admins_act(access, acme, people, signed_in):
    client, before = signed_in(people[access]), accesses(acme)
    with workspace_scope(acme.pk):
        invitation = make_invitation(acme, people["owner"])
    own = member_of(acme, people[access]).pk
    for name, arguments, form in (
        ("member-invite", [], {"email": "x@acme.example", "access": "executive"}),
        ("invitation-revoke", [invitation.pk], {}),
        ("member-access", [own], {"access": "owner"}),
        ("member-remove", [member_of(acme, people["admin"]).pk], {}),
    ):
        assert act(client, name, acme, *arguments, **form).status_code == 403, name
    assert accesses(acme) == before
    with workspace_scope(acme.pk):
        assert Invitation.objects.get().revoked_at is None


def make_invitation(workspace, user):
    from onboarding.tenancy.invitations import invite

    return invite(workspace=workspace, by=Member.objects.get(user=user), email="new@acme.example", access="manager")


def test_another_workspaces_members_cannot_be_reached(acme, globex, charlie, people, signed_in):
    client, before = signed_in(charlie), accesses(acme)
    victim = member_of(acme, people["manager"]).pk
    with workspace_scope(acme.pk):
        invitation = make_invitation(acme, people["owner"])
    for slug in (acme, globex):
        for name, pk, form in (
            ("member-access", victim, {"access": "owner"}),
            ("member-remove", victim, {}),
            ("invitation-revoke", invitation.pk, {}),
        ):
            assert act(client, name, slug, pk, **form).status_code == 404, (name, slug)
    assert client.get(PAGE).status_code == 404
    assert "Mia Moss" not in client.get("/w/globex/team/").content.decode()
    assert accesses(acme) == before


@pytest.mark.parametrize(
    ("who", "whom", "access", "allowed"),
    [
        ("owner", "manager", "owner", True),
        ("owner", "admin", "executive", True),
        ("admin", "manager", "admin", True),
        ("admin", "executive", "manager", True),
        ("admin", "manager", "owner", False),
        ("admin", "admin", "owner", False),  # oneself
        ("admin", "owner", "executive", False),
        ("owner", "owner", "manager", False),  # the last one, oneself
        ("owner", "manager", "emperor", False),
        ("owner", "manager", "", False),
    ],
)
def test_access_is_changed_up_to_ones_own(who, whom, access, allowed, acme, people, signed_in):
    client, before = signed_in(people[who]), accesses(acme)
    response = act(client, "member-access", acme, member_of(acme, people[whom]).pk, access=access)
    after = accesses(acme)
    if allowed:
        assert response.status_code == 302
        assert after == {**before, people[whom].email: access}
    else:
        assert response.status_code == 200
        assert response.context["refused"] in response.content.decode()
        assert response.context["refused"]
        assert after == before


def test_the_last_owner_can_neither_leave_nor_be_removed(acme, people, signed_in):
    alice = member_of(acme, people["owner"]).pk
    for who in ("owner", "admin"):
        assert act(signed_in(people[who]), "member-remove", acme, alice).status_code == 200
    assert accesses(acme)["alice@acme.example"] == "owner"


def test_an_owner_goes_when_another_stays(acme, people, signed_in):
    client = signed_in(people["owner"])
    act(client, "member-access", acme, member_of(acme, people["admin"]).pk, access="owner")
    response = act(client, "member-remove", acme, member_of(acme, people["owner"]).pk)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert "alice@acme.example" not in accesses(acme)
    assert client.get(PAGE).status_code == 404


def test_a_removed_member_is_out_at_the_next_request(acme, people, client):
    client.force_login(people["manager"])
    assert client.get(PAGE).status_code == 200
    other = type(client)()
    other.force_login(people["owner"])
    act(other, "member-remove", acme, member_of(acme, people["manager"]).pk)
    assert client.get(PAGE).status_code == 404


def test_changed_access_counts_at_the_next_request(acme, people, client):
    client.force_login(people["admin"])
    assert client.get("/w/acme/sources/").status_code == 200
    other = type(client)()
    other.force_login(people["owner"])
    act(other, "member-access", acme, member_of(acme, people["admin"]).pk, access="executive")
    assert client.get("/w/acme/sources/").status_code == 403


def test_changes_are_audited_and_the_trail_outlives_the_member(acme, people, signed_in):
    client = signed_in(people["owner"])
    mia = member_of(acme, people["manager"]).pk
    act(client, "member-access", acme, mia, access="admin")
    act(client, "member-remove", acme, mia)
    with workspace_scope(acme.pk):
        said = [
            (e.actor, e.verb, e.subject, e.detail) for e in AuditEntry.objects.exclude(verb="opened").order_by("pk")
        ]
    assert said == [
        ("Alice Archer", "changed the access of", "mia@acme.example", {"from": "manager", "to": "admin"}),
        ("Alice Archer", "removed", "mia@acme.example", {"access": "admin"}),
    ]


def test_a_member_is_not_invited_again(acme, people, signed_in):
    response = act(signed_in(people["owner"]), "member-invite", acme, email="MIA@acme.example", access="manager")
    assert "is a member already" in response.content.decode()
    with workspace_scope(acme.pk):
        assert not Invitation.objects.exists()


def test_what_is_no_address_is_refused_at_its_field(people, acme, signed_in):
    for email in ("", "x", "a@b.example, c@d.example", "A <a@x.example>\nBcc: b@x.example"):
        response = act(signed_in(people["owner"]), "member-invite", acme, email=email, access="manager")
        assert response.context["invite_form"].errors["email"], email


def test_many_members_are_paged_with_few_questions(acme, people, signed_in, django_assert_max_num_queries):
    for number in range(60):
        cast.member(acme, cast.user(f"m{number}@acme.example", f"Member {number}"), "manager")
    client = signed_in(people["owner"])
    with django_assert_max_num_queries(14):
        response = client.get(PAGE)
    assert len(response.context["rows"]) == 50
    assert len(client.get(f"{PAGE}?page=2").context["rows"]) == 14
