"""From what is known of an account to its pace and the reasons. Pure: what each rule weighs stands here and nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from milestones.models import Pace, Reason, Standing

QUIET, SILENT = timedelta(days=7), timedelta(days=14)  # nobody seen for so long: at risk, stalled
UNANSWERED = timedelta(days=2)  # a call for help
UNAGREED = timedelta(days=14)  # a kickoff that one side has not agreed on
TOO_SLOW = 2.0  # times as long as nine in ten need: stalled
RUNGS_BEHIND = 3
PACE_UNKNOWN = 14.0  # days: where too few have done a step to say what is usual
DAY = 86_400
ORDER = list(Pace.values)
KINDS = Standing.Kind


@dataclass(frozen=True)
class Rung:
    """One rung of the account's ladder, as its people stand with it. `asked`: whose track it is on, skipped ones left out.

    `slow` of those `at_it` have been there for longer than nine in ten need; `usual` is that time in days, None where it is
    not known. `due_at` is when the next of them is due, or the first was, where half of them are late. `peers` is by when
    half of the accounts like it had reached it, in days from their beginning.
    """

    key: str
    title: str
    phase: str = ""
    asked: int = 0
    reached: int = 0
    at_it: int = 0
    late: int = 0
    slow: int = 0
    usual: float | None = None
    due_at: datetime | None = None
    first_reached_at: datetime | None = None
    last_reached_at: datetime | None = None
    is_value: bool = False
    peers: float | None = None

    @property
    def state(self) -> str:
        """Reached: by half of those who are asked. Open: somebody has it open, or has it done."""
        if not self.asked:
            return "skipped"
        if 2 * self.reached >= self.asked:
            return "reached"
        return "open" if self.at_it or self.reached else "locked"

    @property
    def is_late(self) -> bool:
        """The account lacks it, and half of those at it are late."""
        return self.state == "open" and self.at_it > 0 and 2 * self.late >= self.at_it


@dataclass(frozen=True)
class Call:
    """A call for help that nobody has answered."""

    who: str
    person: int
    title: str
    at: datetime


@dataclass(frozen=True)
class Agreement:
    """The open kickoff. `met` of `asked` milestones are reached."""

    made_at: datetime
    done_on: date
    ours: bool
    theirs: bool
    wish: str
    met: int
    asked: int


@dataclass(frozen=True)
class Word:
    """What a member said of it."""

    kind: str
    note: str
    since: datetime
    until: date | None


@dataclass(frozen=True)
class Case:
    """All that is known of an account. `like` says with whom it is compared: how many accounts, and by which trait's value."""

    now: datetime
    today: date
    rungs: Sequence[Rung] = ()
    began_at: datetime | None = None
    people: int = 0
    active: int = 0
    last_seen_at: datetime | None = None
    under_way: int = 0  # people with something left to climb
    calls: Sequence[Call] = ()
    agreement: Agreement | None = None
    word: Word | None = None
    like: tuple[int, str] = (0, "")


@dataclass(frozen=True)
class Finding:
    """One reason: which, how much it weighs, and its figures (JSON values) for the words."""

    kind: str
    pace: str
    reason: str
    said: dict = field(default_factory=dict)
    held: int = 0

    @property
    def weight(self) -> int:
        return ORDER.index(self.pace)


@dataclass(frozen=True)
class Health:
    pace: str
    reason: str
    findings: tuple[Finding, ...]
    held: int

    @property
    def weight(self) -> int:
        return ORDER.index(self.pace)


def judge(case: Case) -> Health:
    """The pace is that of the weightiest finding; those of one weight stay in the order in which they are looked for."""
    said = [*_said(case), *_calls(case)]
    if not case.under_way:
        return _at_rest(case, sorted(said, key=lambda finding: finding.weight))
    found = [*said, *_agreed(case)]
    measured = [*_silent(case), *_slow(case), *_behind(case)]
    if _waits(case):  # as agreed: neither silence nor slowness is news before its day
        measured = [Finding(f.kind, Pace.ON_TRACK, Reason.WAITING, f.said) for f in measured]
    found = sorted([*found, *measured], key=lambda finding: finding.weight)
    worst = found[0] if found and found[0].pace != Pace.ON_TRACK else None
    if worst:
        return Health(worst.pace, worst.reason, (*found, *_good(case)), worst.held or case.under_way)
    reason = Reason.WAITING if _waits(case) else Reason.USUAL_PACE
    agreed = [finding for finding in found if finding.kind == "waiting"]
    notes = [finding for finding in found if finding.kind != "waiting"]
    told = (*agreed, *_good(case), *notes) or (Finding("well", Pace.ON_TRACK, reason),)
    return Health(Pace.ON_TRACK, reason, told, 0)


