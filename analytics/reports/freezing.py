"""Ordering a report, and making it: once made it does not change any more."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from analytics.asking import Asked, Span, yesterday
from analytics.metrics import METRICS
from analytics.models import Climb, Keeping, Kind, Report
from analytics.reports import blocks, board_report, value_report
from analytics.reports.data import as_parquet
from analytics.reports.paper import Frame, as_pdf
from analytics.rollups.basis import counting_rules
from analytics.worked_out import intervals, seed_of
from milestones.models import Ladder
from onboarding import clock
from onboarding.tenancy.jobs import hand_over
from onboarding.tenancy.locks import take_time
from onboarding.tenancy.models import Member, Workspace
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Account

SECTIONS = {Kind.VALUE: value_report.SECTIONS, Kind.BOARD: board_report.SECTIONS}
SINCE_START = 0
PERIODS = {30: "The last 30 days", 90: "The last 90 days", SINCE_START: "Since they began"}
LONGEST = 730


@dataclass(frozen=True)
class Order:
    """What somebody wants a report to be."""

    kind: str
    sections: list[str]
    account: Account | None = None
    ladder_key: str = ""
    words: str = ""
    for_whom: str = ""
    names_shown: bool = False

    def columns(self) -> dict:
        return vars(self)


def order(wanted: Order, span: Span, *, member: Member | None, **more) -> Report:
    """A report that the worker is asked to make once this transaction is there to be read."""
    workspace_id = current_workspace_id()
    report = Report.objects.create(
        workspace_id=workspace_id,
        **wanted.columns(),
        first=span.first,
        last=span.last,
        made_by=member,
        made_at=clock.now(),
        **more,
    )
    transaction.on_commit(lambda: hand_over("analytics.make_report", workspace_id, report.pk))
    return report


def span_of(days: int, account: Account | None, zone) -> Span:
    """The last so many whole days; since the first of the account's people began where it is SINCE_START."""
    until = yesterday(zone)
    if days != SINCE_START:
        return Span(until - timedelta(days=days - 1), until)
    climbs = Climb.objects.filter(left_out="")
    mine = climbs.filter(account_id=account.pk) if account else climbs
    first = mine.order_by("cohort").values_list("cohort", flat=True).first() or until
    return Span(max(min(first, until), until - timedelta(days=LONGEST - 1)), until)


def make(pk: int) -> None:
    """Make one report of the open workspace. One that is made stays as it is."""
    report = (
        Report.objects.select_for_update(of=("self",)).select_related("account", "made_by__user").filter(pk=pk).first()
    )
    if report is None or report.said is not None:
        return
    take_time()
    workspace = Workspace.objects.get(pk=current_workspace_id())
    version = Keeping.objects.values_list("version", flat=True).first() or 0
    with timezone.override(workspace.zone):
        draft = _draft(report, workspace, version)
    frame = Frame(workspace.name, prepared(report, workspace.zone))
    if report.words.strip():
        draft.blocks.insert(0, {**blocks.text("", report.words.strip()), "name": "words"})
    said = draft.said(
        first=report.first.isoformat(),
        last=report.last.isoformat(),
        data_version=version,
        prepared=frame.prepared,
        definitions={metric.key: metric.version for metric in METRICS},
    )
    report.said, report.data_version, report.failed_at = said, version, None
    report.pdf, report.parquet = as_pdf(said, frame), as_parquet(said)
    report.save(update_fields=["said", "data_version", "pdf", "parquet", "failed_at"])


def _draft(report: Report, workspace: Workspace, version: int) -> blocks.Draft:
    span = Span(report.first, report.last)
    if report.kind == Kind.VALUE:
        return value_report.value_report(
            report.account, span, zone=workspace.zone, sections=report.sections, names_shown=report.names_shown
        )
    asked = Asked(Ladder.objects.get(key=report.ladder_key), span, report.last)
    sure = intervals(asked.said(), version)
    seed = seed_of(asked.said(), version)
    return board_report.board_report(
        asked, counting_rules(), str(workspace.zone), sections=report.sections, sure=sure, seed=seed
    )


def prepared(report: Report, zone) -> str:
    """Prepared for Dana Whitfield, Harbor Logistics, by Maya Okafor, 24 July 2025."""
    whom = ", ".join(part for part in (report.for_whom, str(report.account) if report.account else "") if part)
    by = f" by {report.made_by.user}" if report.made_by else ""
    said = f"Prepared for {whom}{by}" if whom else f"Prepared{by}"
    return f"{said}, {_day(report.made_at.astimezone(zone).date())}"


def _day(day: date) -> str:
    return f"{day:%-d %B %Y}"
