"""last_seen_at leaves its index, and people's pages keep room for the updates it gets all day."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tracking", "0006_append_inbox_row")]

    operations = [
        migrations.RemoveIndex(model_name="person", name="person_last_seen"),
        migrations.RunSQL(
            "alter table tracking_person set (fillfactor = 85)", "alter table tracking_person reset (fillfactor)"
        ),
    ]
