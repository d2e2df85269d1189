"""How intake goes today: what each source sent, what waits for the drain, what is parked, in numbers and one sentence."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from onboarding.tracking.models import Event, InboxRow, IntakeDay, Source

SHOWN = 50


@dataclass(frozen=True)
class Intake:
    """One day's intake (UTC, by arrival)."""

    day: date
    rows: list[dict]  # {"source", "taken", "duplicates", "conflicts", "refused"} of each source that sent something
    taken: int
    refused: int
    duplicates: int
    conflicts: int
    waiting: int  # facts accepted and not yet drained
    parked: list[InboxRow]  # the latest, at most SHOWN
    parked_count: int
    has_events: bool

    @property
    def repeated(self) -> int:
        return self.duplicates + self.conflicts

    @property
    def finding(self) -> str:
        """What a busy person should know, in one sentence."""
        if not (self.has_events or self.taken or self.refused or self.repeated or self.waiting or self.parked_count):
            return "No event has arrived yet."
        if self.parked_count:
            noun = "batch is" if self.parked_count == 1 else "batches are"
            return f"{self.parked_count:,} {noun} parked: the drain failed on {'it' if self.parked_count == 1 else 'them'} five times."
        if self.refused:
            return f"{_events(self.taken)} taken today, {self.refused:,} refused."
        if self.taken:
            return f"{_events(self.taken)} taken today, none refused."
        return "Nothing has arrived today."


def read(day: date) -> Intake:
    """The intake of `day`."""
    sources = Source.objects.in_bulk()
    days = list(IntakeDay.objects.filter(day=day))
    rows = [
        {
            "source": sources[each.source_id],
            "taken": each.taken,
            "duplicates": each.duplicates,
            "conflicts": each.conflicts,
            "refused": each.refused,
        }
        for each in days
        if each.source_id in sources
    ]
    inbox = InboxRow.objects.filter(parked_at=None).aggregate(facts=Sum("facts"))
    parked = list(InboxRow.objects.exclude(parked_at=None).order_by("-parked_at")[:SHOWN])
    for row in parked:
        row.source = sources.get(row.source_id)
    return Intake(
        day=day,
        rows=sorted(rows, key=lambda row: -row["taken"]),
        **{key: sum(getattr(each, key) for each in days) for key in ("taken", "refused", "duplicates", "conflicts")},
        waiting=inbox["facts"] or 0,
        parked=parked,
        parked_count=len(parked) if len(parked) < SHOWN else _count_parked(),
        has_events=Event.objects.exists(),
    )


def _count_parked() -> int:
    return InboxRow.objects.exclude(parked_at=None).count()


def _events(count: int) -> str:
    return f"{count:,} event" if count == 1 else f"{count:,} events"
