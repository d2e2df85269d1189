"""What some of Northwind's people said on their checklists: ratings, calls for help, and whether they recommend it."""

from milestones.checklist.actions import ask_for_help, confirm, rate, recommend, tick
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
CALLS = {
    "act-on-alert": "The alert goes to my phone at night. Can it wait for my shift?",
    "open-shift-board": "The screen on our floor shows yesterday's shift until seven. Is that a setting?",
}


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
    for key, text in CALLS.items():
        row = at_harbor.filter(opened_at__isnull=False, key=key).first()
        if row is None:
            continue
        ask_for_help(row.enrollment, key, text=text)
        if row.rung.content.get("actions"):
            tick(row.enrollment, key, action=0, done=True)
    champions = Enrollment.objects.filter(ladder__key="champions", ended_at=None, seat__person__is_test=False)
    for enrollment in champions.select_related("seat__person", "seat__account", "ladder", "version").order_by("pk")[
        ::6
    ]:
        confirm(enrollment, "help-a-colleague")
    done = Enrollment.objects.filter(ladder=ladder, ended_at=None, seat__person__is_test=False)
    done = done.exclude(progress__in=running.filter(reached_at=None, skipped_at=None))
    for place, enrollment in enumerate(done.select_related("seat__person", "seat__account", "ladder", "version")[:6]):
        recommend(
            enrollment, rating=(9, 10, 7, 9, 8, 10)[place], text="" if place % 2 else "It saves me the Monday mail."
        )
