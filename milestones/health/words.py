"""The reasons of an account's health as a busy person reads them. No word of it is stored: figures are, and become words here."""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo


def said(kind: str, figures: dict, *, zone: ZoneInfo, today: date) -> str:
    """A finding (milestones/health/judging.py) in one or two short sentences."""
    return SAY[kind](_Figures(figures, zone, today))


class _Figures:
    def __init__(self, figures: dict, zone: ZoneInfo, today: date):
        self.figures, self.zone, self.today = figures, zone, today

    def __getitem__(self, name: str):
        return self.figures.get(name)

    def day(self, name: str) -> str:
        """A stored moment or day as "3 Jul"."""
        text = self.figures[name]
        day = datetime.fromisoformat(text).astimezone(self.zone).date() if "T" in text else date.fromisoformat(text)
        year = "" if day.year == self.today.year else f" {day.year}"
        return f"{day.day} {day:%b}{year}"

    def alike(self) -> str:
        value = self["value"]
        return f"{self['accounts']:,} {f'accounts like it ({value})' if value else 'accounts'}"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _until(told: _Figures) -> str:
    return f" Look again on {told.day('until')}." if told["until"] else ""


def _blocked(whom: str) -> Callable[[_Figures], str]:
    return lambda told: f"Blocked by {whom} since {told.day('since')}: {_sentence(told['note'])}{_until(told)}"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def _waiting(told: _Figures) -> str:
    until = f" until {told.day('until')}" if told["until"] else f" since {told.day('since')}"
    return f"Waiting{until}, as agreed: {_sentence(told['note'])}"


def _word_over(told: _Figures) -> str:
    return f"Its day was {told.day('until')}: is it still so? {_sentence(told['note'])}"


def _unanswered(told: _Figures) -> str:
    more = told["calls"] - 1
    others = f" {_count(more, 'other call')} wait{'s' if more == 1 else ''}, too." if more else ""
    return f"{told['who']} has asked for help with “{told['title']}” since {told.day('at')}.{others}"


def _kickoff_late(told: _Figures) -> str:
    return f"Done by {told.day('done_on')} was agreed; {told['met']} of {told['asked']} milestones are reached."


def _unagreed(told: _Figures) -> str:
    return f"The customer has not agreed the definition of done since {told.day('made_at')}."


def _unagreed_by_us(told: _Figures) -> str:
    return f"Our side has not agreed the definition of done since {told.day('made_at')}."


def _silent(told: _Figures) -> str:
    days = _count(told["days"], "day")
    return f"Nobody was seen for {days}." if told["ever"] else f"Nobody has come yet, {days} in."


def _slow(told: _Figures) -> str:
    usual = (
        f"for longer than the {_days(told['usual'])} that nine in ten need"
        if told["usual"]
        else "for longer than planned"
    )
    return f"{_of(told['slow'], told['at_it'])} at “{told['title']}” {usual}."


def _late(told: _Figures) -> str:
    return f"{_of(told['late'], told['at_it'])} late with “{told['title']}”."


def _of(count: int, total: int) -> str:
    are = "is" if count == 1 else "are"
    return f"{_count(count, 'person', 'people')} {are}" if count == total else f"{count:,} of {total:,} people {are}"


def _days(days: float) -> str:
    if days < 1:
        return "less than a day"
    return _count(round(days), "day")


def _behind(told: _Figures) -> str:
    peers = _count(told["peers"], "day")
    return f"{_count(told['rungs'], 'milestone')} behind half of {told.alike()}, which had “{told['title']}” after {peers}."


def _sooner(told: _Figures) -> str:
    return f"“{told['title']}” {_days(told['days'])} sooner than half of {told.alike()}."


def _active(told: _Figures) -> str:
    if told["active"] >= told["people"]:
        return "Everybody was here this week." if told["people"] > 1 else "Here this week."
    return f"{told['active']:,} of {told['people']:,} people were here this week."


def _agreed(told: _Figures) -> str:
    return f"Done by {told.day('done_on')} is agreed; {told['met']} of {told['asked']} milestones are reached."


def _idle(told: _Figures) -> str:
    people = told["people"]
    return f"{'Nobody' if not people else 'None'} of its people is on a ladder." if people else "It has no people yet."


SAY: dict[str, Callable[[_Figures], str]] = {
    "blocked_by_us": _blocked("us"),
    "blocked_by_them": _blocked("them"),
    "waiting": _waiting,
    "word_over": _word_over,
    "unanswered": _unanswered,
    "wish": lambda told: "The customer would rather have another definition of done. Answer them.",
    "unagreed": _unagreed,
    "unagreed_by_us": _unagreed_by_us,
    "kickoff_late": _kickoff_late,
    "silent": _silent,
    "slow": _slow,
    "late": _late,
    "behind": _behind,
    "nearly": lambda told: f"One milestone is left: “{told['title']}”.",
    "value": lambda told: f"First value came on day {told['day']}.",
    "sooner": _sooner,
    "active": _active,
    "agreed": _agreed,
    "well": lambda told: "Nothing holds it up.",
    "finished": lambda told: f"Finished on day {told['day']}.",
    "idle": _idle,
}
