"""What some of Northwind's people said on their checklists: ratings, calls for help, and whether they recommend it."""

from milestones.checklist.actions import ask_for_help, rate, recommend, tick
from milestones.demo.history.cast import KEY
from milestones.models import Enrollment, Ladder, Progress

RATED, EVERY = 36, 7
WORDS = (
    (5, "The template was close enough to start from."),
    (4, ""),
    (3, "I looked for Publish longer than for the numbers."),
    (5, "My shift lead asked for the link the same day."),
    (4, "Short. Good."),
    (2, "The three colleagues part felt like homework."),
    (4, ""),
    (5, "It replaced a sheet that nobody wanted to own."),
)
CALLS = (
    "Our ERP needs a read-only user first. Who can tell our IT what rights it needs?",
    "The alert goes to my phone at night. Can it wait for my shift?",
)


def speak() -> None:
    """Fill the open workspace; the history and its progress are there already."""
    ladder = Ladder.objects.order_by("position").first()
    related = (
        "rung",
        "enrollment__seat__person",
        "enrollment__seat__account",
        "enrollment__ladder",
        "enrollment__version",
    )
    running = Progress.objects.filter(enrollment__ladder=ladder, enrollment__ended_at=None, on_track=True)
    running = running.filter(enrollment__seat__person__is_test=False).select_related(*related).order_by("pk")
    for place, row in enumerate(list(running.filter(reached_at__isnull=False))[::EVERY][:RATED]):
        stars, text = WORDS[place % len(WORDS)]
        rate(row.enrollment, row.key, rating=stars, text=text)
    at_harbor = running.filter(enrollment__seat__account__external_id=KEY, reached_at=None, skipped_at=None)
    for text, row in zip(CALLS, at_harbor.filter(opened_at__isnull=False), strict=False):
        ask_for_help(row.enrollment, row.key, text=text)
        if row.rung.content.get("actions"):
            tick(row.enrollment, row.key, action=0, done=True)
    done = Enrollment.objects.filter(ladder=ladder, ended_at=None, seat__person__is_test=False)
    done = done.exclude(progress__in=running.filter(reached_at=None, skipped_at=None))
    for place, enrollment in enumerate(done.select_related("seat__person", "seat__account", "ladder", "version")[:6]):
        recommend(
            enrollment, rating=(9, 10, 7, 9, 8, 10)[place], text="" if place % 2 else "It saves me the Monday mail."
        )
