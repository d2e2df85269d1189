"""Guard the tables of this floor and open the look-ups that come before a workspace is known."""

from django.db import migrations

from onboarding.tenancy.isolation import IsolateByWorkspace, LookupFunction


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0001_initial")]

    operations = [
        IsolateByWorkspace("Member"),
        IsolateByWorkspace("Invitation"),
        IsolateByWorkspace("ApiKey"),
        IsolateByWorkspace("SigningSecret"),
        IsolateByWorkspace("AuditEntry"),
        LookupFunction(
            name="memberships_of",
            arguments="wanted bigint",
            returns="table (workspace_id bigint, member_id bigint, access text, slug text, name text)",
            body="""select m.workspace_id, m.id, m.access, w.slug, w.name
                    from tenancy_member m join tenancy_workspace w on w.id = m.workspace_id
                    where m.user_id = wanted order by lower(w.name), w.id""",
            reads={
                "tenancy_member": ["id", "workspace_id", "user_id", "access"],
                "tenancy_workspace": ["id", "slug", "name"],
            },
        ),
        LookupFunction(
            name="find_api_key",
            arguments="wanted bytea",
            returns="table (workspace_id bigint, key_id bigint, scopes text[])",
            body="""select k.workspace_id, k.id, k.scopes::text[] from tenancy_apikey k
                    where k.key_hash = wanted and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())""",
            reads={"tenancy_apikey": ["id", "workspace_id", "key_hash", "scopes", "revoked_at", "expires_at"]},
        ),
        LookupFunction(
            name="find_invitation",
            arguments="wanted bytea",
            returns="table (workspace_id bigint, invitation_id bigint)",
            body="select i.workspace_id, i.id from tenancy_invitation i where i.token_hash = wanted",
            reads={"tenancy_invitation": ["id", "workspace_id", "token_hash"]},
        ),
    ]
