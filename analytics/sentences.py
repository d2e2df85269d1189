"""A small grammar: results become sentences with a number, a comparison, how sure it is, and a cause for caution.

The same data give the same text. English first; every word that is said of a figure is said here, so that others can follow.
"""

ENOUGH = 10  # people, below which a share or a median says more about them than about the ladder


def days(n: int | float) -> str:
    """8 days, 1 day; less than a day for 0."""
    return "less than a day" if n == 0 else f"{_number(n)} {'day' if n == 1 else 'days'}"


def people(n: int) -> str:
    return f"{n:,} {'person' if n == 1 else 'people'}"


def counted(n: int, one: str, many: str) -> str:
    return f"{n:,} {one if n == 1 else many}"


def percent(share: float) -> str:
    """61%; below one in a hundred and above 99 % it does not pretend to be none or all."""
    if 0 < share < 0.01:
        return "<1%"
    if 0.99 < share < 1:
        return ">99%"
    return f"{round(share * 100)}%"


def _number(n: int | float) -> str:
    return f"{int(n):,}" if float(n).is_integer() else f"{n:,.1f}"


def first_value(
    *,
    began: int,
    median: int | None,
    before: int | None,
    share: float | None,
    span: str,
    was: str,
    on_track: int | None = None,
    is_clear: bool | None = None,
) -> str:
    """What the page's headline says of time to first value. `span` names the people, `was` the time before; `on_track` of those
    who began have a step of first value on their track, all of them where it is not said. `is_clear` is whether the
    change is more than chance makes, None where nobody knows yet: then both are said, and no change.
    """
    on_track = began if on_track is None else on_track
    if began == 0:
        return "Nobody began on this ladder in this time."
    if not on_track:
        return f"{people(began).capitalize()} began, and no step of theirs is marked as first value."
    if on_track < ENOUGH:
        return f"{people(on_track).capitalize()} began: too few to say how long first value takes."
    if median is None:
        reached = f"{percent(share)} have" if share else "nobody has"
        return f"Half of {span} have not reached first value yet: so far {reached}."
    said = f"{span[0].upper()}{span[1:]} reach first value in {days(median)}"
    if before is None:
        return f"{said}."
    if before == median:
        return f"{said}, as in {was}."
    if is_clear is None:
        return f"{said}; in {was} it was {days(before)}."
    word = "sooner" if median < before else "later"
    doubt = "" if is_clear else ", which may be chance"
    return f"{said}, {days(abs(before - median))} {word} than in {was}{doubt}."


def leak(title: str, stuck: int, after: int) -> str:
    """The biggest leak, in one sentence; "" where nobody is stuck."""
    if not stuck:
        return ""
    verb = "has" if stuck == 1 else "have"
    return f"The biggest leak is “{title}”: {people(stuck)} {verb} had it open for more than {days(after)}."


def change_of_days(now: int | None, before: int | None) -> tuple[str, str, str]:
    """(words, "up" | "down" | "flat", "yes" | "no" | "" whether it is good) of a median."""
    if now is None or before is None:
        return "", "", ""
    if now == before:
        return "No change", "flat", ""
    return (
        (f"{days(abs(now - before))} sooner", "down", "yes")
        if now < before
        else (f"{days(now - before)} later", "up", "no")
    )


def change_of_share(now: float | None, before: float | None) -> tuple[str, str, str]:
    """The same of a share, in percentage points."""
    if now is None or before is None:
        return "", "", ""
    points = round(now * 100) - round(before * 100)
    if not points:
        return "No change", "flat", ""
    said = counted(abs(points), "point", "points")
    return (said, "up", "yes") if points > 0 else (said, "down", "no")


def change_of_number(now: float | None, before: float | None) -> tuple[str, str, str]:
    """The same of a number of which more is better."""
    if now is None or before is None:
        return "", "", ""
    if round(now, 1) == round(before, 1):
        return "No change", "flat", ""
    said = f"{abs(now - before):,.1f} {'more' if now > before else 'fewer'}"
    return (said, "up", "yes") if now > before else (said, "down", "no")


