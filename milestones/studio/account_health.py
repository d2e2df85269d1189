"""What an account's page says of its health, its goals and what was agreed; and the form for what a member says."""

from dataclasses import dataclass
from datetime import timedelta

from django import forms

from milestones.goals import distance
from milestones.health.judging import ORDER
from milestones.health.measuring import Measured, measure
from milestones.health.words import said
from milestones.models import Goal, Kickoff, Pace, Standing
from milestones.plans import open_kickoff, reality
from milestones.studio.days import Calendar
from onboarding import clock
from onboarding.tracking.models import Account

GOALS = 5


class StandingForm(forms.Form):
    kind = forms.ChoiceField(
        label="How it is", choices=Standing.Kind.choices, error_messages={"required": "Choose one."}
    )
    note = forms.CharField(
        label="Why",
        max_length=300,
        error_messages={"required": "Say why, in a sentence."},
        help_text="The team reads it.",
    )
    until = forms.DateField(
        label="Look again on", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def clean_until(self):
        day, today = self.cleaned_data["until"], clock.now().date()
        if day and not today - timedelta(days=1) <= day <= today + timedelta(days=1100):
            raise forms.ValidationError("Choose a day within the next three years.")
        return day


@dataclass(frozen=True)
class HealthShown:
    """`whys` are (status of the mark, words), the weightiest first."""

    measured: Measured
    whys: list[tuple[str, str]]
    day: int | None

    @property
    def pace(self) -> str:
        return self.measured.health.pace

    @property
    def status(self) -> str:
        return {Pace.FINISHED: "reached", Pace.IDLE: "locked"}.get(self.pace, self.pace)

    @property
    def label(self) -> str:
        return Pace(self.pace).label

    @property
    def heading(self) -> str:
        return "How it is doing" if self.pace == Pace.IDLE else f"Why {self.label.lower()}"

    @property
    def stones(self) -> list:
        return [rung for rung in self.measured.case.rungs if rung.asked]

    @property
    def reached(self) -> int:
        return sum(rung.state == "reached" for rung in self.stones)

    @property
    def gap(self) -> str:
        """What holds it up, for the head of the page; nothing where it is on track."""
        return self.whys[0][1] if self.whys and self.pace in (Pace.STALLED, Pace.AT_RISK) else ""


def health_of(account: Account, calendar: Calendar) -> HealthShown:
    """As it stands at this moment, whatever the portfolio has kept."""
    measured = measure([account.pk], calendar.now)[account.pk]
    today = measured.case.today
    whys = [
        (_mark(finding.pace, finding.weight), said(finding.kind, finding.said, zone=calendar.zone, today=today))
        for finding in measured.health.findings
    ]
    began = measured.case.began_at
    day = (today - began.astimezone(calendar.zone).date()).days + 1 if began else None
    return HealthShown(measured, whys, day)


def _mark(pace: str, weight: int) -> str:
    return pace if weight < ORDER.index(Pace.ON_TRACK) else "locked" if pace == Pace.IDLE else "reached"


@dataclass(frozen=True)
class GoalShown:
    """A goal with how far it has come; `state` is reached, on_track, at_risk (its day is past), or open where nothing is known."""

    title: str
    way: str
    now: str
    target: str
    width: int
    state: str
    label: str


def goals_of(account: Account, calendar: Calendar) -> list[GoalShown]:
    today = calendar.now.astimezone(calendar.zone).date()
    return [_goal(goal, today) for goal in Goal.objects.filter(account=account).order_by("pk")[:GOALS]]


def _goal(goal: Goal, today) -> GoalShown:
    found = distance(goal)
    state, label = "open", "No value yet"
    if found.percent is not None:
        behind = _is_behind(goal, found.percent, today)
        state, label = ("at_risk", "Behind") if behind else ("on_track", "On pace")
        if found.is_reached:
            state, label = "reached", "Reached"
    return GoalShown(
        title=goal.title,
        way=f"By {goal.due_on.day} {goal.due_on:%b %Y}." if goal.due_on else "",
        now="" if found.current.value is None else goal.said(found.current.value),
        target="" if goal.target is None else goal.said(goal.target),
        width=max(0, min(found.percent or 0, 100)),
        state=state,
        label=label,
    )


def _is_behind(goal: Goal, percent: int, today) -> bool:
    """Less of the way than of the time is behind it."""
    if goal.due_on is None:
        return False
    began = goal.created_at.date()
    whole = max((goal.due_on - began).days, 1)
    return percent < min(100, 100 * (today - began).days / whole)


@dataclass(frozen=True)
class Done:
    """The definition of done, with what of it is so."""

    kickoff: Kickoff
    met: list


def definition_of(account: Account, calendar: Calendar) -> Done | None:
    kickoff = open_kickoff(account)
    return Done(kickoff, reality(kickoff, calendar.zone).met) if kickoff else None
