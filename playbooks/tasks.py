"""Work for the worker: nudges and webhooks."""

import logging
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from celery import shared_task
from django.core.cache import cache

from onboarding import clock
from onboarding.tenancy.availability import is_away
from onboarding.tenancy.jobs import claim, hand_over
from onboarding.tenancy.locks import take_turn
from onboarding.tenancy.mailing import Fate, hand_in
from onboarding.tenancy.models import Member, Workspace
from onboarding.tenancy.scope import workspace_scope
from playbooks.lookups import workspaces_to_nudge, workspaces_with_sessions_to_tell, workspaces_with_webhooks_due
from playbooks.nudging.attention import kept_attention, let_go_what_may
from playbooks.nudging.handing import give_up_lost, hand_over_claimed
from playbooks.nudging.noticing import low_ratings, read_on
from playbooks.nudging.settling import settle_due
from playbooks.plays import remind_due
from playbooks.portfolio import digest
from playbooks.reviewing.noticing import look_over
from playbooks.sessions.booking import refresh_offer
from playbooks.sessions.letters import claim_next, give_back, letters, name_mail, put_off_next, settle
from playbooks.webhooks import telling
from playbooks.webhooks.delivering import deliver_due

NUDGES, WEBHOOKS = 7212, 7213  # the locks of a workspace's nudges, and of what its webhooks read
BUDGET, LEASE = 15, 25  # seconds of a worker for one workspace at a time; of one that died, until another may
LONG = 300
log = logging.getLogger(__name__)


@shared_task(name="playbooks.nudge_waiting")
def nudge_waiting() -> None:
    """Beat's look: have each workspace looked after in which something is new or due."""
    if not claim("playbooks.nudge_waiting", every=timedelta(seconds=2)):
        return
    for workspace_id in workspaces_to_nudge(clock.now()):
        hand_over("playbooks.nudge", workspace_id)


@shared_task(name="playbooks.nudge", time_limit=LONG)
def nudge_workspace(workspace_id: int) -> None:
    """Read on, decide what is due, and hand over what was claimed, until nothing is left or the turn is long."""
    if not isinstance(workspace_id, int) or not Workspace.objects.filter(pk=workspace_id).exists():
        return
    with lease("nudge", workspace_id) as is_ours:
        until = time.monotonic() + BUDGET
        while is_ours and time.monotonic() < until:
            if not look(workspace_id, until=until):
                return


@contextmanager
def lease(kind: str, workspace_id: int) -> Iterator[bool]:
    """Whether nobody else is at this work for this workspace: else one slow mail server would take worker after worker.

    It only saves workers: what may happen once is guarded by the database. Without the broker everybody may.
    """
    name, mine = f"{kind}:{workspace_id}", secrets.token_hex(8)
    try:
        is_ours = cache.add(name, mine, timeout=LEASE)
    except Exception:
        is_ours = True
    try:
        yield is_ours
    finally:
        with suppress(Exception):
            if is_ours and cache.get(name) == mine:
                cache.delete(name)


def look(workspace_id: int, *, until: float | None = None) -> bool:
    """One turn; whether there was anything to do. A second worker beside it does nothing."""
    try:
        with workspace_scope(workspace_id):
            if not take_turn(NUDGES):
                return False
            rules, now = kept_attention(), clock.now()
            let_go_what_may(rules)
            was_new = read_on(rules, now=now)
            was_due = settle_due(rules, now=now)
            give_up_lost(now)
        handed = hand_over_claimed(workspace_id, until=until)
    except Exception as error:
        if is_away(error):
            raise
        log.exception("the nudges of workspace %s could not be looked after", workspace_id)
        return False
    return bool(was_new or was_due or handed)


@shared_task(name="playbooks.tell_waiting")
def tell_waiting() -> None:
    """Beat's look: have the webhooks of each workspace told that are to be told something."""
    if not claim("playbooks.tell_waiting", every=timedelta(seconds=2)):
        return
    for workspace_id in workspaces_with_webhooks_due(clock.now()):
        hand_over("playbooks.tell", workspace_id)


@shared_task(name="playbooks.tell", time_limit=LONG)
def tell_workspace(workspace_id: int) -> None:
    """Queue what webhooks are to be told, and tell it, until nothing is due or the turn is long."""
    if not isinstance(workspace_id, int) or not Workspace.objects.filter(pk=workspace_id).exists():
        return
    with lease("tell", workspace_id) as is_ours:
        until = time.monotonic() + BUDGET
        while is_ours and time.monotonic() < until:
            with workspace_scope(workspace_id):
                was_new = take_turn(WEBHOOKS) and telling.read_on(now=clock.now())
            if not deliver_due(workspace_id, until=until) and not was_new:
                return