def used_after_unlock(share: float, within: int) -> str:
    """It counts unlockings, not people: whoever has three features is counted three times."""
    if share in (0, 1):
        return f"{'Whoever' if share else 'Nobody who'} had a feature unlocked used it within {within} days."
    return f"{percent(share)} of the times that a feature was unlocked for somebody, they used it within {within} days."


def spread(name: str, everybody: str, best: tuple[str, str] | None, worst: tuple[str, str] | None) -> str:
    """What an exploring page's headline says: the figure, and between whom it lies. `best`, `worst`: (who, their figure)."""
    said = f"{name}: {everybody}"
    if best is None or worst is None or best[1] == worst[1]:
        return f"{said}."
    return f"{said}, from {worst[1]} for “{worst[0]}” to {best[1]} for “{best[0]}”."


def value_so_far(account: str, gains: list[tuple[str, str, str]], days_to_first: int | None, people_on: int) -> str:
    """What a value report opens with: the goals that have moved (title, value, baseline), else first value, else how far they are."""
    if gains:
        said = "; ".join(f"“{title}” is at {value}, from {baseline}" for title, value, baseline in gains[:2])
        return f"{account}: {said}"
    if days_to_first is not None:
        return f"{account} reached first value in {days(days_to_first)}"
    if people_on:
        return f"{account} is on its way: {people(people_on)} began, and none has reached first value yet"
    return f"Nobody of {account} has begun yet"


def active_people(mean: float | None, was: float | None) -> str:
    """How many people are active in a week, beside the time before."""
    if mean is None:
        return "Too early to say how many are active"
    said = f"{mean:,.0f} {'person is' if round(mean) == 1 else 'people are'} active in a week"
    if was is None or round(was) == round(mean):
        return said
    return f"{said}, {'up' if mean > was else 'down'} from {was:,.0f}"


def outcomes(reached: int, known: int, money: list[str]) -> str:
    """What the page of outcomes opens with. `money`: as `beside_baseline` says it."""
    if not known:
        return "No goal has a baseline, a target and a value yet."
    said = f"{counted(reached, 'goal', 'goals')} of {known:,} {'has' if reached == 1 else 'have'} reached {'its' if reached == 1 else 'their'} target."
    return f"{said} In money they are {' and '.join(money)} their baseline." if money else said


def beside_baseline(unit: str, amount: float) -> str:
    """EUR 1,200 below: what stands before "their baseline"."""
    return f"{unit} {abs(amount):,.0f} {'above' if amount >= 0 else 'below'}".strip()


def around(
    event: str,
    title: str,
    days_beside: int,
    n: int,
    before: float | None,
    after: float | None,
    interval: tuple[float | None, float | None],
) -> str:
    """What changed around a step; never that it was the step, and no change that its `interval` does not bear out."""
    if n < ENOUGH or before is None or after is None:
        return f"{people(n)} were there for {days(days_beside)} before and after “{title}”: too few to say what changed"
    if round(before, 1) == round(after, 1):
        return f"“{event}” is done on as many days after “{title}” as before"
    low, high = interval
    if low is None or high is None:
        return f"Too few accounts to say whether “{event}” is done more often after “{title}”"
    if low <= 0 <= high:
        return f"No clear change in how often “{event}” is done after “{title}”"
    word = "more" if after > before else "fewer"
    return f"“{event}” is done on {_number(round(abs(after - before), 1))} {word} of {days_beside} days after “{title}” than before"


def change_around(low: float | None, high: float | None) -> str:
    """How sure that is."""
    if low is None or high is None:
        return "Too few accounts for an interval"
    said = f"95% interval {low:+.1f} to {high:+.1f}"
    return f"{said}: it may be chance" if low <= 0 <= high else said


