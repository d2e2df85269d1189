from django.db import migrations, models

from onboarding.tenancy.isolation import LookupFunction

CHANNELS = [
    ("in_app", "In your product"),
    ("email", "E-mail"),
    ("webhook", "A webhook, for a way of your own"),
    ("task", "Task for who looks after the account"),
    ("session", "Offer of a session"),
]


class Migration(migrations.Migration):
    dependencies = [("playbooks", "0009_reviewing")]

    operations = [
        migrations.AddField(model_name="session", name="is_asked", field=models.BooleanField(default=True)),
        migrations.AddField(model_name="session", name="tell_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="session", name="tell_tries", field=models.SmallIntegerField(default=0)),
        migrations.AddField(model_name="session", name="said", field=models.JSONField(null=True)),
        migrations.AlterField(
            model_name="delivery", name="channel", field=models.CharField(choices=CHANNELS, max_length=10)
        ),
        migrations.AlterField(
            model_name="messagetemplate", name="channel", field=models.CharField(choices=CHANNELS, max_length=10)
        ),
        LookupFunction(
            "workspaces_with_sessions_to_tell",
            "at timestamptz",
            "table (workspace_id bigint)",
            """
            select distinct s.workspace_id from playbooks_session s
            where s.to_tell <> '' and (s.tell_at is null or s.tell_at <= at)
              and not exists (select 1 from playbooks_attention a where a.workspace_id = s.workspace_id and a.stop = 'all')
            """,
            {
                "playbooks_session": ["workspace_id", "to_tell", "tell_at"],
                "playbooks_attention": ["workspace_id", "stop"],
            },
        ),
    ]
