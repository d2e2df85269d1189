from milestones.models.discovery import AccountLink, AnswerRule, Answers, Question, TailoredLadder
from milestones.models.ladders import DraftEdit, Ladder, Phase, Rung, Version
from milestones.models.library import Feature, Milestone
from milestones.models.pace import LadderOutlook, PeerTime, UsualTime
from milestones.models.plans import Goal, GoalReading, Kickoff
from milestones.models.progress import (
    ChecklistDocument,
    ChecklistLink,
    Enrollment,
    Hit,
    MagicLink,
    Progress,
    Transition,
    TransitionCounter,
)
from milestones.models.ratings import Rating
from milestones.models.segments import Segment, SegmentEntry

__all__ = [
    "AccountLink",
    "AnswerRule",
    "Answers",
    "ChecklistDocument",
    "ChecklistLink",
    "DraftEdit",
    "Enrollment",
    "Feature",
    "Goal",
    "GoalReading",
    "Hit",
    "Kickoff",
    "Ladder",
    "LadderOutlook",
    "MagicLink",
    "Milestone",
    "PeerTime",
    "Phase",
    "Progress",
    "Question",
    "Rating",
    "Rung",
    "Segment",
    "SegmentEntry",
    "TailoredLadder",
    "Transition",
    "TransitionCounter",
    "UsualTime",
    "Version",
]
