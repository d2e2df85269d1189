"""Every member's route: the owner gets through, a stranger finds nothing there and changes nothing, too little access is refused."""

import pytest

from analytics.models import Band, Report, ReportLink, ReportSchedule, SavedView
from milestones.models import AnswerRule, Enrollment
from onboarding.tenancy.access import Access
from onboarding.tenancy.models import ApiKey, Invitation, Member, SigningSecret
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account, Event, Exclusion, InboxRow, Person, Source, SourceKey
from playbooks.models import (
    AccountNote,
    ChangeNote,
    Endpoint,
    Matter,
    Nudge,
    PortfolioView,
    Session,
    Task,
    Undeliverable,
    WebhookMessage,
)
from tests.examples import make_one_of_each, workspace_models
from tests.isolation.test_routes_are_classed import routes
from tests.isolation.test_rows_of_one_workspace import raw_count

# What `pk` is in each route; the others have none.
SUBJECTS = {
    "batch-retry": InboxRow,
    "source-key-add": Source,
    "source-key-rotate": SourceKey,
    "source-key-revoke": SourceKey,
    "api-key-rotate": ApiKey,
    "api-key-revoke": ApiKey,
    "signing-secret-rotate": SigningSecret,
    "signing-secret-revoke": SigningSecret,
    "event-moved": Event,
    "account-detail": Account,
    "person-detail": Person,
    "enrollment-link": Person,
    "enrollment-pause": Person,
    "enrollment-resume": Person,
    "rung-act": Person,
    "help-answered": Person,
    "congratulated": Person,
    "person-enroll": Person,
    "enrollment-leave": Person,
    "enrollment-track": Person,
    "account-enroll": Account,
    "account-test": Account,
    "account-manager": Account,
    "account-plan": Account,
    "account-standing": Account,
    "account-activity": Account,
    "account-task": Account,
    "account-work": Account,
    "person-messages": Person,
    "note-act": AccountNote,
    "matter-settle": Matter,
    "note-do": ChangeNote,
    "band-remove": Band,
    "nudge-effect": Nudge,
    "session-detail": Session,
    "session-cancel": Session,
    "portfolio-view-remove": PortfolioView,
    "member-hand-over": Member,
    "kickoff-act": Account,
    "kickoff-link": Account,
    "goal-add": Account,
    "goal-edit": Account,
    "account-discovery": Account,
    "discovery-link": Account,
    "discovery-ladder": Account,
    "discovery-goals": Account,
    "question-rule-remove": AnswerRule,
    "person-test": Person,
    "exclusion-remove": Exclusion,
    "invitation-revoke": Invitation,
    "member-access": Member,
    "member-remove": Member,
    "view-remove": SavedView,
    "report-detail": Report,
    "report-share": Report,
    "report-remove": Report,
    "report-file": Report,
    "report-revoke": ReportLink,
    "report-schedule-stop": ReportSchedule,
    "nudge-detail": Nudge,
    "nudge-edit": Nudge,
    "nudge-switch": Nudge,
    "nudge-remove": Nudge,
    "task-act": Task,
    "attention-address": Undeliverable,
    "webhook-detail": Endpoint,
    "webhook-act": Endpoint,
    "webhook-message": WebhookMessage,
    "webhook-replay": WebhookMessage,
}
MEMBERS_ROUTES = {
    pattern.name: (route, pattern.callback.route_class)
    for route, pattern in routes()
    if isinstance(getattr(pattern.callback, "route_class", None), Access)
}
# A batch that was tried again meanwhile is gone, and a second click is no error: so it is for a number that never was.
SAME_FOR_ANY_NUMBER = {"batch-retry": {302}}
WITHIN = {"key": "path", "verb": "confirm"}


@pytest.fixture
def filled(company):
    for workspace, user in ((company.acme, company.alice), (company.globex, company.charlie)):
        with workspace_scope(workspace.pk):
            make_one_of_each(workspace, user)
            InboxRow.objects.update(parked_at="2026-11-01T00:00:00Z", parked_reason="broken")
    return company


