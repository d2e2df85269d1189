"""What can be laid out by any two dimensions: the registry's metrics, for each step, feature and day that they are asked of."""

from dataclasses import dataclass

from analytics.engagement import AMOUNT, BOUGHT, DEPTH, MONTH, ON_TIME, RECOMMEND, REFER, REPEAT, WEEK
from milestones.models import Feature, Ladder, Rung

MEDIAN, BY_DAY, SO_FAR, STUCK, SHARE, MEAN, TOTAL, GOALS = (
    *("median", "by_day", "so_far", "stuck", "share", "mean", "total", "goals"),
)
CURVES = (MEDIAN, BY_DAY)
ACTIVE_BY, USED_WITHIN, DONE_BY = 30, 14, (30, 60, 90)
RETAINED = {WEEK: (7, 12), MONTH: (28, 2)}  # days, and the latest that is told of


@dataclass(frozen=True)
class Measure:
    """`key` stands in addresses; `metric` is its definition in the registry. Of `kind` depends what is read: the way to a step
    (`of`, as `climbers.way` takes it) up to `day`, or what `engagement` counts as `of`, in week or month `number`.
    """

    key: str
    metric: str
    name: str
    kind: str
    of: str
    day: int = 0
    number: int = 0

    @property
    def is_share(self) -> bool:
        return self.kind in (BY_DAY, SO_FAR, STUCK, SHARE, GOALS)

    @property
    def is_of_accounts(self) -> bool:
        """Whether accounts are what is counted, each once whatever people it has."""
        return self.metric in ("expansion", "outcomes") or self.key.endswith(".account")

    @property
    def unit(self) -> str:
        return "%" if self.is_share else {MEDIAN: "days", MEAN: "events", TOTAL: ""}[self.kind]

    @property
    def counts(self) -> tuple[str, str]:
        """What stands below the line: one of them, and many."""
        if self.is_of_accounts:
            return ("goal", "goals") if self.kind == GOALS else ("account", "accounts")
        others = {
            "depth": ("week with activity", "weeks with activity"),
            "on_time": ("step", "steps"),
            "feature_adoption": ("unlocking", "unlockings"),
        }
        return others.get(self.metric, ("person", "people"))


WHOLE = (
    Measure(
        "time_to_first_value", "time_to_first_value", "Time to first value, median", MEDIAN, "first_value", ACTIVE_BY
    ),
    Measure(
        "time_to_first_value.account",
        "time_to_first_value",
        "An account’s time to first value, median",
        MEDIAN,
        "account_value",
        ACTIVE_BY,
    ),
    Measure(
        "activation_rate.account",
        "activation_rate",
        f"Accounts with first value by day {ACTIVE_BY}",
        BY_DAY,
        "account_value",
        ACTIVE_BY,
    ),
    Measure("activation_rate", "activation_rate", f"First value by day {ACTIVE_BY}", BY_DAY, "first_value", ACTIVE_BY),
    *(
        Measure(f"ladder_completion.{day}", "ladder_completion", f"Ladder completed by day {day}", BY_DAY, "done", day)
        for day in DONE_BY
    ),
)
ENGAGED = (
    *(
        Measure(
            f"retention_weekly.{n}",
            "retention_weekly",
            f"Active from day {7 * n} to {7 * n + 6}",
            SHARE,
            WEEK,
            number=n,
        )
        for n in (4, 8, 12)
    ),
    *(
        Measure(
            f"retention_monthly.{n}",
            "retention_monthly",
            f"Active from day {28 * n} to {28 * n + 27}",
            SHARE,
            MONTH,
            number=n,
        )
        for n in (1, 2, 3)
    ),
    Measure("repeat_use", "repeat_use", "Repeat use of key workflows", SHARE, REPEAT),
    Measure("depth", "depth", "Depth: events in an active week", MEAN, DEPTH),
    Measure("on_time", "on_time", "Steps on time", SHARE, ON_TIME),
    Measure("advocacy", "advocacy", "Would recommend", SHARE, RECOMMEND),
    Measure("advocacy.referrals", "advocacy", "Have referred somebody", SHARE, REFER),
    Measure("outcomes", "outcomes", "Goals reached", GOALS, ""),
    Measure("expansion", "expansion", "Accounts that bought more", SHARE, BOUGHT),
    Measure("expansion.amount", "expansion", "How much was bought", TOTAL, AMOUNT),
)


def measures_of(ladder: Ladder) -> list[tuple[str, list[Measure]]]:
    """(heading, what can be asked of the ladder's live version)"""
    rungs = list(
        Rung.objects.filter(version_id=ladder.live_id).order_by("position", "id").values_list("key", "content__title")
    )
    features = list(Feature.objects.exclude(events=[]).order_by("key").values_list("key", "name"))
    used = [
        Measure(
            "feature_adoption",
            "feature_adoption",
            f"Any feature, within {USED_WITHIN} days",
            BY_DAY,
            "use:",
            USED_WITHIN,
        ),
        *(
            Measure(f"feature_adoption.{key}", "feature_adoption", name, BY_DAY, f"use:{key}", USED_WITHIN)
            for key, name in features
        ),
    ]
    return [
        ("The ladder", list(WHOLE)),
        ("Engagement and outcomes", list(ENGAGED)),
        ("Used after unlock", used if features else []),
        ("Reach of a step", [Measure(f"reach.{key}", "reach", title, SO_FAR, f"rung:{key}") for key, title in rungs]),
        (
            "Time per step, median",
            [
                Measure(f"time_per_step.{key}", "time_per_step", title, MEDIAN, f"wait:{key}", 14)
                for key, title in rungs
            ],
        ),
        ("Stuck at a step", [Measure(f"stuck.{key}", "stuck", title, STUCK, f"wait:{key}") for key, title in rungs]),
    ]


def measure_of(ladder: Ladder, key: str) -> Measure | None:
    return next((each for _, group in measures_of(ladder) for each in group if each.key == key), None)
