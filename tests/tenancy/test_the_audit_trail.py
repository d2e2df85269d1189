"""The audit trail: read, narrowed and kept as a file by admins; harmless in a spreadsheet."""

import pytest

from onboarding import clock
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import AuditEntry, Member
from onboarding.tenancy.scope import workspace_scope
from tests import cast
from tests.words import text_of

PAGE = "/w/acme/audit/"


@pytest.fixture
def trail(acme, alice, time_machine):
    """Three entries on two days."""
    time_machine.move_to("2026-10-05T09:00:00+00:00", tick=False)
    with workspace_scope(acme.pk):
        member = Member.objects.get(user=alice)
        AuditEntry.objects.all().delete()
        record(member=member, verb="made a nudge", subject="=HYPERLINK(evil)")
        record(member=None, verb="switched off a webhook", subject="CRM", detail={"why": "gone"})
        time_machine.move_to("2026-10-06T09:00:00+00:00", tick=False)
        record(member=member, verb="published", subject="Path")
    return member


def test_it_says_who_did_what(acme, alice, trail, signed_in):
    page = text_of(signed_in(alice).get(PAGE))
    for words in ("Alice Archer", "made a nudge", "switched off a webhook", "Cairn", "why: gone", "published"):
        assert words in page


@pytest.mark.parametrize(
    ("asked", "verbs"),
    [
        ("q=nudge", ["made a nudge"]),
        ("q=alice", ["published", "made a nudge"]),
        ("since=2026-10-06", ["published"]),
        ("until=2026-10-05", ["switched off a webhook", "made a nudge"]),
        ("since=nonsense", ["published", "switched off a webhook", "made a nudge"]),
        ("q=%00", ["published", "switched off a webhook", "made a nudge"]),
    ],
)
def test_it_is_narrowed(acme, alice, trail, signed_in, asked, verbs):
    answer = signed_in(alice).get(f"{PAGE}?{asked}")
    assert [each.verb for each in answer.context["page"]] == verbs


def test_it_is_narrowed_to_somebody(acme, alice, trail, signed_in):
    answer = signed_in(alice).get(f"{PAGE}?who={trail.pk}")
    assert [each.verb for each in answer.context["page"]] == ["published", "made a nudge"]


def test_the_file_is_harmless_in_a_spreadsheet(acme, alice, trail, signed_in):
    file = signed_in(alice).get(f"{PAGE}?as=csv&q=nudge")
    assert "attachment" in file["Content-Disposition"]
    rows = file.content.decode().splitlines()
    assert rows[0] == "at,who,did,what,detail"
    assert rows[1] == "2026-10-05T09:00:00+00:00,Alice Archer,made a nudge,'=HYPERLINK(evil),"
    assert len(rows) == 2


def test_managers_do_not_read_it(acme, trail, signed_in):
    user = cast.user("mia@acme.example", "Mia Manager")
    cast.member(acme, user, "manager")
    assert signed_in(user).get(PAGE).status_code == 403


def test_many_entries_come_in_pages(acme, alice, signed_in):
    with workspace_scope(acme.pk):
        rows = [AuditEntry(workspace=acme, at=clock.now(), actor="x", verb="did", subject=f"{n}") for n in range(120)]
        AuditEntry.objects.bulk_create(rows)
    client = signed_in(alice)
    assert len(client.get(PAGE).context["page"]) == 50
    assert client.get(f"{PAGE}?page=3").context["page"].number == 3
