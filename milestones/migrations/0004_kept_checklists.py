"""What the widget polls for, in one round trip and with plans that the connection keeps."""

from django.db import migrations

# Not a look-up before the guard: it runs as whoever calls it, and ties itself to the workspace before it reads.
KEPT_CHECKLISTS = """
create function kept_checklists(wanted text, subject text, of_account text, of_ladder text, at timestamptz)
returns table (workspace_id bigint, timezone text, origins text[], kids text[], secrets bytea[],
               enrollment_id bigint, revision bigint, stamp text, body text, is_unfinished boolean)
language plpgsql set search_path = pg_catalog, public as $cairn$
#variable_conflict use_column
declare
    asked tenancy_workspace;
    live_kids text[];
    live_secrets bytea[];
begin
    select * into asked from tenancy_workspace w where w.public_id = wanted;
    if not found then
        return;
    end if;
    perform set_config('cairn.workspace', asked.id::text, true);
    select array_agg(s.kid::text order by s.created_at), array_agg(s.secret_encrypted order by s.created_at)
      into live_kids, live_secrets from tenancy_signingsecret s
     where s.workspace_id = asked.id and s.revoked_at is null and (s.expires_at is null or s.expires_at > at);
    return query
        select asked.id, asked.timezone::text, asked.origins::text[], live_kids, live_secrets,
               e.id, e.revision, d.stamp::text, d.body, d.is_unfinished
        from (select 1) as one
        left join (
            tracking_identity i
            join tracking_seat s on s.workspace_id = asked.id and s.person_id = i.person_id
            join milestones_enrollment e on e.workspace_id = asked.id and e.seat_id = s.id and e.ended_at is null
            join milestones_ladder l on l.workspace_id = asked.id and l.id = e.ladder_id
            left join tracking_account a on a.workspace_id = asked.id and a.id = s.account_id
            left join milestones_checklistdocument d on d.workspace_id = asked.id and d.enrollment_id = e.id
        ) on i.workspace_id = asked.id and i.kind = 'user' and i.value = subject
             and (of_account is null or a.external_id = of_account) and (of_ladder is null or l.key = of_ladder)
        order by l.position, l.id, s.id, e.ordinal;
    perform set_config('cairn.workspace', '', true);
end
$cairn$
"""


class Migration(migrations.Migration):
    dependencies = [("milestones", "0003_checklist_documents"), ("tracking", "0003_refused_events_by_name")]

    operations = [
        migrations.RunSQL(
            KEPT_CHECKLISTS, "drop function kept_checklists(text, text, text, text, timestamptz)", elidable=False
        )
    ]
