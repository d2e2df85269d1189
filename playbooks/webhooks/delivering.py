"""Delivering what is queued: tried again as Standard Webhooks says, given up after three days, and an endpoint that only fails is switched off."""

import logging
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from onboarding import clock
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Access, Member, Workspace
from onboarding.tenancy.scope import workspace_scope
from playbooks.models import Endpoint, WebhookAttempt, WebhookMessage
from playbooks.webhooks import posting
from playbooks.webhooks.posting import Answer, ForbiddenAddressError
from playbooks.webhooks.signing import headers_for

log = logging.getLogger(__name__)
State = WebhookMessage.State
# After each try the next one, as https://www.standardwebhooks.com recommends; then it is given up.
SCHEDULE = [
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
]
A_TURN, A_SHARE = 50, 10  # messages to one endpoint in a turn, and seconds for them
LEASE = timedelta(minutes=2)  # a worker that dies with a message gives it back after this
REST = timedelta(seconds=5)  # for an endpoint that has just failed
PATIENCE = timedelta(days=3)  # of an endpoint at which nothing arrives


def deliver_due(workspace_id: int, *, until: float | None = None) -> int:
    """Try what is due in a workspace, each message in transactions of its own; how many arrived.

    Each endpoint has its share of the turn, and one that fails rests for a while: so none is held up by another.
    """
    with workspace_scope(workspace_id):
        now = clock.now()
        rested = Q(rest_until=None) | Q(rest_until__lte=now)
        endpoints = list(Endpoint.objects.filter(rested, is_on=True).values_list("pk", flat=True))
        due = WebhookMessage.objects.filter(next_at__lte=now, state=State.WAITING).order_by("next_at", "pk")
        wanted = {pk: list(due.filter(endpoint=pk).values_list("pk", flat=True)[:A_TURN]) for pk in endpoints}
    arrived = 0
    for rows in wanted.values():
        share = time.monotonic() + A_SHARE
        for pk in rows:
            answer = _try(workspace_id, pk)
            arrived += bool(answer and answer.is_good)
            if (answer and not answer.is_good) or time.monotonic() > min(share, until or share):
                break
    return arrived


def _try(workspace_id: int, pk: int) -> Answer | None:
    with workspace_scope(workspace_id):
        now = clock.now()
        mine = WebhookMessage.objects.filter(pk=pk, state=State.WAITING, next_at__lte=now)
        if not mine.update(next_at=now + LEASE):
            return None  # another worker is at it
        message = WebhookMessage.objects.select_related("endpoint").get(pk=pk)
        headers = headers_for(message.endpoint, message.public_id, message.body, now=now)
    try:
        answer = _sent(message.endpoint.url, message.body, headers)
    except Exception as error:  # whatever it is, it is a try that failed, and no reason to leave the others waiting
        log.exception("a webhook of workspace %s could not be tried", workspace_id)
        answer = Answer(None, f"It could not be sent ({type(error).__name__}).", 0)
    with workspace_scope(workspace_id):
        settle(message, answer, now=clock.now())
    return answer


def _sent(url: str, body: str, headers: dict[str, str]) -> Answer:
    try:
        place = posting.place_of(url)
    except ForbiddenAddressError as error:
        return Answer(None, str(error), 0)
    return posting.post(place, body.encode(), headers)


def settle(message: WebhookMessage, answer: Answer, *, now: datetime) -> None:
    """Note a try, and when the next one is."""
    WebhookAttempt.objects.create(
        workspace_id=message.workspace_id,
        message=message,
        at=now,
        took=answer.took,
        status=answer.status,
        trouble=answer.trouble[:200],
    )
    message.tries += 1
    if answer.is_good:
        message.state, message.done_at, message.next_at = State.DELIVERED, now, None
        Endpoint.objects.filter(pk=message.endpoint_id, failing_since__isnull=False).update(failing_since=None)
    elif message.tries <= len(SCHEDULE):
        message.next_at = now + SCHEDULE[message.tries - 1]
    else:
        message.state, message.done_at, message.next_at = State.FAILED, now, None
    message.save(update_fields=["tries", "state", "done_at", "next_at"])
    if not answer.is_good:
        _note_failure(message.endpoint, answer, now)


def _note_failure(endpoint: Endpoint, answer: Answer, now: datetime) -> None:
    Endpoint.objects.filter(pk=endpoint.pk, failing_since=None).update(failing_since=now)
    Endpoint.objects.filter(pk=endpoint.pk).update(rest_until=now + REST)
    endpoint.refresh_from_db(fields=["failing_since"])
    if answer.status == 410:
        switch_off(endpoint, "It answered that it is gone (410).")
    elif endpoint.failing_since and now - endpoint.failing_since >= PATIENCE:
        switch_off(endpoint, "Nothing has arrived there for three days.")


def switch_off(endpoint: Endpoint, why: str) -> None:
    """Switch an endpoint off that does not take what it is told, and say so to owners and admins. What waits, waits."""
    if not Endpoint.objects.filter(pk=endpoint.pk, is_on=True).update(is_on=False, why_off=why):
        return
    record(member=None, verb="switched off a webhook", subject=endpoint.name, detail={"why": why})
    workspace = Workspace.objects.get(pk=endpoint.workspace_id)
    chosen = Member.objects.filter(access__in=(Access.OWNER, Access.ADMIN)).values_list("user__email", flat=True)
    page = settings.CAIRN_BASE_URL + reverse("webhook-detail", args=[workspace.slug, endpoint.pk])
    text = f"The webhook “{endpoint.name}” of {workspace.name} is switched off. {why}\n\nWhat it was to be told is kept. Look at it, and switch it on again: {page}\n"
    subject = " ".join(f"A webhook of {workspace.name} is switched off".split())
    emails = list(chosen)
    transaction.on_commit(lambda: _give_notice(subject, text, emails))


def _give_notice(subject: str, text: str, emails: list[str]) -> None:
    """One mail each; that one cannot be sent keeps nothing from the others, and the endpoint stays switched off."""
    for email in emails:
        try:
            send_mail(subject, text, None, [email])
        except Exception as error:
            log.warning("the notice of a webhook could not be sent: %s", type(error).__name__)


def replay(message: WebhookMessage, *, now: datetime) -> None:
    """Tell it once more, under the same name: a receiver that has it already knows it by that."""
    WebhookMessage.objects.filter(pk=message.pk).update(state=State.WAITING, next_at=now, done_at=None, tries=0)
