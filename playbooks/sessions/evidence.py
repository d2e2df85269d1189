"""That somebody came to a session, as an event like the product's own: a criterion can ask for it."""

import json

from milestones.draining import drain_here
from onboarding import clock
from onboarding.tracking.decoding import Fact, Kind
from onboarding.tracking.ingestion import append
from onboarding.tracking.sources import cairn_source
from onboarding.tracking.staging import microseconds
from playbooks.models import Session

NAME = "Session Attended"


def attended(session: Session) -> None:
    """Written once for a session, however often its outcome is noted; at the time at which it began."""
    now = clock.now()
    said = {"step": session.rung, "ladder": session.ladder, "minutes": session.minutes}
    fact = Fact(
        kind=Kind.TRACK,
        message_id=f"cairn-session-{session.card}",
        occurred_at=microseconds(session.starts_at or now),
        name=NAME,
        user_id=session.person.external_id,
        anonymous_id=None,
        group_id=session.account.external_id if session.account else None,
        previous_id=None,
        properties=json.dumps({key: value for key, value in said.items() if value}).encode(),
    )
    append([fact], source_id=cairn_source().pk, received_at=microseconds(now))
    drain_here()
