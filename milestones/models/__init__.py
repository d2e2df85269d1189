from milestones.models.ladders import DraftEdit, Ladder, Phase, Rung, Version
from milestones.models.library import Feature, Milestone
from milestones.models.progress import (
    ChecklistDocument,
    ChecklistLink,
    Enrollment,
    Hit,
    Progress,
    Transition,
    TransitionCounter,
)
from milestones.models.segments import Segment, SegmentEntry

__all__ = [
    "ChecklistDocument",
    "ChecklistLink",
    "DraftEdit",
    "Enrollment",
    "Feature",
    "Hit",
    "Ladder",
    "Milestone",
    "Phase",
    "Progress",
    "Rung",
    "Segment",
    "SegmentEntry",
    "Transition",
    "TransitionCounter",
    "Version",
]
