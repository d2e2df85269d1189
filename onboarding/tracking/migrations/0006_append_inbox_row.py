"""Accepting in one round trip: tied to its workspace, appended and committed by one statement."""

from django.db import migrations

# Not a look-up before the guard: it runs as whoever calls it, and ties itself to the workspace before it writes.
APPEND = """
create function append_inbox_row(into_workspace bigint, from_source bigint, in_lane smallint, received timestamptz,
                                 packed bytea, fact_count integer, refused_count integer)
returns void language plpgsql set search_path = pg_catalog, public as $cairn$
begin
    perform set_config('cairn.workspace', into_workspace::text, true);
    insert into tracking_inboxrow (workspace_id, source_id, lane, received_at, body, facts, refused, attempts, parked_reason)
    values (into_workspace, from_source, in_lane, received, packed, fact_count, refused_count, 0, '');
    perform set_config('cairn.workspace', '', true);
end
$cairn$
"""
ARGUMENTS = "bigint, bigint, smallint, timestamptz, bytea, integer, integer"


class Migration(migrations.Migration):
    dependencies = [("tracking", "0005_inbox_compressed_by_us")]

    operations = [migrations.RunSQL(APPEND, f"drop function append_inbox_row({ARGUMENTS})")]