def _at_rest(case: Case, said: list[Finding]) -> Health:
    """Nobody has anything left to climb: finished, or on no ladder; what people said of it counts all the same."""
    rest = Finding("idle", Pace.IDLE, "", {"people": case.people})
    if any(rung.asked for rung in case.rungs):
        rest = Finding("finished", Pace.FINISHED, "", {"day": _day(case, _last_reached(case) or case.now)})
    if said and said[0].pace != Pace.ON_TRACK:
        return Health(said[0].pace, said[0].reason, (*said, rest), max(said[0].held, 1))
    return Health(rest.pace, "", (rest, *said, *_good(case)), 0)


def _waits(case: Case) -> bool:
    word = case.word
    return bool(word and word.kind == KINDS.WAITING and not _is_over(word, case.today))


def _is_over(word: Word, today: date) -> bool:
    return word.until is not None and word.until < today


def _said(case: Case) -> list[Finding]:
    """A member's word; one whose day is over asks to be looked at again."""
    if case.word is None:
        return []
    word = case.word
    said = {"note": word.note, "since": word.since.isoformat(), "until": word.until and word.until.isoformat()}
    if _is_over(word, case.today):
        return [Finding("word_over", Pace.AT_RISK, word.kind, said | {"kind": word.kind})]
    if word.kind == KINDS.WAITING:
        return [Finding("waiting", Pace.ON_TRACK, Reason.WAITING, said)]
    return [Finding(word.kind, Pace.STALLED, word.kind, said)]


def _calls(case: Case) -> list[Finding]:
    waiting = [call for call in case.calls if case.now - call.at >= UNANSWERED]
    if not waiting:
        return []
    first = min(waiting, key=lambda call: call.at)
    said = {"who": first.who, "person": first.person, "title": first.title, "at": first.at.isoformat()}
    said["calls"] = len(waiting)
    return [Finding("unanswered", Pace.AT_RISK, Reason.BLOCKED_BY_US, said, len(waiting))]


def _agreed(case: Case) -> list[Finding]:
    agreement = case.agreement
    if agreement is None:
        return []
    said = {"done_on": agreement.done_on.isoformat(), "made_at": agreement.made_at.isoformat()}
    said |= {"met": agreement.met, "asked": agreement.asked}
    if agreement.wish and not agreement.theirs:
        return [Finding("wish", Pace.AT_RISK, Reason.BLOCKED_BY_US, said)]
    is_old = case.now - agreement.made_at >= UNAGREED
    if is_old and agreement.ours and not agreement.theirs:
        return [Finding("unagreed", Pace.AT_RISK, Reason.BLOCKED_BY_THEM, said)]
    if is_old and not agreement.ours:
        return [Finding("unagreed_by_us", Pace.AT_RISK, Reason.BLOCKED_BY_US, said)]
    if agreement.done_on < case.today and agreement.met < agreement.asked:
        return [Finding("kickoff_late", Pace.AT_RISK, Reason.USUAL_PACE, said)]
    return []


def _silent(case: Case) -> list[Finding]:
    """Nobody of its people was seen: since their last visit, or since they began where nobody ever came."""
    since = case.last_seen_at or case.began_at
    if since is None or case.now - since < QUIET:
        return []
    pace = Pace.STALLED if case.now - since >= SILENT else Pace.AT_RISK
    said = {"days": (case.now - since).days, "ever": case.last_seen_at is not None}
    return [Finding("silent", pace, Reason.INACTIVE, said, case.under_way)]


