"""What a person does on their checklist: written as a fact, then drained at once if the workspace is free.

Each verb answers True when the effect already shows, False when it is saved and will show in a moment. What is not possible
raises ActionRefusedError with the reason.
"""

from collections.abc import Mapping
from datetime import timedelta

from django.db.models import Q
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from milestones import acts
from milestones.acts import OF_THE_TEAM, PREFIX, VOICES
from milestones.criteria import ConfirmedSignal, parse
from milestones.draining import drain_here
from milestones.languages import tomorrow
from milestones.models import Enrollment, Progress, Rating
from onboarding import clock
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Event, EventName

ACTIONS = ("confirm", "tick", "later", "not-for-me", "help", "feedback")
MOST_WORDS, MOST_AN_HOUR = 2_000, 120


class ActionRefusedError(Exception):
    """What was asked is not possible; the text says why."""


def confirm(enrollment: Enrollment, key: str, *, by: str = "person", actor: str = "", note: str = "") -> bool:
    """Confirm a rung.

    A person's or the API's word only meets a signal that asks for it; a manager's reaches any rung.
    """
    row = _row(enrollment, key)
    if row.reached_at is not None:
        return True
    signals = parse(row.rung.content["criteria"]).signals
    if by != "manager" and not any(isinstance(s, ConfirmedSignal) and s.by == by for s in signals):
        raise ActionRefusedError(_("This step is ticked by what you do in the product, not by hand."))
    if by == "person":
        _not_too_often(enrollment)
    actor = actor or str(enrollment.seat.person)
    acts.write(
        verb="confirmed", seat=enrollment.seat, ladder=enrollment.ladder.key, rung=key, by=by, actor=actor, note=note
    )
    return drain_here()


def act(enrollment: Enrollment, key: str, action: str, said: Mapping) -> bool:
    """One of ACTIONS on a rung, with what was sent along: `action` and `done`, `text`, `rating`."""
    match action:
        case "confirm":
            return confirm(enrollment, key)
        case "tick":
            return tick(enrollment, key, action=number_of(said.get("action")), done=_yes(said.get("done", True)))
        case "later":
            return put_off(enrollment, key)
        case "not-for-me":
            return leave_out(enrollment, key, reason=words_of(said.get("text")))
        case "help":
            return ask_for_help(enrollment, key, text=words_of(said.get("text")))
        case "feedback":
            return rate(enrollment, key, rating=number_of(said.get("rating")), text=words_of(said.get("text")))
    raise ActionRefusedError(_("That cannot be done on a step."))


def tick(enrollment: Enrollment, key: str, *, action: int | None, done: bool) -> bool:
    """Tick one of a step's actions off, or take the tick back."""
    row = _row(enrollment, key)
    if action is None or not 0 <= action < len(row.rung.content.get("actions", [])):
        raise ActionRefusedError(_("There is no such action in this step."))
    return _voice(enrollment, "ticked", rung=key, action=action, done=done)


def put_off(enrollment: Enrollment, key: str) -> bool:
    """Not now: until the person's next midnight another step comes first."""
    row = _allowed(enrollment, key, "later", _("This step cannot be put off."))
    return _voice(enrollment, "postponed", rung=row.key, until=tomorrow(clock.now()))


def leave_out(enrollment: Enrollment, key: str, *, reason: str = "") -> bool:
    """This step is not for me: it no longer counts. The customer-success team sees it, and can open it again."""
    row = _allowed(enrollment, key, "not_for_me", _("This step cannot be left out."))
    if row.skipped_at is not None:
        return True
    _not_too_often(enrollment)
    seat, actor = enrollment.seat, str(enrollment.seat.person)
    acts.write(verb="skipped", seat=seat, ladder=enrollment.ladder.key, rung=key, by="person", actor=actor, note=reason)
    return drain_here()


def ask_for_help(enrollment: Enrollment, key: str, *, text: str) -> bool:
    """A call for help at a step, in the person's words; shown to the customer-success team."""
    if not text:
        raise ActionRefusedError(_("Say in a few words what you need."))
    return _voice(enrollment, "asked", rung=_row(enrollment, key).key, note=text)