def apart(by: str, names: list[str], *, compared: int, groups: int) -> str:
    """Which groups stand clearly apart from all others, of so many `groups` of which some have accounts enough to be `compared`."""
    if not compared:
        return f"Too few accounts to tell one {by} from another"
    if not names:
        which = by if compared == groups else f"{by} with enough accounts"
        return f"No {which} differs from the others by more than chance"
    said = " and ".join(f"“{name}”" for name in names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")
    return f"{said} {'stands' if len(names) == 1 else 'stand'} apart from the others"


def ninety(began: int, early: float | None, late: tuple[float, int] | None, stuck: str) -> str:
    """What the page of ninety days opens with. `late`: (the share that stayed, of how many who have had so long)."""
    if not began:
        return "Nobody began on this ladder in this time."
    first = f"{percent(early)} reach first value within 30 days" if early is not None else "it is too early for day 30"
    last = "too early to say who stays"
    if late is not None:
        share, had = late
        whom = "" if had == began else f"of the {had:,} who have had so long, "
        last = f"{whom}{percent(share)} were active between day 84 and 90"
    said = f"Of {people(began)} who began, {first}; {last}."
    return f"{said} Most days are lost at “{stuck}”." if stuck else said


def goes_with(title: str, reached: float, others: float, low: float | None, high: float | None) -> str:
    """What reaching a step goes with, as an association: never that it is the cause."""
    said = f"{percent(reached)} of those who had reached it stayed, {percent(others)} of those who had not"
    if low is None or high is None:
        return f"{said}: too few accounts to say more."
    if low <= 0 <= high:
        return f"{said}: no more of a difference than chance makes."
    word = "more" if low > 0 else "fewer"
    ends = sorted((abs(round(low * 100)), abs(round(high * 100))))
    return f"{said}: {ends[0]} to {ends[1]} points {word}."


def difference(found: list | None) -> str:
    """A difference of shares with its interval, in points: 12 points more, 3 to 21; and that it may be chance where it may."""
    if found is None:
        return "Too early"
    middle, low, high = found
    points = round(middle * 100)
    said = "None" if not points else f"{counted(abs(points), 'point', 'points')} {'more' if points > 0 else 'fewer'}"
    if low is None:
        return said
    ends = f"{round(low * 100)} to {round(high * 100)}"
    return f"{said} ({ends}); it may be chance" if low <= 0 <= high else f"{said} ({ends})"


def chance(p: float | None) -> str:
    """How likely so much of a difference were, were there none."""
    if p is None:
        return "Not known"
    return "Less than 1 in 1,000" if p < 0.001 else f"{p * 100:.1f}%" if p < 0.1 else f"{p * 100:.0f}%"


def interval_of_days(interval: tuple[int | None, int | None] | None) -> str:
    """95% interval 7 to 9 days; an end that was not seen is said as such."""
    if interval is None or interval[0] is None:
        return ""
    low, high = interval
    if high is None:
        return f"95% interval from {days(low)}, no upper end yet"
    return f"95% interval {low} to {days(high)}"


def interval_of_number(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None or low == high else f"95% interval {low:.1f} to {high:.1f}"


def interval_of_share(low: float | None, high: float | None) -> str:
    """Nothing where both ends are one: a curve that has not begun to rise does not know how sure it is."""
    if low is None or high is None or low == high:
        return ""
    return f"95% interval {round(low * 100)} to {round(high * 100)}"


FRACTIONS = (
    (1 / 10, "One in ten"),
    (1 / 5, "One in five"),
    (1 / 4, "One in four"),
    (1 / 3, "One in three"),
    (2 / 5, "Two in five"),
    (1 / 2, "Half"),
    (3 / 5, "Three in five"),
    (2 / 3, "Two in three"),
    (3 / 4, "Three in four"),
    (4 / 5, "Four in five"),
    (9 / 10, "Nine in ten"),
)
NEAR = 0.015  # a share is said as a fraction when it is as good as that


def ratio(share: float) -> str:
    """A share as it is said aloud: "Two in three", else "47% of people"."""
    if share in (0, 1):
        return "Everybody" if share else "Nobody"
    nearest = min(FRACTIONS, key=lambda fraction: abs(fraction[0] - share))
    return nearest[1] if abs(nearest[0] - share) <= NEAR else f"{percent(share)} of people"
