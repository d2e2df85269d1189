"""Writing in bulk what was decided: one statement for a thousand deliveries. Raw SQL, inside the open scope."""

from collections.abc import Sequence

from django.db import connection

from onboarding.tenancy.scope import current_workspace_id
from playbooks.models import Delivery

SETTLED = ("state", "reason", "due_at", "claimed_at", "settled_at", "person_id", "account_id", "channel")


def write_settled(deliveries: Sequence[Delivery]) -> None:
    """Store the columns of SETTLED of each; one that was removed meanwhile stays removed."""
    if not deliveries:
        return
    values = [[getattr(each, name) for each in deliveries] for name in ("pk", *SETTLED)]
    with connection.cursor() as cursor:
        cursor.execute(
            """update playbooks_delivery d
               set (state, reason, due_at, claimed_at, settled_at, person_id, account_id, channel)
                 = (u.state, u.reason, u.due_at, u.claimed_at, u.settled_at, u.person_id, u.account_id, u.channel)
               from unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
                           %s::bigint[], %s::bigint[], %s::text[])
                    as u (id, state, reason, due_at, claimed_at, settled_at, person_id, account_id, channel)
               where d.workspace_id = %s and d.id = u.id""",
            [*values, current_workspace_id()],
        )
