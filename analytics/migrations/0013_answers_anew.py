"""Kept answers of a shape that nobody reads any more: all are worked out anew. Truncated, for their rows are hidden from the owner."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("analytics", "0012_climb_cohort")]

    operations = [migrations.RunSQL("truncate analytics_kept", migrations.RunSQL.noop)]
