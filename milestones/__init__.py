"""Rules and conclusions: library, ladders, criteria, evaluation, progress, the checklist and unlocks."""
