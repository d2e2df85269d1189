"""The demo's saved views and reports, made the way a manager makes them."""

import json

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from analytics.asking import Span, read_asked, yesterday
from analytics.bands import check_bands
from analytics.executive import look
from analytics.kept import answer
from analytics.models import Band, Kept, Kind, Report, ReportSchedule, SavedView
from analytics.pages.validity import USUAL_LANDMARK
from analytics.reports import board_report, schedules, value_report
from analytics.reports.freezing import SINCE_START, Order, make, order, span_of
from analytics.reports.links import make_link
from analytics.worked_out import ENGAGEMENT, EXPLORED, INTERVALS, LEAK, NINETY, VALIDITY, work_out
from milestones.models import Ladder
from onboarding import clock
from onboarding.tenancy.models import Access, Member, Workspace
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account

VIEWS = (
    ("First value by industry and role", "measure=activation_rate&rows=account.industry&columns=role&compare=1"),
    ("How our managers differ", "measure=time_to_first_value&rows=manager"),
    ("Week by week", "measure=activation_rate&rows=week"),
)
WORDS = (
    "The hours come back that we agreed on, step by step. The night shift has not started yet: that is what we would like to "
    "talk about on Friday."
)


class Command(BaseCommand):
    help = "Give a workspace of the demo its saved views, a value report, a board report and a schedule."

    def add_arguments(self, parser):
        parser.add_argument("--workspace", required=True, help="the workspace's slug")
        parser.add_argument("--account", required=True, help="the external id of the account whose value report it is")

    def handle(self, *, workspace, account, **options):
        if settings.CAIRN_MODE == "production":
            raise CommandError("The demo's data does not belong in production. Set CAIRN_MODE=demo.")
        found = Workspace.objects.get(slug=workspace)
        with workspace_scope(found.pk):
            member = Member.objects.filter(access=Access.MANAGER).order_by("pk").first()
            for name, query in VIEWS:
                SavedView.objects.create(workspace=found, name=name, query=query, made_by=member, made_at=clock.now())
            self._bands(found, member)
            self._value(found, Account.objects.get(external_id=account), member)
            self._board(found, member)
            with timezone.override(found.zone):
                self._answers(found)

    def _bands(self, workspace: Workspace, member: Member) -> None:
        ladder = Ladder.objects.exclude(live=None).order_by("position", "id").first()
        for metric, ends in ((Band.Metric.ACTIVATION, {"low": 75}), (Band.Metric.FIRST_VALUE, {"high": 14})):
            Band.objects.create(workspace=workspace, metric=metric, ladder=ladder, made_by=member, **ends)
        check_bands(clock.now())

    def _value(self, workspace: Workspace, account: Account, member: Member) -> None:
        sections = [key for key, _ in value_report.SECTIONS]
        wanted = Order(Kind.VALUE, sections, account, words=WORDS, for_whom="Dana Whitfield")
        report = order(wanted, span_of(SINCE_START, account, workspace.zone), member=member)
        make(report.pk)
        make_link(Report.objects.get(pk=report.pk), days=90, member=member, for_whom="Dana Whitfield")
        every = ReportSchedule.Every.MONTH
        emails = ["dana.whitfield@harbor.example"]
        schedules.schedule(wanted, every=every, emails=emails, member=member, zone=workspace.zone)

    def _board(self, workspace: Workspace, member: Member) -> None:
        ladder = Ladder.objects.exclude(live=None).order_by("position").first()
        wanted = Order(
            Kind.BOARD,
            [key for key, _ in board_report.SECTIONS if key not in board_report.NAMED],
            ladder_key=ladder.key,
        )
        until = yesterday(workspace.zone)
        span = Span(span_of(60, None, workspace.zone).first, until)
        make(order(wanted, span, member=member).pk)

    def _answers(self, workspace: Workspace) -> None:
        """What the pages ask first, so that nobody waits on their first look."""
        usual, year = (read_asked(said, workspace.zone) for said in ({}, {"period": "365"}))
        layout = {"measure": "activation_rate", "rows": "role", "columns": "", "is_compared": False}
        validity = {"asked": year.said(), "landmark": USUAL_LANDMARK}
        step = look(usual, None).stuck
        if step:
            leak = {"asked": usual.said(), "step": step.key, "after": step.after}
            self._answer(LEAK, leak)
        questions = [(kind, usual.said()) for kind in (INTERVALS, ENGAGEMENT)]
        questions += [(kind, year.said()) for kind in (ENGAGEMENT, NINETY)]
        for kind, question in [*questions, (EXPLORED, {"asked": usual.said(), **layout}), (VALIDITY, validity)]:
            self._answer(kind, question)

    def _answer(self, kind: str, question: dict) -> None:
        text = json.dumps(question, sort_keys=True, ensure_ascii=False)
        answer(kind, text)
        work_out(Kept.objects.get(kind=kind, question=text).pk)
