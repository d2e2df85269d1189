"""Handing over what was claimed. In the product exactly once; a mail at most once after it was handed to a mail server.

Everything is asked again, at the very moment, of each delivery alone: hours may have gone by since it was claimed.
"""

import logging
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.urls import reverse
from django.utils.translation import override

from milestones.checklist.links import make_link
from milestones.languages import reading
from milestones.models import Enrollment
from onboarding import clock
from onboarding.tenancy.availability import is_away
from onboarding.tenancy.mailing import Fate, hand_in
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import current_workspace_id, workspace_scope
from onboarding.tenancy.secrets import hash_secret, new_secret
from playbooks.models import OUTSIDE, Channel, Delivery, Suppression, Task
from playbooks.nudging.attention import limits_for
from playbooks.nudging.deciding import Outcome, Verdict, decide
from playbooks.nudging.facts import Known, Ledger, case_of, know
from playbooks.nudging.settling import apply, follow_seat, next_round, suppression
from playbooks.sending import attention
from playbooks.sessions.booking import SessionRefusedError, offer
from playbooks.webhooks.telling import account_said, person_said, tell
from playbooks.wording.composing import Message, compose, text_for
from playbooks.wording.letters import letter
from playbooks.wording.rendering import UnsayableError
from playbooks.wording.variables import values_for

log = logging.getLogger(__name__)
State = Delivery.State
AGAIN, TRIES = timedelta(minutes=10), 5
LOST = timedelta(minutes=10)  # after which what is being handed over is not known to have gone


@dataclass(frozen=True)
class Ready:
    """A mail that may be handed over now."""

    pk: int
    mail: EmailMultiAlternatives


def hand_over_claimed(workspace_id: int, *, until: float | None = None) -> int:
    """Hand over what is claimed in a workspace, each in transactions of its own; returns how many were looked at.

    `until`, of time.monotonic(): what is left then is for the next turn, so that a mail server that hangs holds nobody up.
    """
    with workspace_scope(workspace_id):
        claimed = Delivery.objects.filter(state=State.CLAIMED).order_by("claimed_at", "pk")
        waiting = list(claimed.values_list("pk", flat=True))
    for pk in waiting:
        if until is not None and time.monotonic() > until:
            break
        try:
            ready = _settle(workspace_id, pk)
        except Exception as error:
            if is_away(error):
                raise
            log.exception("message %s of workspace %s could not be made", pk, workspace_id)
            _put_off(workspace_id, pk)  # or it would stand in the way of all behind it
            continue
        if ready:
            _send(workspace_id, ready)
    return len(waiting)


def _put_off(workspace_id: int, pk: int) -> None:
    with workspace_scope(workspace_id):
        each = Delivery.objects.select_for_update(skip_locked=True).filter(pk=pk, state=State.CLAIMED).first()
        if each:
            now = clock.now()
            verdict = _again_or_not(each, "failed", now)
            apply(each, verdict, now=now)
            each.save()
            suppression(each, verdict, now).save(force_insert=True)


def _again_or_not(each: Delivery, reason: str, now: datetime) -> Verdict:
    """Of trouble that may pass: ten minutes later once more, a few times."""
    before = Suppression.objects.filter(delivery=each, reason=reason).count()
    return Verdict(Outcome.DROP, reason) if before + 1 >= TRIES else Verdict(Outcome.HOLD, reason, now + AGAIN)


def _settle(workspace_id: int, pk: int) -> Ready | None:
    with workspace_scope(workspace_id):
        # Whoever holds the row is at it; the other worker goes on with the next.
        rows = Delivery.objects.select_for_update(skip_locked=True)
        each = rows.filter(pk=pk, state=State.CLAIMED).first()
        return _hand_over(each) if each else None


def _hand_over(each: Delivery) -> Ready | None:
    now = clock.now()
    known = know([each])
    follow_seat(each, known)
    verdict = _asked_again(each, known, now)
    mail = None
    if verdict.outcome == Outcome.SEND:
        each.claimed_at = now  # the moment at which its attention is really spent
        try:
            mail = _deliver(each, known, now)
        except UnsayableError as error:
            log.info("a message was not sent, its text is %s: %s", error.kind, error.said)
            passing = error.kind == "endless"  # it may only have had no processor for a while
            verdict = _again_or_not(each, error.kind, now) if passing else Verdict(Outcome.DROP, error.kind)
    if verdict.outcome != Outcome.SEND:
        apply(each, verdict, now=now)
        if verdict.outcome in (Outcome.HOLD, Outcome.DROP):
            suppression(each, verdict, now).save(force_insert=True)
    each.save()
    again = next_round(each, known, now)
    if again:
        Delivery.objects.bulk_create([again], ignore_conflicts=True)
    return Ready(each.pk, mail) if mail else None


def _asked_again(each: Delivery, known: Known, now: datetime) -> Verdict:
    rules = attention()
    ledger = Ledger({each.person_id}, {each.account_id} - {None}, now=now, most=rules.workspace_hour, but=each.pk)
    limits = limits_for(rules, each.channel)
    return decide(case_of(each, known, now=now), ledger.spent_on(each.person_id, each.account_id), limits, now=now)


