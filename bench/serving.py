"""Pages with numbers of a size, asked of the web server by a signed-in member, the worker and beat beside it."""

import time
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.db.models import Q

from analytics.kept import AGED, counts_version
from analytics.models import Kept
from bench.requests import Caller, request
from milestones.models import Ladder
from onboarding import clock
from onboarding.tenancy.models import Member, Workspace
from onboarding.tenancy.scope import workspace_scope

INSIGHT = "insight/{}ladder={}&period=90"
PAGES = {
    "executive view": [INSIGHT.format(f"?role={role}&", "{}") for role in ("", "role0", "role1", "role2")],
    "explore": [INSIGHT.format("explore/?measure=activation_rate&rows=account.industry&columns=role&", "{}")],
    "ninety days": [INSIGHT.format("ninety-days/?", "{}")],
    "cohorts": [INSIGHT.format("cohorts/?rows=account.plan&", "{}")],
    "validity": [INSIGHT.format("validity/?landmark=14&", "{}")],
    "people": [INSIGHT.format("people/?what=reached&step=m1&", "{}")],
    "portfolio": ["accounts/", "accounts/?pace=at_risk&sort=-progress"],
}
TIMES = 60
LONGEST_WAIT, QUIET = 1_800, 10  # seconds


def pages(workspace: Workspace, folder: Path) -> tuple[dict[str, float], dict[str, float]]:
    """(page → p95 of the seconds in which a member has it, while the worker works out what they ask for; the same at rest)"""
    from tests.live import Live

    live = Live({"CAIRN_MODE": "test"}, folder)  # its style sheets are found where they lie
    live.start()
    try:
        with workspace_scope(workspace.pk):
            ladder, cookie = Ladder.objects.get().key, _session_of()
            Kept.objects.all().delete()
        asked = {
            page: [
                request("GET", f"/w/{workspace.slug}/{address.format(ladder)}", Cookie=cookie) for address in addresses
            ]
            for page, addresses in PAGES.items()
        }
        working = {page: _p95(live.url, requests) for page, requests in asked.items()}
        _let_it_rest(workspace)
        if _let_go_what_ages(workspace):  # an answer that ages while pages are measured has the worker work beside them
            for requests in asked.values():
                _p95(live.url, requests, times=len(requests))
            _let_it_rest(workspace)
        return working, {page: _p95(live.url, requests) for page, requests in asked.items()}
    finally:
        live.stop()


def _let_go_what_ages(workspace: Workspace) -> int:
    """Answers that rest on older counts, or would be worked out anew before long. Returns how many there were."""
    with workspace_scope(workspace.pk):
        old = Q(worked_out_at__lt=clock.now() - AGED / 2) | ~Q(version=counts_version())
        return Kept.objects.filter(old).delete()[0]


def _p95(url: str, requests: list[bytes], *, times: int = TIMES) -> float:
    caller, taken = Caller(url), []
    for number in range(times):
        began = time.perf_counter()
        status, answered = caller.ask(requests[number % len(requests)])
        taken.append(time.perf_counter() - began)
        assert status == 200, answered[:300]
    caller.close()
    return sorted(taken)[round(0.95 * len(taken)) - 1]


def _let_it_rest(workspace: Workspace) -> None:
    """Until the worker has answered all that was asked, and what beat began with, an hour's measuring of everything, is over."""
    quiet, deadline = 0, time.monotonic() + LONGEST_WAIT
    while quiet < QUIET:
        with workspace_scope(workspace.pk):
            failed = list(Kept.objects.exclude(failed_at=None).values_list("kind", "question"))
            assert not failed, failed
            quiet = 0 if Kept.objects.filter(said=None).exists() or _is_busy() else quiet + 1
        assert time.monotonic() < deadline, "the worker did not come to rest"
        time.sleep(1)


def _is_busy() -> bool:
    """Whether a statement has been running for a while, for anybody else."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
            " and state = 'active' and query_start < clock_timestamp() - interval '0.3 seconds')"
        )
        return cursor.fetchone()[0]


def _session_of() -> str:
    """A cookie of the workspace's owner."""
    user = Member.objects.select_related("user").get(access="owner").user
    session = SessionStore()
    said = {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: user.get_session_auth_hash(),
    }
    for key, value in said.items():
        session[key] = value
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
