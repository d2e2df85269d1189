"""Messages in the product: which one somebody is shown now, and what they do with it."""

from datetime import timedelta

from django.conf import settings

from milestones import acts
from milestones.models import Enrollment
from onboarding import clock
from onboarding.tracking.models import Person
from playbooks.models import Channel, Delivery
from playbooks.nudging.deciding import after_quiet, after_weekend
from playbooks.nudging.facts import case_of, know
from playbooks.sending import attention, is_stopped

State = Delivery.State
SHOWN_FOR = timedelta(days=14)
DEEDS = {"seen": "seen_at", "clicked": "clicked_at", "dismissed": "dismissed_at"}


def messages_for(person: Person, *, account: str | None = None) -> list[dict]:
    """What the person may be shown now, the latest alone of each shape; nothing in their quiet hours.

    A message whose reason is gone, as when its step is reached, is taken back for good.
    """
    now, rules = clock.now(), attention()
    if is_stopped(rules, Channel.IN_APP):
        return []
    live = list(_live(person, now))
    if not live:
        return []
    known = know(live)
    shown: dict[str, dict] = {}
    for each in live:
        enrollment = known.enrollments.get(each.enrollment_id)
        case = case_of(each, known, now=now)
        if case.kept or (case.paused_until and case.paused_until > now):
            continue
        if case.over or case.barred:
            Delivery.objects.filter(pk=each.pk, dismissed_at=None).update(
                dismissed_at=now, reason=case.over or case.barred
            )
            continue
        at_account = enrollment.seat.account
        if account is not None and (at_account is None or at_account.external_id != account):
            continue
        quiet = after_quiet(now, rules.quiet_from, rules.quiet_until, case.zone) > now
        if quiet or (rules.weekends_quiet and after_weekend(now, case.zone) > now):
            continue
        shown.setdefault(each.said["shape"], _as_message(each))
    return list(shown.values())


def _live(person: Person, now):
    mine = Delivery.objects.filter(person_id=person.pk, channel=Channel.IN_APP, state=State.SENT)
    return mine.filter(dismissed_at=None, clicked_at=None, sent_at__gt=now - SHOWN_FOR).order_by("-sent_at")[:10]


def _as_message(each: Delivery) -> dict:
    said = each.said
    return {
        "id": said["id"],
        "shape": said["shape"],
        "title": said["subject"],
        "text": said["text"],
        "button": said["button"],
        "link": said["link"],
        "step": each.rung or None,
        "language": said["language"],
        "is_rtl": said["language"] in settings.LANGUAGES_BIDI,
    }


def do(person: Person, message: str, deed: str) -> bool:
    """Note what the person did with a message, as a fact, too; False where they have no such message. Safe to repeat."""
    mine = Delivery.objects.filter(person_id=person.pk, channel=Channel.IN_APP, state=State.SENT, said__id=message)
    each = mine.first()
    if each is None:
        return False
    column = DEEDS[deed]
    if not Delivery.objects.filter(pk=each.pk, **{column: None}).update(**{column: clock.now()}):
        return True
    found = Enrollment.objects.select_related("seat__person", "seat__account", "ladder")
    enrollment = found.filter(pk=each.enrollment_id).first()
    if enrollment is None:
        return True  # it went with a merge: noted, and nothing to tell of
    about = {"rung": each.rung, "nudge": each.nudge_id, "message": message}
    acts.write(
        verb=f"message_{deed}",
        seat=enrollment.seat,
        ladder=enrollment.ladder.key,
        message_id=f"cairn-message-{message}-{deed}",
        **about,
    )
    return True