def path_to(name: str, slug: str, owner) -> str:
    """The route's path with the owner's own rows in it, below the given slug."""
    path = "/" + MEMBERS_ROUTES[name][0].replace("<slug:slug>", slug)
    with workspace_scope(owner.pk):
        if "<int:pk>" in path:
            subject = SUBJECTS[name]
            pk = subject.objects.first().id if subject is not Member else subject.objects.order_by("-pk").first().pk
            path = path.replace("<int:pk>", str(pk))
        if "<int:enrollment>" in path:
            path = path.replace("<int:enrollment>", str(Enrollment.objects.first().pk))
    key = "share" if name == "rung-act" or name.startswith("milestone-") else WITHIN["key"]
    key = "comments" if name.startswith("feature-") else key
    key = "activation_rate" if name == "metric-detail" else key
    verb = {
        "draft-edit": "undo",
        "role-edit": "up",
        "question-edit": "up",
        "kickoff-act": "agree",
        "goal-edit": "remove",
        "webhook-act": "off",
    }.get(name, WITHIN["verb"])
    kind = {"playbook-whole": "print"}.get(name, "step" if name.startswith("playbook-") else "csv")
    key = "share" if name.startswith("playbook-") or name == "step-figures" else key
    path = (
        path.replace("<slug:kind>", kind)
        .replace("<str:key>", key)
        .replace("<slug:key>", key)
        .replace("<slug:verb>", verb)
    )
    return path.replace("<str:rung>", "share").replace("<int:number>", "1")


def count_everything(workspace) -> dict[str, int]:
    with workspace_scope(workspace.pk):
        return {model._meta.label: raw_count(model) for model in workspace_models()}


def tried(client, path: str) -> set[int]:
    return {client.get(path).status_code, client.post(path, {}).status_code}


@pytest.mark.parametrize("name", sorted(MEMBERS_ROUTES))
def test_the_owner_gets_through(filled, signed_in, name):
    found = tried(signed_in(filled.alice), path_to(name, "acme", filled.acme))
    assert found - {404, 405}, "neither GET nor POST found anything"
    assert not any(status >= 500 for status in found)


@pytest.mark.parametrize("name", sorted(MEMBERS_ROUTES))
def test_a_stranger_finds_nothing_and_changes_nothing(filled, signed_in, name):
    client, before = signed_in(filled.charlie), count_everything(filled.acme)
    paths = [path_to(name, "acme", filled.acme)]  # another's slug
    if "<int:pk>" in MEMBERS_ROUTES[name][0]:
        paths.append(path_to(name, "globex", filled.acme))  # the own slug with another's row
    for path in paths:
        assert tried(client, path) - SAME_FOR_ANY_NUMBER.get(name, set()) <= {404, 405}
    assert count_everything(filled.acme) == before


@pytest.mark.parametrize("name", sorted(MEMBERS_ROUTES))
def test_nobody_is_let_in_without_signing_in(filled, client, name):
    before = count_everything(filled.acme)
    path = path_to(name, "acme", filled.acme)
    for response in (client.get(path), client.post(path, {})):
        assert response.status_code in (403, 404, 405) or response["Location"].startswith("/accounts/login/")
    assert count_everything(filled.acme) == before


@pytest.mark.parametrize("name", sorted(MEMBERS_ROUTES))
def test_an_executive_gets_no_further_than_executives_may(filled, signed_in, name):
    client, before = signed_in(filled.bob), count_everything(filled.acme)
    found = tried(client, path_to(name, "acme", filled.acme))
    if MEMBERS_ROUTES[name][1] == Access.EXECUTIVE:
        assert found - {403, 404, 405}
    else:
        assert found <= {403, 405}
        assert count_everything(filled.acme) == before
