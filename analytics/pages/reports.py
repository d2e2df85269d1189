"""Reports: made here, read here, shared by a link."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.core.validators import validate_email
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from analytics.asking import PERIODS as BOARD_PERIODS
from analytics.models import Kind, Report, ReportLink, ReportSchedule
from analytics.reports import links, schedules
from analytics.reports.board_report import NAMED
from analytics.reports.data import as_csv
from analytics.reports.freezing import PERIODS, SECTIONS, Order, order, span_of
from milestones.models import Ladder
from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Access
from onboarding.tenancy.security_headers import with_charts
from onboarding.tracking.models import Account

A_PAGE, READERS, SCHEDULES, UNDER_WAY, HOUR = 20, schedules.READERS, 50, 10, timedelta(hours=1)
FILES = {"pdf": "application/pdf", "csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


class Emails(forms.CharField):
    """Addresses, one a line."""

    def clean(self, value):
        lines = list(dict.fromkeys(line.strip().lower() for line in super().clean(value).splitlines() if line.strip()))
        if len(lines) > READERS:
            raise forms.ValidationError(f"At most {READERS} addresses.")
        for line in lines:
            try:
                validate_email(line)
            except forms.ValidationError:
                raise forms.ValidationError(f"“{line[:80]}” is not an e-mail address.") from None
        return lines


class ReportForm(forms.Form):
    """What a report is to be; of an account, or of the workspace."""

    days = forms.TypedChoiceField(label="Which time", coerce=int)
    for_whom = forms.CharField(
        label="Who it is for", required=False, max_length=200, help_text="A name, such as Dana Whitfield."
    )
    words = forms.CharField(
        label="Your own words, as its beginning",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    sections = forms.MultipleChoiceField(
        label="What it says",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one section."},
    )
    names_shown = forms.BooleanField(
        label="Name the people who are quoted", required=False, help_text="Otherwise only their roles are said."
    )
    every = forms.ChoiceField(
        label="Make it again", required=False, choices=[("", "No, this once"), *ReportSchedule.Every.choices]
    )
    emails = Emails(
        label="And mail it to",
        required=False,
        max_length=6_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "off"}),
        help_text="One address a line. Each reader has a link of their own, and can stop the mails by it.",
    )

    def __init__(self, *args, kind: str, **options):
        super().__init__(*args, auto_id="report-%s", **options)
        self.fields["sections"].choices = SECTIONS[kind]
        self.fields["sections"].initial = [key for key, _ in SECTIONS[kind] if key not in NAMED]
        self.fields["days"].choices = (
            PERIODS.items() if kind == Kind.VALUE else [(int(d), n) for d, n in BOARD_PERIODS.items()]
        )
        self.fields["days"].initial = 90
        if kind == Kind.BOARD:
            del self.fields["names_shown"]
            ladders = Ladder.objects.exclude(first_published_at=None).order_by("position", "id")
            self.fields["ladder"] = forms.ChoiceField(
                label="Ladder", choices=[(each.key, each.name) for each in ladders]
            )

    def clean(self):
        said = super().clean()
        if said.get("every") and not said.get("emails") and "emails" not in self.errors:
            self.add_error("emails", "Say to whom it is mailed.")
        if said.get("emails") and not said.get("every"):
            self.add_error("every", "Say how often, or leave the addresses out.")
        if said.get("every") and ReportSchedule.objects.filter(stopped_at=None).count() >= SCHEDULES:
            self.add_error("every", f"{SCHEDULES} reports make themselves already. Stop one first.")
        if (
            Report.objects.filter(data_version=None, failed_at=None, made_at__gt=clock.now() - HOUR).count()
            >= UNDER_WAY
        ):
            self.add_error(None, f"{UNDER_WAY} reports are being made. Wait until some are there.")
        return said


@require_safe
@open_to(Access.EXECUTIVE)
def report_list(request, slug):
    """All reports, the latest first, and those that make themselves."""
    with timezone.override(request.workspace.zone):
        found = (
            Report.objects.select_related("account", "made_by__user")
            .defer("pdf", "parquet")
            .order_by("-made_at", "-pk")
        )
        page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
        context = {
            "nav_current": "report-list",
            "page": page,
            "schedules": ReportSchedule.objects.filter(stopped_at=None)
            .select_related("account")
            .order_by("next_at", "pk"),
        }
        return render(request, "analytics/report_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def report_new(request, slug):
    """`?account=` the account whose value report it is; without, the board report of the workspace."""
    account = _account(request)
    kind = Kind.VALUE if account else Kind.BOARD
    if kind == Kind.BOARD and not Ladder.objects.exclude(first_published_at=None).exists():
        messages.error(request, "A board report tells of a ladder. Publish one first.")
        return redirect("report-list", slug=slug)
    form = ReportForm(request.POST if request.method == "POST" else None, kind=kind)
    if request.method == "POST" and form.is_valid():
        report = _order(request, form.cleaned_data, kind, account)
        return redirect("report-detail", slug=slug, pk=report.pk)
    context = {"nav_current": "report-list", "form": form, "account": account}
    return render(request, "analytics/report_new.html", context)


def _account(request) -> Account | None:
    said = request.GET.get("account", "")
    if not said:
        return None
    if not (said.isdecimal() and said.isascii() and len(said) < 18):
        raise Http404
    return get_object_or_404(Account, pk=int(said))


def _order(request, said: dict, kind: str, account: Account | None) -> Report:
    wanted = Order(
        kind=kind,
        sections=said["sections"],
        account=account,
        ladder_key=said.get("ladder", ""),
        words=said["words"],
        for_whom=said["for_whom"],
        names_shown=said.get("names_shown", False),
    )
    zone = request.workspace.zone
    report = order(wanted, span_of(said["days"], account, zone), member=request.member)
    if said["every"]:
        schedules.schedule(wanted, every=said["every"], emails=said["emails"], member=request.member, zone=zone)
    record(
        member=request.member,
        verb="made a report of",
        subject=str(account or request.workspace),
        detail={"every": said["every"]},
    )
    return report


class ShareForm(forms.Form):
    for_whom = forms.CharField(
        label="For whom", required=False, max_length=200, help_text="A name, or nothing for whoever has the link."
    )
    days = forms.TypedChoiceField(label="Works for", coerce=int, choices=links.LIFETIMES.items(), initial=30)
    passcode = forms.CharField(
        label="Passcode",
        required=False,
        min_length=6,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="At least 6 characters. Tell it in another way than the link.",
    )


@require_safe
@open_to(Access.EXECUTIVE)
@with_charts
def report_detail(request, slug, pk):
    return _show(request, pk)


def _show(request, pk: int, *, share_form: ShareForm | None = None, token: str = ""):
    report = get_object_or_404(Report.objects.select_related("account", "made_by__user").defer("pdf", "parquet"), pk=pk)
    with timezone.override(request.workspace.zone):
        context = {
            "nav_current": "report-list",
            "report": report,
            "said": report.said,
            "share_form": share_form or ShareForm(auto_id="share-%s"),
            "links": links.live_links(report) if request.member.may(Access.MANAGER) else [],
            "token": token,
            "base_url": settings.CAIRN_BASE_URL,
            "may_remove": _may_remove(request.member, report),
        }
        return render(request, "analytics/report_detail.html", context)


@require_safe
@open_to(Access.EXECUTIVE)
def report_file(request, slug, pk, kind):
    """The report as a PDF, its numbers as CSV or Parquet."""
    return file_of(get_object_or_404(Report, pk=pk), kind)


def file_of(report: Report, kind: str) -> HttpResponse:
    """A file of a report that is made; 404 for any other."""
    if kind not in FILES or report.said is None:
        raise Http404
    content = as_csv(report.said) if kind == "csv" else bytes(getattr(report, kind))
    response = HttpResponse(content, content_type=FILES[kind])
    response["Content-Disposition"] = f'attachment; filename="report-{report.first}-{report.last}.{kind}"'
    return response


@require_POST
@open_to(Access.MANAGER)
@with_charts
def report_share(request, slug, pk):
    """A new link; it is shown once."""
    report = get_object_or_404(Report.objects.defer("pdf", "parquet"), pk=pk)
    form = ShareForm(request.POST, auto_id="share-%s")
    if len(links.live_links(report)) >= links.LINKS:
        form.add_error(None, f"{links.LINKS} links to this report work already. Revoke one first.")
    if not form.is_valid() or report.said is None:
        return _show(request, pk, share_form=form)
    said = form.cleaned_data
    token = links.make_link(
        report, days=said["days"], member=request.member, for_whom=said["for_whom"], passcode=said["passcode"]
    )
    detail = {
        "for": said["for_whom"] or "anyone with the link",
        "days": said["days"],
        "passcode": bool(said["passcode"]),
    }
    record(member=request.member, verb="shared a report", subject=str(report)[:200], detail=detail)
    return _show(request, pk, token=token)


@require_POST
@open_to(Access.MANAGER)
def report_revoke(request, slug, pk):
    """`pk` of the link."""
    link = get_object_or_404(ReportLink.objects.select_related("report"), pk=pk)
    if links.revoke(link):
        record(member=request.member, verb="revoked a link to a report", subject=str(link))
    messages.success(request, "The link no longer opens.")
    return redirect("report-detail", slug=slug, pk=link.report_id)


@require_POST
@open_to(Access.MANAGER)
def report_remove(request, slug, pk):
    """With its links: they open nothing any more."""
    report = get_object_or_404(Report.objects.defer("pdf", "parquet"), pk=pk)
    if not _may_remove(request.member, report):
        messages.error(request, "Only who made it, or an admin, may remove it.")
        return redirect("report-detail", slug=slug, pk=pk)
    title = str(report)
    report.delete()
    record(member=request.member, verb="removed a report", subject=title[:200])
    messages.success(request, "The report is removed, and its links open nothing.")
    return redirect("report-list", slug=slug)


def _may_remove(member, report: Report) -> bool:
    return member.may(Access.ADMIN) or (member.may(Access.MANAGER) and report.made_by_id == member.pk)


@require_POST
@open_to(Access.MANAGER)
def report_schedule_stop(request, slug, pk):
    found = get_object_or_404(ReportSchedule, pk=pk)
    if schedules.stop(found):
        record(member=request.member, verb="stopped a report", subject=str(found.account or request.workspace))
    messages.success(request, "It makes itself no more.")
    return redirect("report-list", slug=slug)
