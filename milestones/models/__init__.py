from milestones.models.discovery import AccountLink, AnswerRule, Answers, Question, TailoredLadder
from milestones.models.health import AccountHealth, HealthChange, Pace, Reason, Standing
from milestones.models.ladders import DraftEdit, Ladder, Phase, Rung, Version
from milestones.models.library import Feature, Milestone, StepArticle
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
    "AccountHealth",
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
    "HealthChange",
    "Hit",
    "Kickoff",
    "Ladder",
    "LadderOutlook",
    "MagicLink",
    "Milestone",
    "Pace",
    "PeerTime",
    "Phase",
    "Progress",
    "Question",
    "Rating",
    "Reason",
    "Rung",
    "Segment",
    "SegmentEntry",
    "Standing",
    "StepArticle",
    "TailoredLadder",
    "Transition",
    "TransitionCounter",
    "UsualTime",
    "Version",
]
