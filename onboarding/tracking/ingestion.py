"""Accepting: one request becomes one durable inbox row, then the answer."""

from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.decoding import Decoded, Fact
from onboarding.tracking.models import InboxRow, RefusedEvent
from onboarding.tracking.packing import pack
from onboarding.tracking.staging import append_inbox_row, moment

OLD = 24 * 3600 * 1_000_000  # µs; what is older takes the bulk lane
KEPT_REFUSALS = 20  # of one request; all are counted


def accept_at_once(decoded: Decoded, *, workspace_id: int, source_id: int, received_at: int) -> None:
    """Like accept, in one statement that is its own transaction: for a request of which nothing was refused, outside a scope.

    Durable when it returns. Opening a scope around one insert would cost three more round trips.
    """
    append_inbox_row(
        workspace_id=workspace_id,
        source_id=source_id,
        lane=_lane(decoded.facts, received_at),
        received_at=moment(received_at),
        body=pack(decoded.facts),
        facts=len(decoded.facts),
    )


def accept(decoded: Decoded, *, source_id: int, received_at: int) -> None:
    """Append the valid facts as one inbox row, and keep what was refused with its reasons. `received_at` in µs."""
    append(decoded.facts, source_id=source_id, received_at=received_at, refused=len(decoded.refusals))
    if decoded.refusals:
        RefusedEvent.objects.bulk_create(
            RefusedEvent(
                workspace_id=current_workspace_id(),
                source_id=source_id,
                received_at=moment(received_at),
                code=refusal.code[:40],
                message=refusal.message[:300],
                event=refusal.event.decode("utf-8", "replace").replace("\0", "�"),
            )
            for refusal in decoded.refusals[:KEPT_REFUSALS]
        )


def append(facts: list[Fact], *, source_id: int, received_at: int, refused: int = 0) -> InboxRow:
    """One inbox row for these facts."""
    return InboxRow.objects.create(
        workspace_id=current_workspace_id(),
        source_id=source_id,
        lane=_lane(facts, received_at),
        received_at=moment(received_at),
        body=pack(facts),
        facts=len(facts),
        refused=refused,
    )


def _lane(facts: list[Fact], received_at: int) -> int:
    """Old facts take the bulk lane, so that an import never delays a click."""
    is_old = bool(facts) and min(fact.occurred_at for fact in facts) < received_at - OLD
    return InboxRow.Lane.BULK if is_old else InboxRow.Lane.LIVE
