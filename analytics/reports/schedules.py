"""Reports that are made anew each week or month, and mailed: each once, to each reader once."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import F, Q

from analytics.models import Report, ReportMail, ReportSchedule
from analytics.reports.freezing import Order, order, span_of
from onboarding import clock
from onboarding.tenancy.jobs import hand_over
from onboarding.tenancy.models import Access, Workspace
from onboarding.tenancy.scope import current_workspace_id

AT = time(7)  # on the workspace's clock
READERS, TRIES, AGAIN = 20, 5, timedelta(minutes=10)
DAYS = {ReportSchedule.Every.WEEK: 30, ReportSchedule.Every.MONTH: 90}


def next_after(every: str, now: datetime, zone) -> datetime:
    """The first moment after `now` at which it is due: seven in the morning of a Monday, or of the first of a month."""
    today = now.astimezone(zone).date()
    day = today
    while True:
        at = datetime.combine(day, AT, tzinfo=zone)
        is_due = day.weekday() == 0 if every == ReportSchedule.Every.WEEK else day.day == 1
        if is_due and at > now:
            return at
        day = day + timedelta(days=1)


def schedule(wanted: Order, *, every: str, emails: list[str], member, zone) -> ReportSchedule:
    now = clock.now()
    return ReportSchedule.objects.create(
        workspace_id=current_workspace_id(),
        **wanted.columns(),
        every=every,
        emails=emails[:READERS],
        next_at=next_after(every, now, zone),
        made_by=member,
        made_at=now,
    )


def stop(found: ReportSchedule) -> bool:
    return bool(ReportSchedule.objects.filter(pk=found.pk, stopped_at=None).update(stopped_at=clock.now()))


def stop_for(found: ReportSchedule, email: str) -> None:
    """Mail it to this reader no more; with nobody left it stops."""
    fresh = ReportSchedule.objects.select_for_update().get(pk=found.pk)
    fresh.emails = [each for each in fresh.emails if each.lower() != email.lower()]
    if not fresh.emails and fresh.stopped_at is None:
        fresh.stopped_at = clock.now()
    fresh.save(update_fields=["emails", "stopped_at"])
    ReportMail.objects.filter(report__schedule=found, email__iexact=email, handed_at=None).delete()


def order_due(now: datetime) -> int:
    """Order what is due in the open workspace. A turn that was missed is not made up for: the next one is."""
    zone = Workspace.objects.get(pk=current_workspace_id()).zone
    due = ReportSchedule.objects.filter(stopped_at=None, next_at__lte=now).select_related("account", "made_by")
    ordered = 0
    for each in due:
        if each.made_by is None or not each.made_by.may(Access.MANAGER):
            stop(each)  # nothing goes on being sent for somebody who has left, or may not any more
            continue
        claimed = ReportSchedule.objects.filter(pk=each.pk, next_at=each.next_at, stopped_at=None)
        if not claimed.update(next_at=next_after(each.every, now, zone)):
            continue
        wanted = Order(
            each.kind, each.sections, each.account, each.ladder_key, each.words, each.for_whom, each.names_shown
        )
        report = order(wanted, span_of(DAYS[each.every], each.account, zone), member=each.made_by, schedule=each)
        mails = [ReportMail(workspace_id=report.workspace_id, report=report, email=email) for email in each.emails]
        ReportMail.objects.bulk_create(mails, ignore_conflicts=True)
        ordered += 1
    return ordered


def unsent(now: datetime):
    """Mails whose report is made, that are not sent and were not tried lately."""
    waiting = ReportMail.objects.filter(handed_at=None, tries__lt=TRIES, report__said__isnull=False)
    return waiting.filter(Q(tried_at=None) | Q(tried_at__lte=now - AGAIN)).order_by("pk")


def claim_mail(mail: ReportMail, now: datetime) -> bool:
    """Take a mail to make it: of several workers one does. One that dies on the way is tried again in ten minutes."""
    mine = ReportMail.objects.filter(pk=mail.pk, tries=mail.tries, handed_at=None)
    return bool(mine.update(tries=F("tries") + 1, tried_at=now))


def ask_again(now: datetime) -> None:
    """Hand over reports that were ordered a while ago and are not made: what was handed over may have been lost."""
    waiting = Report.objects.filter(said__isnull=True, failed_at=None, made_at__lte=now - AGAIN)
    workspace_id = current_workspace_id()
    for pk in waiting.filter(made_at__gt=now - timedelta(days=1)).values_list("pk", flat=True)[:20]:
        transaction.on_commit(lambda pk=pk: hand_over("analytics.make_report", workspace_id, pk))
