from django.db import migrations, models

ONCE = models.UniqueConstraint(fields=("workspace", "kind", "key"), name="kept_once")


class Migration(migrations.Migration):
    """A question may be long: it is found by its hash, in the column that held it, and told in a new one. Rows of the older
    code stay as they are until they are dropped as the oldest."""

    dependencies = [("analytics", "0005_failed_questions")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("kept", "kept_once"),
                migrations.RenameField("kept", "question", "key"),
                migrations.AlterField("kept", "key", models.CharField(max_length=400, db_column="question")),
                migrations.AddConstraint("kept", ONCE),
            ]
        ),
        migrations.AddField("kept", "question", models.TextField(default="", db_default="", db_column="asked")),
    ]