@shared_task(name="playbooks.remind")
def remind() -> None:
    """Pages of the playbook whose review is due, once an hour: each owner is told once for each date."""
    if not claim("playbooks.remind", every=timedelta(hours=1)):
        return
    _everywhere(remind_due)
    _everywhere(lambda now: refresh_offer())  # somebody's access may have changed


@shared_task(name="playbooks.tell_sessions")
def tell_sessions() -> None:
    """Beat's look: have the mails about sessions written where some wait."""
    if not claim("playbooks.tell_sessions", every=timedelta(seconds=5)):
        return
    for workspace_id in workspaces_with_sessions_to_tell(clock.now()):
        hand_over("playbooks.tell_sessions_of", workspace_id)


@shared_task(name="playbooks.tell_sessions_of", time_limit=LONG)
def tell_sessions_of(workspace_id: int) -> None:
    """Write and hand over the mails about a workspace's sessions, until none waits or the turn is long."""
    if not isinstance(workspace_id, int) or not Workspace.objects.filter(pk=workspace_id).exists():
        return
    with lease("sessions", workspace_id) as is_ours:
        until = time.monotonic() + BUDGET
        while is_ours and time.monotonic() < until and tell_one_session(workspace_id):
            pass


def tell_one_session(workspace_id: int) -> bool:
    """One session's mails; whether there may be more. The coach hears of it once the server has the person's; who has heard of it does
    not hear it again where another mail is to be tried once more.
    """
    told = None
    try:
        with workspace_scope(workspace_id):
            told = claim_next()
            mails = letters(told) if told else {}
    except Exception as error:
        if is_away(error):
            raise
        log.exception("the mails of a session of workspace %s could not be written", workspace_id)
        with workspace_scope(workspace_id):
            put_off_next()
        return True
    if told is None:
        return False
    readers = []
    for reader, mail in mails.items():
        handed = hand_in(mail)
        with workspace_scope(workspace_id):
            if handed.fate == Fate.NOT_TAKEN:
                give_back(told, readers)
                return False
            if reader == "person":
                name_mail(told, handed.provider_id)
        readers.append(reader)
    with workspace_scope(workspace_id):
        settle(told)
    return True


@shared_task(name="playbooks.digest")
def send_digests() -> None:
    """Beat's look: have Monday's mails written where some are due."""
    if not claim("playbooks.digest", every=timedelta(minutes=10)):
        return
    for workspace_id in Workspace.objects.order_by("pk").values_list("pk", flat=True):
        with workspace_scope(workspace_id):
            is_due = bool(digest.due_members(clock.now()))
        if is_due:
            hand_over("playbooks.digest_of", workspace_id)


@shared_task(name="playbooks.digest_of", time_limit=LONG)
def send_digests_of(workspace_id: int) -> None:
    """Monday's mail to those who look after accounts, once each; a server that is away gets it later the same day."""
    if not isinstance(workspace_id, int) or not Workspace.objects.filter(pk=workspace_id).exists():
        return
    with lease("digest", workspace_id) as is_ours:
        if not is_ours:
            return
        with workspace_scope(workspace_id):
            members = digest.due_members(clock.now())
        until = time.monotonic() + BUDGET
        for member in members:
            if time.monotonic() > until or not _send_digest(workspace_id, member):
                return


def _send_digest(workspace_id: int, member: Member) -> bool:
    """Whether the server is there."""
    try:
        with workspace_scope(workspace_id):
            now = clock.now()
            mail = digest.mail(member, digest.write(member, now)) if digest.claim(member, now) else None
    except Exception as error:
        if is_away(error):
            raise
        log.exception("the digest of member %s could not be written", member.pk)
        return True
    if mail is None or hand_in(mail).fate != Fate.NOT_TAKEN:
        return True
    with workspace_scope(workspace_id):
        digest.give_back(member)
    return False


@shared_task(name="playbooks.look_over", time_limit=LONG)
def look_over_everything() -> None:
    """What the team should look at, once an hour."""
    if not claim("playbooks.look_over", every=timedelta(hours=1)):
        return
    _everywhere(look_over)


@shared_task(name="playbooks.mind_ratings")
def mind_ratings() -> None:
    """Low ratings, twice a minute."""
    if not claim("playbooks.mind_ratings", every=timedelta(seconds=30)):
        return
    _everywhere(lambda now: low_ratings(now=now))


def _everywhere(work: Callable[[datetime], object]) -> None:
    """In each workspace; one that fails keeps none behind it from theirs."""
    for workspace_id in Workspace.objects.order_by("pk").values_list("pk", flat=True):
        try:
            with workspace_scope(workspace_id):
                work(clock.now())
        except Exception as error:
            if is_away(error):
                raise
            log.exception("workspace %s could not be looked after", workspace_id)
