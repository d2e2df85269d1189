from django.db import migrations, models

from onboarding.tenancy.isolation import LookupFunction


class Migration(migrations.Migration):
    dependencies = [("playbooks", "0004_weekly")]

    operations = [
        migrations.AddField(model_name="endpoint", name="rest_until", field=models.DateTimeField(null=True)),
        LookupFunction(
            "workspaces_to_nudge",
            "at timestamptz",
            "table (workspace_id bigint)",
            """
            select a.workspace_id from playbooks_attention a
            where exists (select 1 from playbooks_delivery d where d.workspace_id = a.workspace_id and d.due_at <= at)
               or exists (select 1 from playbooks_delivery d where d.workspace_id = a.workspace_id and d.state in ('claimed', 'sending'))
               or exists (select 1 from playbooks_delivery d
                          join playbooks_nudge n on n.workspace_id = d.workspace_id and n.id = d.nudge_id
                          where d.workspace_id = a.workspace_id and d.state = 'waiting' and d.due_at is null
                                and ((d.reason = 'stopped' and (a.stop = '' or (a.stop = 'in_app' and d.channel <> 'in_app')))
                                     or (d.reason = 'switched_off' and n.is_on)))
               or exists (select 1 from playbooks_nudge n where n.workspace_id = a.workspace_id and n.is_on
                          and (n.taken_up_to is not null
                               or exists (select 1 from milestones_transitioncounter c where c.workspace_id = a.workspace_id and c.last > a.number)))
            """,
            {
                "playbooks_attention": ["workspace_id", "number", "stop"],
                "playbooks_delivery": ["workspace_id", "due_at", "state", "nudge_id", "reason", "channel"],
                "playbooks_nudge": ["workspace_id", "id", "is_on", "taken_up_to"],
                "milestones_transitioncounter": ["workspace_id", "last"],
            },
        ),
        LookupFunction(
            "workspaces_with_webhooks_due",
            "at timestamptz",
            "table (workspace_id bigint)",
            """
            select distinct e.workspace_id from playbooks_endpoint e
            where e.is_on
              and ((e.rest_until is null or e.rest_until <= at)
                   and exists (select 1 from playbooks_webhookmessage m
                               where m.workspace_id = e.workspace_id and m.endpoint_id = e.id and m.next_at <= at)
                   or exists (select 1 from milestones_transitioncounter c where c.workspace_id = e.workspace_id and c.last > e.number))
            """,
            {
                "playbooks_endpoint": ["workspace_id", "id", "is_on", "number", "rest_until"],
                "playbooks_webhookmessage": ["workspace_id", "endpoint_id", "next_at"],
                "milestones_transitioncounter": ["workspace_id", "last"],
            },
        ),
    ]
