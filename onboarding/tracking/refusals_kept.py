"""How long what was refused is kept: it explains a missing tick, and holds words of people in clear text."""

from datetime import timedelta

from onboarding import clock
from onboarding.tracking.models import RefusedEvent

KEPT_FOR, KEPT, A_TURN = timedelta(days=30), 50_000, 10_000


def forget_refused() -> int:
    """Remove, in the open workspace, what is older than a month, and what is beyond the latest 50,000; returns how many, 10,000 at most."""
    newest = RefusedEvent.objects.order_by("-pk")
    beyond = newest.values_list("pk", flat=True)[KEPT : KEPT + 1].first()
    rows = RefusedEvent.objects.filter(received_at__lt=clock.now() - KEPT_FOR)
    rows = rows | RefusedEvent.objects.filter(pk__lte=beyond) if beyond else rows
    old = list(rows.order_by("pk").values_list("pk", flat=True)[:A_TURN])
    return RefusedEvent.objects.filter(pk__among=old).delete()[0]