def _deliver(each: Delivery, known: Known, now: datetime) -> EmailMultiAlternatives | None:
    nudge, enrollment = known.nudges[each.nudge_id], known.enrollments[each.enrollment_id]
    person = enrollment.seat.person
    if each.channel == Channel.EMAIL:
        _check_address(person.email)
    with reading(known.workspace, person) as language:
        text = text_for(nudge.template, language, known.workspace)
        is_mail, leads_there = each.channel == Channel.EMAIL, each.channel in OUTSIDE
        page = settings.CAIRN_BASE_URL + reverse("checklist", args=[make_link(enrollment)]) if leads_there else ""
        with override(text.language):  # dates and what stands around it in the language of the text, not a mixture
            values = values_for(enrollment, each.rung, workspace=known.workspace, checklist=page, now=now)
            message = compose(text, values)
        each.said = said_of(message, nudge.template.shape)
        each.reason = ""
        if is_mail:
            with override(text.language):
                return _as_mail(each, message, known.workspace, person.email)
    if each.channel == Channel.WEBHOOK:
        _as_webhook(each, enrollment, values.get("milestone", {}).get("title", each.rung), now)
    if each.channel == Channel.SESSION:
        _as_session(each, message, enrollment)
    if each.channel == Channel.TASK:
        _as_task(each, message, enrollment, now)
    each.state, each.sent_at, each.settled_at = State.SENT, now, now
    return None


def said_of(message: Message, shape: str) -> dict:
    """What is kept of a message: its words; `id` is its name outside."""
    return {
        "id": secrets.token_hex(8),
        "subject": message.subject,
        "text": message.text,
        "button": message.button,
        "link": message.link,
        "language": message.language,
        "shape": shape,
    }


def _check_address(email: str) -> None:
    """A single address, and nothing that a mail program would read as two."""
    try:
        validate_email(email)
    except ValidationError:
        raise UnsayableError("no_address") from None


def _as_mail(each: Delivery, message: Message, workspace: Workspace, to: str) -> EmailMultiAlternatives:
    token = new_secret("cairn_mail")
    each.token_hash, each.email = hash_secret(token), to
    each.state = State.SENDING
    return letter(message, to=to, workspace=workspace, rules=attention(), token=token)


def _as_webhook(each: Delivery, enrollment: Enrollment, title: str, now: datetime) -> None:
    """Queue it for the endpoints that ask for such messages: from there on it is told at least once."""
    seat = enrollment.seat
    data = {
        "person": person_said(seat.person),
        "account": account_said(seat.account),
        "ladder": enrollment.ladder.key,
        "step": {"key": each.rung, "title": title} if each.rung else None,
        **{name: each.said[name] for name in ("id", "subject", "text", "button", "link", "language")},
    }
    if not tell("message.wanted", f"delivery-{each.pk}", data, now=now):
        raise UnsayableError("no_endpoint")


def _as_session(each: Delivery, message: Message, enrollment: Enrollment) -> None:
    """Offer one about the step; its mail and its card in the product are told by what holds sessions."""
    try:
        offer(enrollment, each.rung, said={"subject": message.subject, "text": message.text})
    except SessionRefusedError:
        raise UnsayableError("no_coach") from None


def _as_task(each: Delivery, message: Message, enrollment: Enrollment, now: datetime) -> None:
    account = enrollment.seat.account
    Task.objects.create(
        workspace_id=current_workspace_id(),
        account=account,
        person_id=each.person_id,
        owner=account.manager if account else None,
        title=message.subject,
        text=message.text,
        due_on=now.astimezone(Workspace.objects.get(pk=current_workspace_id()).zone).date(),
        made_at=now,
        delivery=each,
    )


def _send(workspace_id: int, ready: Ready) -> None:
    """Hand one mail to the server: it is marked as being handed over, and that is stored."""
    handed = hand_in(ready.mail)
    noted, now = FATES[handed.fate] | {"provider_id": handed.provider_id}, clock.now()
    with workspace_scope(workspace_id):
        settled = {} if noted["state"] == State.WAITING else {"settled_at": now}
        sent = {"sent_at": now} if noted["state"] == State.SENT else {}
        again = {"due_at": now + AGAIN, "claimed_at": None, "token_hash": None} if not settled else {}
        Delivery.objects.filter(pk=ready.pk, state=State.SENDING).update(**noted, **settled, **sent, **again)
        if noted.get("reason"):
            until = now + AGAIN if again else None
            row = {"reason": noted["reason"], "at": now, "until": until, "delivery_id": ready.pk}
            Suppression.objects.create(workspace_id=workspace_id, **row)


FATES = {
    Fate.TAKEN: {"state": State.SENT},
    Fate.NOT_TAKEN: {"state": State.WAITING, "reason": "no_server"},
    Fate.REFUSED: {"state": State.DROPPED, "reason": "refused"},
    Fate.UNKNOWN: {"state": State.UNKNOWN, "reason": "unknown"},
}


def give_up_lost(now: datetime) -> int:
    """Mails whose handing over never came to its end, as when a worker died in it: they may have gone, and do not go again."""
    lost = Delivery.objects.filter(state=State.SENDING, claimed_at__lte=now - LOST)
    return lost.update(state=State.UNKNOWN, reason="unknown", settled_at=now)
