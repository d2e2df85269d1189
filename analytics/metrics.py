"""The registry of metrics: each is declared here once, and every page and report that shows one links to this declaration.

`version` moves when the same data would give another figure; reports pin it.
"""

from dataclasses import dataclass

LESS, MORE = "less", "more"


@dataclass(frozen=True)
class Metric:
    key: str
    name: str
    sentence: str  # what it says, plainly
    unit: str
    better: str  # LESS or MORE
    counts: str  # who is eligible, and what the others are
    how: str  # how the figure comes out of the counts
    query: str  # the rows that it is read from
    version: int = 1


ROWS = """select cohort, role, eligible, not_theirs, skipped, left_out, reached, gone, ended
from analytics_matrixrow
where ladder_id = … and measure = {} and segment = … and value = … and cohort between … and …"""


def _matrix(measure: str) -> str:
    return ROWS.format(measure)


SPLIT = "Who put the step aside, who does not have it on their track, and tests are counted beside, and all add up to those who began."
CURVE = (
    "Aalen–Johansen: who has not got there yet is counted as long as they were watched, and an account that left is an end of its own. "
    "The interval draws accounts with replacement, because people of one account are not independent."
)

METRICS = (
    Metric(
        "time_to_first_value",
        "Time to first value",
        "The days until half of those who began had reached first value.",
        "days",
        LESS,
        f"Everybody who began on the ladder in the period and has a step of first value on their track. {SPLIT}",
        f"{CURVE} “Not reached yet” where half have not got there.",
        _matrix("'first_value'"),
    ),
    Metric(
        "activation_rate",
        "Activation rate",
        "The share of those who began that had reached first value by the end of their day 30.",
        "%",
        MORE,
        f"As for time to first value. {SPLIT}",
        f"Read off the same curve at day 30, so that those who have had fewer days count for the days they had. {CURVE}",
        _matrix("'first_value'"),
    ),
    Metric(
        "ladder_completion",
        "Ladder completion",
        "The share of those who began that had every step of their track behind them by day 30, 60 and 90.",
        "%",
        MORE,
        "Everybody who began on the ladder in the period. A step that was put aside is behind them; somebody who put all aside is not done.",
        f"Read off the curve of being done. “Too early” before anybody has had so many days. {CURVE}",
        _matrix("'done'"),
    ),
    Metric(
        "reach",
        "Reach of a step",
        "The share of those who began that have reached the step by the last day counted.",
        "%",
        MORE,
        f"Everybody who began in the period and has the step on their track. {SPLIT}",
        "A plain share of those eligible, of which some are still open.",
        _matrix("'rung:<step>'"),
    ),
    Metric(
        "time_per_step",
        "Time per step",
        "The days from the opening of a step until half of those it opened for had reached it.",
        "days",
        LESS,
        "Everybody for whom the step opened in the period.",
        CURVE,
        _matrix("'wait:<step>'"),
    ),
    Metric(
        "stuck",
        "Stuck at a step",
        "The people for whom a step has been open for longer than four of five of those who reached it took, and who have not.",
        "people",
        LESS,
        "Everybody for whom the step opened early enough to be counted so long. Who reached it later, left, or put it aside is not stuck.",
        "The time is read off the curve of the step, at four fifths of the share that gets there; at least 7 days, at most 60.",
        _matrix("'wait:<step>'"),
    ),
    Metric(
        "feature_adoption",
        "Adoption after unlock",
        "The share of those for whom a feature was unlocked that used it within 14 days.",
        "%",
        MORE,
        "Every unlocking in the period of a feature whose events are named; the days before it do not count.",
        f"Read off the curve of first use, over all features together and for each. {CURVE}",
        _matrix("'use:<feature>'"),
    ),
    Metric(
        "retention_weekly",
        "Weekly retention",
        "The share of those who began that were active in a week since: in days 84 to 90 for week 12.",
        "%",
        MORE,
        "Everybody whose week is over. Active is whoever did anything in the product in it.",
        "A plain share of those whose whole week has passed.",
        _matrix("'week'"),
    ),
    Metric(
        "retention_monthly",
        "Monthly retention",
        "The share of those who began that were active in four weeks since.",
        "%",
        MORE,
        "Everybody whose four weeks are over.",
        "As for weekly retention, in spans of 28 days.",
        _matrix("'month'"),
    ),
    Metric(
        "repeat_use",
        "Repeat use of key workflows",
        "The share of those who used a key workflow that used one in at least three of the four weeks since their first time.",
        "%",
        MORE,
        "Everybody who began in the period and has had four weeks since they first used a key workflow. The settings name the "
        "workflows; without any, they are the events that show the use of features.",
        "A plain share over a window that begins with each person's own first use, so that those who stayed longer do not count more.",
        "analytics_personday: person_id, day, names (the events of that day), for the people of the climbs",
    ),
    Metric(
        "depth",
        "Depth of engagement",
        "How many different events somebody uses in a week in which they are active, on average.",
        "events",
        MORE,
        "Every week since they began in which somebody was active, of everybody who began in the period.",
        "The mean over these weeks of the number of different events.",
        "analytics_personday, as for repeat use",
    ),
    Metric(
        "on_time",
        "On-time rate",
        "The share of steps whose due date has come that were reached by it.",
        "%",
        MORE,
        "Every step on somebody's track whose due date lies behind, of everybody who began in the period. Steps put aside do not count.",
        "A plain share. A due date that was moved later counts as it was told.",
        "milestones_progress: due_at, due_told, reached_at, for the enrollments of the climbs",
    ),
    Metric(
        "expansion",
        "Expansion",
        "How much the accounts of those who began have bought since, by the event that says so.",
        "as the settings say",
        MORE,
        "Every account with somebody who began in the period; of these, how many bought, and how much in all.",
        "The sum of the event's property from the account's first beginning on. An event that names no account is of the one at which "
        "its person was then, the last they joined.",
        "tracking_event of the named event, by account",
        version=2,
    ),
    Metric(
        "advocacy",
        "Advocacy",
        "The share of those who were asked at the end of the ladder that would recommend it, with 9 or 10 of 10; and of all who began, "
        "how many have referred somebody, by the event that says so.",
        "%",
        MORE,
        "Everybody who began in the period and answered; each one's last word. Of referring: everybody who began, each once.",
        "A plain share.",
        "tracking_event cairn:recommended: rating, by person",
    ),
    Metric(
        "outcomes",
        "Outcome attainment",
        "The share of the accounts' goals that have reached their target; and what the goals in money are above their baseline.",
        "%",
        MORE,
        "Every goal with a baseline, a target and a value, of accounts with somebody who began in the period.",
        "A plain share; in money the sum of value minus baseline, by currency, with the assumptions that each goal states.",
        "milestones_goal and milestones_goalreading, or the event that a goal reads",
    ),
    Metric(
        "stuck_cost",
        "Cost of a stuck step",
        "The days that people have been stuck at a step in all, and what these are worth by an assumption of your own.",
        "person-days, or as the settings say",
        LESS,
        "Everybody who is stuck at the step, as that is defined; each day after the one on which being stuck began.",
        "People times days, times what a day is worth. The worth of a day is stated beside the figure, and can be changed there.",
        _matrix("'wait:<step>'") + "\n-- summed account by account from analytics_climb, by the same rules",
    ),
    Metric(
        "validity",
        "What a step goes with",
        "Of those who had reached a step by a day, the share still active in week 8 to 11, beside that of those who had not.",
        "percentage points",
        MORE,
        "Everybody who began in the period, was still there on that day, has the step on their track, and has had 84 days since.",
        "Landmark analysis: who is sorted by what they had reached on one day, and followed from then on. The interval of the "
        "difference looks at each account as one. It is an association: those who reach a step may differ in other ways.",
        "analytics_climb: lags, weeks, gone, ended",
    ),
    Metric(
        "nudge_effect",
        "Nudge effect",
        "Of those who got a message about a step that was open, the share that reached it within seven days after.",
        "%",
        MORE,
        "Every message of a nudge on opening, stalling, due soon or overdue that was sent at least seven days ago, once for each person "
        "and step. Beside them those who were to get one and did not, because of their wish, their address, or its text.",
        "A plain share; the interval, and that of the difference, looks at each account as one. It is an association: who does not "
        "want mails, or has no address, may differ in other ways.",
        "playbooks_delivery: sent_at, reason, with milestones_progress: reached_at",
    ),
    Metric(
        "session_effect",
        "Session effect",
        "Of those who came to a session about a step they had not reached, the share that reached it within fourteen days after.",
        "%",
        MORE,
        "Every session about a step that was held at least fourteen days ago. Beside them those who asked for one, or were offered one, "
        "and had none, from that day on.",
        "A plain share; the interval, and that of the difference, looks at each account as one. It is an association.",
        "playbooks_session: state, starts_at, made_at, with milestones_progress: reached_at",
    ),
)
BY_KEY = {metric.key: metric for metric in METRICS}