def answer(enrollment: Enrollment, key: str, *, actor: str, note: str) -> bool:
    """The team has answered a call for help."""
    return _voice(enrollment, "answered", rung=key, note=note, actor=actor)


def congratulate(enrollment: Enrollment, key: str, *, actor: str) -> bool:
    """The team has said a word about a moment worth one."""
    return _voice(enrollment, "congratulated", rung=_row(enrollment, key).key, actor=actor)


def rate(enrollment: Enrollment, key: str, *, rating: int | None, text: str = "") -> bool:
    """How a step was, 1 to 5, and a sentence; tied to the version it was said of."""
    row = _row(enrollment, key)
    if rating is None or not 1 <= rating <= 5:
        raise ActionRefusedError(_("Choose one of one to five."))
    version = enrollment.version.number
    shows = _voice(enrollment, "rated", rung=row.key, rating=rating, note=text, version=version)
    Rating.objects.update_or_create(
        workspace_id=current_workspace_id(),
        ladder_id=enrollment.ladder_id,
        rung=row.key,
        person_id=enrollment.seat.person_id,
        defaults={"stars": rating, "version": version, "at": clock.now()},
    )
    return shows


def recommend(enrollment: Enrollment, *, rating: int | None, text: str = "") -> bool:
    """Would you recommend it to a colleague, 0 to 10; asked at the end of a ladder."""
    if rating is None or not 0 <= rating <= 10:
        raise ActionRefusedError(_("Choose a number from 0 to 10."))
    return _voice(enrollment, "recommended", rating=rating, note=text, version=enrollment.version.number)


def _row(enrollment: Enrollment, key: str) -> Progress:
    row = Progress.objects.select_related("rung").filter(enrollment=enrollment, key=key).first()
    if row is None:
        raise ActionRefusedError(_("There is no such step on this checklist."))
    return row


def _allowed(enrollment: Enrollment, key: str, what: str, refusal: str) -> Progress:
    row = _row(enrollment, key)
    if what not in row.rung.person_may:
        raise ActionRefusedError(refusal)
    if row.reached_at is not None:
        raise ActionRefusedError(_("This step is done already."))
    return row


def _not_too_often(enrollment: Enrollment) -> None:
    """What a person says and does by hand has a limit; what the team says and does for them has none."""
    verbs = [PREFIX + each for each in (*VOICES, "confirmed", "skipped") if each not in OF_THE_TEAM]
    names = EventName.objects.filter(name__in=verbs).values_list("pk", flat=True)
    lately = Event.objects.filter(
        person_id=enrollment.seat.person_id, name_id__in=list(names), occurred_at__gt=clock.now() - timedelta(hours=1)
    )
    own = lately.filter(Q(properties__by__isnull=True) | Q(properties__by="person"))
    if own.count() >= MOST_AN_HOUR:
        raise ActionRefusedError(_("That was a lot within an hour. Please go on a little later."))


def _voice(enrollment: Enrollment, verb: str, *, actor: str = "", **said) -> bool:
    """`actor` is somebody of the team, else the person speaks for themselves."""
    if not actor:
        _not_too_often(enrollment)
    actor = actor or str(enrollment.seat.person)
    acts.write(verb=verb, seat=enrollment.seat, ladder=enrollment.ladder.key, actor=actor, **said)
    return drain_here()


def words_of(value) -> str:
    """What was typed, bounded; longer than MOST_WORDS is refused."""
    text = str(value or "").replace("\0", "").strip()
    if len(text) > MOST_WORDS:
        raise ActionRefusedError(
            _("That is longer than %(most)s characters.") % {"most": number_format(MOST_WORDS, force_grouping=True)}
        )
    return text


def number_of(value) -> int | None:
    """A whole number, None for anything else."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _yes(value) -> bool:
    return value not in (False, None, "", "0", "false", 0)
