"""The value report of one account: what has changed for them, in their own numbers, beside the time before."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Min, Q

from analytics import sentences
from analytics.asking import Span
from analytics.figures import weeks
from analytics.models import Climb, PersonDay
from analytics.reports import blocks
from analytics.reports.blocks import Datum, Draft
from milestones.goals import Distance, distance
from milestones.models import Goal, Ladder, Progress
from milestones.plans import kickoff_of, reality
from milestones.studio.roles import role_label
from milestones.voices import read
from onboarding.tracking.models import Account, Person, Seat

SECTIONS = (
    ("changed", "What has changed"),
    ("activity", "Who is active, week by week"),
    ("goals", "Against the goals we agreed"),
    ("people", "Who is using it"),
    ("steps", "What was reached"),
    ("voices", "What people say"),
    ("next", "What happens next"),
)
WHO = "enrollment__seat__person"
LATELY, TILES, QUOTES, STEPS, GOALS = 28, 6, 3, 12, 50
GLAD = 4  # of 5: a rating from which on a sentence is quoted


@dataclass(frozen=True)
class Told:
    """A goal with what it was at the start of the period and at its end."""

    goal: Goal
    now: Distance
    before: Distance

    @property
    def value(self) -> float | None:
        return self.now.current.value

    @property
    def is_better(self) -> bool | None:
        """Against the baseline; None where there is nothing to compare."""
        goal = self.goal
        if None in (self.value, goal.baseline, goal.target) or self.value == goal.baseline:
            return None
        return (self.value > goal.baseline) == (goal.target > goal.baseline)


def value_report(account: Account, span: Span, *, zone, sections: list[str], names_shown: bool) -> Draft:
    """All sections asked for of which there is something to say."""
    before = span.before()
    goals = [
        Told(goal, distance(goal, _end(span.last, zone)), distance(goal, _end(before.last, zone)))
        for goal in Goal.objects.filter(account=account).order_by("pk")[:GOALS]
    ]
    ladder = _ladder_of(account)
    draft = Draft(
        title=sentences.value_so_far(
            str(account), [_gain(each) for each in goals if each.is_better], *_first_value(account)
        ),
        lede=f"Value report for {span.first:%-d %B} to {span.last:%-d %B %Y}. Every number comes from your own use, "
        f"compared with the {sentences.days(span.days)} before.",
    )
    made = {
        "changed": lambda: _changed(draft, goals),
        "activity": lambda: _activity(draft, account, span),
        "goals": lambda: _goals(draft, goals, span.last),
        "people": lambda: _people(draft, account, ladder, span),
        "steps": lambda: _steps(draft, account, span, zone),
        "voices": lambda: _voices(draft, account, span, zone, names_shown),
        "next": lambda: _next(draft, account, zone),
    }
    for key, _ in SECTIONS:
        if key in sections:
            made[key]()
    draft.add(blocks.foot(_measured(goals, span, before)))
    return draft


def _end(day: date, zone) -> datetime:
    return datetime.combine(day, time.max, tzinfo=zone)


def _ladder_of(account: Account) -> Ladder | None:
    """The ladder that most of its people are on."""
    found = (
        Climb.objects.filter(account_id=account.pk, left_out="").values("ladder_id").annotate(n=Count("enrollment_id"))
    )
    most = found.order_by("-n", "ladder_id").first()
    return Ladder.objects.filter(pk=most["ladder_id"]).first() if most else None


def _first_value(account: Account) -> tuple[int | None, int]:
    """(days from the account's beginning to its first value, how many of its people began)"""
    climbs = Climb.objects.filter(account_id=account.pk, left_out="").values_list("cohort", "first_value")
    began = min((cohort for cohort, _ in climbs), default=None)
    reached = [cohort + timedelta(days=lag) for cohort, lag in climbs if lag >= 0]
    return ((min(reached) - began).days if reached else None), len(climbs)


def _gain(told: Told) -> tuple[str, str, str]:
    return told.goal.title, told.goal.said(told.value), f"{told.goal.baseline:,.10g}"


# --- sections ---------------------------------------------------------------------------------


def _changed(draft: Draft, goals: list[Told]) -> None:
    known = [each for each in goals if each.value is not None and each.goal.baseline is not None]
    shown = []
    for each in known[:TILES]:
        goal, better = each.goal, each.is_better
        direction = "flat" if better is None else "up" if each.value > goal.baseline else "down"
        change = (f"from {goal.said(goal.baseline)}", direction, {True: "yes", False: "no", None: ""}[better])
        was = each.before.current.value
        note = f"{goal.said(was)} at the start of the period." if was is not None and was != each.value else ""
        shown.append(blocks.tile(goal.title, goal.said(each.value), note, change))
    draft.add(
        blocks.tiles("What has changed", shown),
        *(
            Datum("goal", each.goal.title, each.value, each.goal.unit, before=each.before.current.value)
            for each in known
        ),
    )
    draft.add(blocks.text("", _in_money(known)))


def _in_money(known: list[Told]) -> str:
    """What the goals in money are above their baseline, and by which assumptions."""
    totals: dict[str, float] = {}
    assumed = []
    for each in known:
        if each.goal.is_money and each.is_better:
            totals[each.goal.unit] = totals.get(each.goal.unit, 0) + abs(each.value - each.goal.baseline)
            assumed.append(each.goal.assumptions)
    if not totals:
        return ""
    said = " and ".join(f"{unit} {amount:,.0f}".strip() for unit, amount in sorted(totals.items()))
    stated = " ".join(dict.fromkeys(text.strip() for text in assumed if text.strip()))
    return f"In money that is {said}. {f'It assumes: {stated}' if stated else 'No assumptions were stated.'}"


def _activity(draft: Draft, account: Account, span: Span) -> None:
    before = span.before()
    people = list(Seat.objects.filter(account=account, person__is_test=False).values_list("person_id", flat=True))
    rows = PersonDay.objects.filter(person_id__in=people, day__range=(before.first, span.last)).values_list(
        "day", "person_id"
    )
    active: dict[date, set[int]] = {}
    for day, person in rows.iterator():
        active.setdefault(span.first + timedelta(days=7 * ((day - span.first).days // 7)), set()).add(person)
    first = span.first - timedelta(days=7 * (before.days // 7))
    starts = [
        first + timedelta(days=7 * n)
        for n in range((span.last - first).days // 7 + 1)
        if first + timedelta(days=7 * n + 6) <= span.last
    ]
    counts = [(start, len(active.get(start, ()))) for start in starts]
    if not any(n for _, n in counts):
        return
    mine = [n for start, n in counts if start >= span.first]
    theirs = [n for start, n in counts if start < span.first]
    mean, was = (sum(each) / len(each) if each else None for each in (mine, theirs))
    draft.add(
        blocks.figure(
            sentences.active_people(mean, was),
            weeks(counts, since=span.first, mark=_mark(account, span)),
            f"People active in each week. Grey weeks are the {sentences.days(span.days)} before.",
            ["Week from", "People active"],
            [[f"{start:%-d %b %Y}", f"{n:,}"] for start, n in counts],
        ),
        Datum("activity", "People active in a week, on average", mean, "people", before=was),
    )


def _mark(account: Account, span: Span) -> tuple[date, str] | None:
    """The day on which the account reached its first value, where that lies in the period."""
    climbs = Climb.objects.filter(account_id=account.pk, left_out="", first_value__gte=0).values_list(
        "cohort", "first_value"
    )
    first = min((cohort + timedelta(days=lag) for cohort, lag in climbs), default=None)
    return (first, f"First value, {first:%-d %B}") if first and span.first <= first <= span.last else None


def _goals(draft: Draft, goals: list[Told], today: date) -> None:
    rows = []
    for each in goals:
        goal = each.goal
        values = (goal.baseline, each.value, goal.target)
        rows.append(
            [goal.title, *("–" if value is None else goal.said(value) for value in values), _status(each, today)]
        )
    draft.add(blocks.table("Against the goals we agreed", ["Your goal", "Before", "Now", "Goal", "Status"], rows))


def _status(told: Told, today: date) -> str:
    """Reached; on pace or behind by the share of the time that has passed; else under way."""
    goal, percent = told.goal, told.now.percent
    if percent is None:
        return "Not known"
    if told.now.is_reached:
        return "Reached"
    if goal.due_on is None:
        return "Under way"
    begun = goal.created_at.date()
    passed = (today - begun).days / max((goal.due_on - begun).days, 1)
    return "On pace" if percent >= 100 * min(passed, 1) else "Behind"


def _people(draft: Draft, account: Account, ladder: Ladder | None, span: Span) -> None:
    if ladder is None:
        return
    climbs = Climb.objects.filter(account_id=account.pk, ladder_id=ladder.pk, left_out="", cohort__lte=span.last)
    rows = list(climbs.values_list("role", "person_id", "cohort", "done"))
    since = span.last - timedelta(days=LATELY - 1)
    lately = set(
        PersonDay.objects.filter(person_id__in=[row[1] for row in rows], day__range=(since, span.last)).values_list(
            "person_id", flat=True
        )
    )
    shown, data = [], []
    for role in sorted({row[0] for row in rows}):
        mine = [row for row in rows if row[0] == role]
        active = sum(person in lately for _, person, _, _ in mine)
        done = sum(lag >= 0 and cohort + timedelta(days=lag) <= span.last for _, _, cohort, lag in mine)
        name = role_label(role) or "No role"
        note = f"{done} {'has' if done == 1 else 'have'} every step behind them." if done else ""
        shown.append({"name": name, "part": active, "whole": len(mine), "note": note})
        data.append(Datum("people", f"{name}, active in {LATELY} days", active, "people", n=len(mine)))
    draft.add(blocks.bars(f"Who is using it: active in the last {LATELY} days", shown), *data)


def _steps(draft: Draft, account: Account, span: Span, zone) -> None:
    mine = Q(enrollment__seat__account=account, enrollment__seat__person__is_test=False, on_track=True)
    last, first, before = (
        _end(span.last, zone),
        _end(span.before().last, zone),
        _end(span.before().first - timedelta(days=1), zone),
    )
    rows = (
        Progress.objects.filter(mine)
        .values("key")
        .annotate(
            whole=Count(WHO, distinct=True),
            reached=Count(WHO, distinct=True, filter=Q(reached_at__lte=last)),
            now=Count(WHO, distinct=True, filter=Q(reached_at__gt=first, reached_at__lte=last)),
            was=Count(WHO, distinct=True, filter=Q(reached_at__gt=before, reached_at__lte=first)),
            at=Min("reached_at", filter=Q(reached_at__lte=last)),
        )
        .filter(reached__gt=0)
        .order_by("at", "key")[:STEPS]
    )
    titles = _titles(account)
    draft.add(
        blocks.table(
            "What was reached",
            ["Step", "This time", "The time before", "So far", "First on"],
            [
                [
                    titles[row["key"]],
                    f"{row['now']:,}",
                    f"{row['was']:,}",
                    f"{row['reached']:,} of {row['whole']:,}",
                    f"{row['at'].astimezone(zone):%-d %b %Y}",
                ]
                for row in rows
            ],
            "People of yours who reached each step.",
        ),
        *(Datum("step", titles[row["key"]], row["now"], "people", n=row["whole"], before=row["was"]) for row in rows),
    )


def _titles(account: Account) -> dict[str, str]:
    """What the steps are called on the ladders of its own people."""
    mine = Progress.objects.filter(enrollment__seat__account=account).order_by("rung__version__number", "rung_id")
    return dict(mine.values_list("key", "rung__content__title"))


def _voices(draft: Draft, account: Account, span: Span, zone, names_shown: bool) -> None:
    people = set(Seat.objects.filter(account=account, person__is_test=False).values_list("person_id", flat=True))
    first, last = _end(span.first - timedelta(days=1), zone), _end(span.last, zone)
    said = [
        (person, voice)
        for person, voices in read(people).items()
        for _, named, voice in voices
        if named in (None, account.pk) and first < voice.at <= last and voice.rating is not None
    ]
    rated = [voice.rating for _, voice in said if voice.verb == "rated"]
    glad = [
        (person, voice)
        for person, voice in said
        if voice.verb == "rated" and voice.rating >= GLAD and voice.note.strip()
    ]
    glad = sorted(glad, key=lambda each: each[1].at, reverse=True)[:QUOTES]
    roles = dict(Seat.objects.filter(account=account).values_list("person_id", "role"))
    names = (
        {person.pk: str(person) for person in Person.objects.filter(pk__in=[person for person, _ in glad])}
        if names_shown
        else {}
    )
    shown = []
    for person, voice in glad:
        role = role_label(roles.get(person, ""))
        shown.append(
            {"text": voice.note.strip(), "by": ", ".join(part for part in (names.get(person, ""), role) if part)}
        )
    mean = sum(rated) / len(rated) if rated else None
    draft.add(
        blocks.text(
            "What people say",
            f"{sentences.counted(len(rated), 'rating', 'ratings')} of steps, {mean:.1f} of 5 on average."
            if rated
            else "",
        ),
        *([Datum("voices", "Rating of a step", mean, "of 5", n=len(rated))] if rated else []),
    )
    draft.add(blocks.quotes("" if rated else "What people say", shown))


def _next(draft: Draft, account: Account, zone) -> None:
    rows = []
    kickoff = kickoff_of(account)
    if kickoff and not kickoff.closed_at:
        found = reality(kickoff, zone)
        rows += [
            [each.title, "Agreed at the kickoff", f"{kickoff.done_on:%-d %b %Y}"]
            for each in found.met
            if not each.reached_at
        ]
    open_now = (
        Progress.objects.filter(
            enrollment__seat__account=account,
            enrollment__ended_at=None,
            enrollment__seat__person__is_test=False,
            on_track=True,
            reached_at=None,
            skipped_at=None,
            opened_at__isnull=False,
        )
        .values("key")
        .annotate(n=Count(WHO, distinct=True), due=Min("due_at"))
        .order_by("-n", "key")[:5]
    )
    titles = _titles(account)
    agreed = {row[0] for row in rows}
    for row in open_now:
        if titles[row["key"]] not in agreed:
            due = f"{row['due'].astimezone(zone):%-d %b %Y}" if row["due"] else "–"
            rows.append([titles[row["key"]], sentences.people(row["n"]), due])
    draft.add(blocks.table("What happens next, and what we ask of you", ["Step", "Who", "By"], rows))


def _measured(goals: list[Told], span: Span, before: Span) -> list[str]:
    lines = [
        f"How we measured. This period: {span.first:%-d %b %Y} to {span.last:%-d %b %Y}; the time before: {before.first:%-d %b} to {before.last:%-d %b %Y}. "
        "A person is active on a day on which they did anything in the product. A step is reached when the events that its criteria name "
        "have happened, or when it was confirmed. Tests are left out."
    ]
    for each in goals:
        how = (
            f"“{each.goal.event}”, {each.goal.property}, {each.goal.get_how_display()}"
            if each.goal.source == Goal.Source.EVENT
            else each.goal.get_source_display().lower()
        )
        said = f"{each.goal.title}: {how}."
        lines.append(
            f"{said} It assumes: {each.goal.assumptions}" if each.goal.assumptions and not each.goal.is_money else said
        )
    return lines
