"""Guard the tables of this floor, and the look-ups before a workspace is known."""

from django.db import migrations

from onboarding.tenancy.isolation import IsolateByWorkspace, LinkWithinWorkspace, LookupFunction


class Migration(migrations.Migration):
    dependencies = [("milestones", "0001_initial"), ("tracking", "0002_events_and_isolation")]

    operations = [
        IsolateByWorkspace("Feature"),
        IsolateByWorkspace("Milestone"),
        IsolateByWorkspace("Ladder", link=False),
        IsolateByWorkspace("Version"),
        LinkWithinWorkspace("Ladder"),
        IsolateByWorkspace("Phase"),
        IsolateByWorkspace("Rung"),
        IsolateByWorkspace("Enrollment"),
        IsolateByWorkspace("Hit"),
        IsolateByWorkspace("Progress"),
        IsolateByWorkspace("Transition"),
        IsolateByWorkspace("TransitionCounter"),
        IsolateByWorkspace("ChecklistLink"),
        LookupFunction(
            name="find_checklist_link",
            arguments="wanted bytea",
            returns="table (workspace_id bigint, link_id bigint)",
            body="""select l.workspace_id, l.id from milestones_checklistlink l
                    where l.token_hash = wanted and l.revoked_at is null and l.expires_at > now()""",
            reads={"milestones_checklistlink": ["id", "workspace_id", "token_hash", "revoked_at", "expires_at"]},
        ),
        LookupFunction(
            name="workspaces_with_changes_due",
            arguments="at timestamptz",
            returns="setof bigint",
            body="select distinct e.workspace_id from milestones_enrollment e where e.next_change_at <= at",
            reads={"milestones_enrollment": ["workspace_id", "next_change_at"]},
        ),
    ]