def _slow(case: Case) -> list[Finding]:
    """The rung that the account lacks and at which most people are held, where that is half of those at it.

    It is at risk when they are half of all its people, or nobody has reached anything for as long as nine in ten need;
    stalled after twice as long. Else it is only told: somebody is always late with something.
    """
    held = [rung for rung in case.rungs if rung.state == "open" and 2 * _held(rung) >= max(rung.at_it, 1)]
    if not held:
        return []
    rung = max(held, key=lambda rung: (_held(rung), -case.rungs.index(rung)))
    still = (case.now - max(filter(None, (_last_reached(case), case.began_at)), default=case.now)).total_seconds() / DAY
    usual = max(rung.usual or PACE_UNKNOWN, QUIET.days)
    pace = Pace.AT_RISK if still >= usual or 2 * _held(rung) >= max(case.people, 1) else Pace.ON_TRACK
    pace = Pace.STALLED if still >= TOO_SLOW * usual else pace
    said = {"title": rung.title, "key": rung.key, "at_it": rung.at_it, "asked": rung.asked, "reached": rung.reached}
    said |= {"slow": rung.slow, "late": rung.late, "usual": rung.usual and round(rung.usual, 1), "still": int(still)}
    kind = "slow" if rung.slow >= rung.late else "late"
    return [Finding(kind, pace, Reason.USUAL_PACE, said, _held(rung))]


def _held(rung: Rung) -> int:
    return max(rung.slow, rung.late)


def _behind(case: Case) -> list[Finding]:
    behind, _ = _beside(case)
    if len(behind) < RUNGS_BEHIND:
        return []
    accounts, value = case.like
    said = {"rungs": len(behind), "accounts": accounts, "value": value, "title": behind[-1].title}
    return [Finding("behind", Pace.AT_RISK, Reason.USUAL_PACE, said | {"peers": round(behind[-1].peers or 0)})]


def _beside(case: Case) -> tuple[list[Rung], list[Rung]]:
    """The rungs that half of the accounts like it had by this day and it has not, and those that it had sooner."""
    if case.began_at is None:
        return [], []
    day = (case.now - case.began_at).total_seconds() / DAY
    compared = [rung for rung in case.rungs if rung.peers is not None and rung.asked]
    behind = [rung for rung in compared if rung.first_reached_at is None and rung.peers <= day]
    sooner = [
        rung
        for rung in compared
        if rung.first_reached_at and (rung.first_reached_at - case.began_at).total_seconds() / DAY < rung.peers
    ]
    return behind, sooner


def _good(case: Case) -> list[Finding]:
    """What goes well, for the other side of the page."""
    found = []
    left = [rung for rung in case.rungs if rung.state in ("open", "locked")]
    if case.under_way and len(left) == 1:
        found.append(Finding("nearly", Pace.ON_TRACK, Reason.USUAL_PACE, {"title": left[0].title}))
    value = min((r.first_reached_at for r in case.rungs if r.is_value and r.first_reached_at), default=None)
    if value and case.began_at:
        found.append(Finding("value", Pace.ON_TRACK, Reason.USUAL_PACE, {"day": _day(case, value)}))
    behind, sooner = _beside(case)
    if sooner and not behind:
        accounts, named = case.like
        last = max(sooner, key=lambda rung: rung.first_reached_at)
        by = round(last.peers - (last.first_reached_at - case.began_at).total_seconds() / DAY, 1)
        said = {"title": last.title, "days": by, "accounts": accounts, "value": named}
        if by >= 1:
            found.append(Finding("sooner", Pace.ON_TRACK, Reason.USUAL_PACE, said))
    if case.active:
        said = {"active": case.active, "people": case.people}
        found.append(Finding("active", Pace.ON_TRACK, Reason.USUAL_PACE, said))
    agreement = case.agreement
    if agreement and agreement.ours and agreement.theirs and agreement.done_on >= case.today:
        said = {"done_on": agreement.done_on.isoformat(), "met": agreement.met, "asked": agreement.asked}
        found.append(Finding("agreed", Pace.ON_TRACK, Reason.USUAL_PACE, said))
    return found


def _last_reached(case: Case) -> datetime | None:
    return max((rung.last_reached_at for rung in case.rungs if rung.last_reached_at), default=None)


def _day(case: Case, at: datetime) -> int:
    """The day it was of the account's own, in the zone of `now`; the first is 1."""
    began = case.began_at or at
    return max((at.astimezone(case.now.tzinfo).date() - began.astimezone(case.now.tzinfo).date()).days, 0) + 1
