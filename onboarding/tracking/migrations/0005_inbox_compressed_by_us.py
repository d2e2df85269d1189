"""Inbox rows come compressed: the server's own compression is slow where its build has no lz4, and cost half of an accept."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tracking", "0004_event_rows_without_triggers")]

    operations = [
        migrations.RunSQL(
            "alter table tracking_inboxrow alter column body set storage external",
            "alter table tracking_inboxrow alter column body set storage extended",
        )
    ]
