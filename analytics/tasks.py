"""Work for the worker: keeping the roll-ups."""

import logging
from datetime import timedelta

from celery import shared_task

from analytics.bands import check_bands
from analytics.lookups import workspaces_to_keep, workspaces_with_reports_due
from analytics.models import Kept, Report, ReportMail
from analytics.reports import schedules
from analytics.reports.freezing import make
from analytics.reports.letters import letter
from analytics.rollups import keeping
from analytics.worked_out import work_out
from onboarding import clock
from onboarding.tenancy.availability import is_away
from onboarding.tenancy.jobs import claim, hand_over
from onboarding.tenancy.mailing import Fate, hand_in
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import workspace_scope

TURNS = 20
LONG = 3_600  # seconds: making a million people's roll-ups anew takes minutes
log = logging.getLogger(__name__)


@shared_task(name="analytics.keep_waiting")
def keep_waiting() -> None:
    """Beat's look: have the roll-ups of each workspace in which something is new read on."""
    if not claim("analytics.keep_waiting", every=timedelta(seconds=2)):
        return
    for workspace_id in workspaces_to_keep():
        hand_over("analytics.keep", workspace_id)


@shared_task(name="analytics.keep", time_limit=LONG)
def keep_workspace(workspace_id: int) -> None:
    """Read on in one workspace until nothing is new or the turn is long; the next look goes on."""
    if _is_there(workspace_id):
        for _ in range(TURNS):
            if not keeping.keep(workspace_id):
                return


@shared_task(name="analytics.recount", time_limit=LONG)
def recount_workspace(workspace_id: int) -> None:
    """Look at every climb of one workspace: something that they all rest on has changed."""
    if _is_there(workspace_id):
        keeping.recount(workspace_id)


@shared_task(name="analytics.recount_everywhere")
def recount_everywhere() -> None:
    """What changes without a fact of a person's own, such as who is a test, is counted in within the hour."""
    if not claim("analytics.recount_everywhere", every=timedelta(minutes=10)):
        return
    hour_ago = clock.now() - timedelta(hours=1)
    for workspace_id in Workspace.objects.order_by("pk").values_list("pk", flat=True):
        with workspace_scope(workspace_id):
            is_done = keeping.is_recounted(hour_ago)
        if not is_done:
            hand_over("analytics.recount", workspace_id)


def _is_there(workspace_id) -> bool:
    return isinstance(workspace_id, int) and Workspace.objects.filter(pk=workspace_id).exists()


@shared_task(name="analytics.work_out", time_limit=LONG)
def work_out_question(workspace_id: int, question: int) -> None:
    """Work out what a page was asked and could not answer at once."""
    if not _is_there(workspace_id) or not isinstance(question, int):
        return
    try:
        with workspace_scope(workspace_id):
            work_out(question)
    except Exception as error:
        if is_away(error):
            raise
        log.exception("question %s of workspace %s could not be answered", question, workspace_id)
        with workspace_scope(workspace_id):
            Kept.objects.filter(pk=question).update(failed_at=clock.now())


@shared_task(name="analytics.make_report", time_limit=LONG)
def make_report(workspace_id: int, report: int) -> None:
    """Make one report, and have it mailed to whom a schedule names."""
    if not _is_there(workspace_id) or not isinstance(report, int):
        return
    try:
        with workspace_scope(workspace_id):
            make(report)
    except Exception as error:
        if is_away(error):
            raise
        log.exception("report %s of workspace %s could not be made", report, workspace_id)
        with workspace_scope(workspace_id):
            Report.objects.filter(pk=report, said__isnull=True).update(failed_at=clock.now())
    else:
        _mail_reports(workspace_id)


@shared_task(name="analytics.check_bands", time_limit=LONG)
def check_bands_everywhere() -> None:
    """Which metrics have left their band, once an hour."""
    if not claim("analytics.check_bands", every=timedelta(hours=1)):
        return
    for workspace_id in Workspace.objects.order_by("pk").values_list("pk", flat=True):
        try:
            with workspace_scope(workspace_id):
                check_bands(clock.now())
        except Exception as error:
            if is_away(error):
                raise
            log.exception("the bands of workspace %s could not be checked", workspace_id)


@shared_task(name="analytics.reports_due")
def reports_due() -> None:
    """Order the reports that are due, and mail those that are made."""
    if not claim("analytics.reports_due", every=timedelta(minutes=1)):
        return
    for workspace_id in workspaces_with_reports_due(clock.now()):
        try:
            with workspace_scope(workspace_id):
                schedules.order_due(clock.now())
                schedules.ask_again(clock.now())
            _mail_reports(workspace_id)
        except Exception as error:
            if is_away(error):
                raise
            log.exception("the reports of workspace %s could not be looked after", workspace_id)


def _mail_reports(workspace_id: int) -> None:
    """Each mail in transactions of its own: it is taken, made with its link, marked as handed over, and handed over."""
    with workspace_scope(workspace_id):
        waiting = list(schedules.unsent(clock.now()).values_list("pk", flat=True))
    for pk in waiting:
        with workspace_scope(workspace_id):
            mail = ReportMail.objects.select_related("report__account", "report__made_by__user").filter(pk=pk).first()
            if mail is None or not schedules.claim_mail(mail, clock.now()):
                continue
        with workspace_scope(workspace_id):
            message = letter(mail)
            ReportMail.objects.filter(pk=pk).update(handed_at=clock.now())
        _send(workspace_id, pk, message)


def _send(workspace_id: int, pk: int, message) -> None:
    handed = hand_in(message)
    if handed.fate in (Fate.UNKNOWN, Fate.REFUSED):
        return  # it stays as handed over, and does not go again
    noted = {"sent_at": clock.now()} if handed.fate == Fate.TAKEN else {"handed_at": None}
    with workspace_scope(workspace_id):
        ReportMail.objects.filter(pk=pk).update(**noted)
