from onboarding.tracking.models.events import Event, EventKey, EventName, EventProperty
from onboarding.tracking.models.inbox import InboxRow, IntakeDay, RefusedEvent
from onboarding.tracking.models.people import Account, Exclusion, Handover, Identity, Person, Role, Seat
from onboarding.tracking.models.sources import Source, SourceKey

__all__ = [
    "Account",
    "Event",
    "EventKey",
    "EventName",
    "EventProperty",
    "Exclusion",
    "Handover",
    "Identity",
    "InboxRow",
    "IntakeDay",
    "Person",
    "RefusedEvent",
    "Role",
    "Seat",
    "Source",
    "SourceKey",
]
