"""Success criteria: the language, how it reads aloud, and the data it compiles to."""

from milestones.criteria.language import (
    ConfirmedSignal,
    Criteria,
    CriteriaError,
    EventSignal,
    Group,
    MilestoneSignal,
    TraitSignal,
    parse,
)
from milestones.criteria.words import ABOUT, TO_YOU, Address, in_words, signal_in_words

__all__ = [
    "ABOUT",
    "TO_YOU",
    "Address",
    "ConfirmedSignal",
    "Criteria",
    "CriteriaError",
    "EventSignal",
    "Group",
    "MilestoneSignal",
    "TraitSignal",
    "in_words",
    "parse",
    "signal_in_words",
]
