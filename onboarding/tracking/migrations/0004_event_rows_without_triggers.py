"""Events and their keys lose the foreign key to the workspace: its trigger ran twice for each event of a drain."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0002_isolation"), ("tracking", "0003_refused_events_by_name")]

    operations = [
        migrations.AlterField(
            model_name="eventkey",
            name="workspace",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="tenancy.workspace",
            ),
        ),
        migrations.RunSQL(
            "alter table tracking_event drop constraint tracking_event_workspace_id_fkey",
            "alter table tracking_event add constraint tracking_event_workspace_id_fkey foreign key (workspace_id) "
            "references tenancy_workspace (id) deferrable initially deferred",
        ),
    ]
