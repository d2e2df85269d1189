"""Links to a report for readers without an account here: they expire, can be revoked, and may ask for a passcode."""

from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.core import signing
from django.db.models import F
from django.shortcuts import render

from analytics.lookups import find_report_link
from analytics.models import Report, ReportLink
from onboarding import clock
from onboarding.tenancy.access import LINK
from onboarding.tenancy.link_pages import refuse_foreign_form
from onboarding.tenancy.models import Member, Workspace
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tenancy.secrets import hash_secret, new_secret

LIFETIMES = {7: "7 days", 30: "30 days", 90: "90 days"}
LINKS = 50  # that work at a time, of one report
MISSES, PAUSE = 10, timedelta(hours=1)  # wrong passcodes, and how long the link then asks for none
OPEN_FOR = 3_600  # seconds: how long a passcode holds
SALT = "cairn.report"


def make_link(
    report: Report, *, days: int, member: Member | None, for_whom: str = "", passcode: str = "", email: str = ""
) -> str:
    """A new token; it is shown once."""
    now, token = clock.now(), new_secret("cairn_report")
    ReportLink.objects.create(
        workspace_id=current_workspace_id(),
        report=report,
        token_hash=hash_secret(token),
        for_whom=for_whom,
        email=email,
        passcode=make_password(passcode) if passcode else "",
        made_by=member,
        made_at=now,
        expires_at=now + timedelta(days=days),
    )
    return token


def live_links(report: Report) -> list[ReportLink]:
    """The links that work now, the latest first."""
    mine = ReportLink.objects.filter(report=report, revoked_at=None, expires_at__gt=clock.now())
    return list(mine.select_related("made_by__user").order_by("-pk"))


def revoke(link: ReportLink) -> bool:
    return bool(ReportLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=clock.now()))


class ReportDoor:
    """The token in the path opens one report, and nothing else. Its forms need no cookie, so Origin is checked."""

    def locate(self, request):
        parts = request.path_info.split("/", 3)
        found = find_report_link(parts[2]) if len(parts) > 2 else None
        if found is None:
            return render(request, "analytics/shared/gone.html", status=404)
        request.link_id = found[1]
        return found[0]

    def admit(self, request):
        request.door = LINK
        request.link = (
            ReportLink.objects.select_related("report__account", "report__made_by__user")
            .defer("report__pdf", "report__parquet")
            .get(pk=request.link_id)
        )
        request.workspace_shown = Workspace.objects.get(pk=request.link.workspace_id)
        if request.path_info.endswith("/stop/"):
            return None  # mail programs send it by themselves (RFC 8058), and it takes nothing from anybody
        return refuse_foreign_form(request)


door = ReportDoor()


# --- the passcode -----------------------------------------------------------------------------


def is_paused(link: ReportLink) -> bool:
    """Whether so many passcodes were wrong lately that none is looked at."""
    return link.misses >= MISSES and link.missed_at is not None and link.missed_at > clock.now() - PAUSE


def try_passcode(link: ReportLink, passcode: str) -> str | None:
    """What opens the report for an hour, or None. A try is counted before it is looked at, so that many at once are no more."""
    now = clock.now()
    mine = ReportLink.objects.filter(pk=link.pk)
    mine.filter(missed_at__lte=now - PAUSE).update(misses=0)
    if not mine.filter(misses__lt=MISSES).update(misses=F("misses") + 1, missed_at=now):
        return None
    if not check_password(passcode, link.passcode):
        return None
    mine.update(misses=0)
    return signing.dumps([link.pk, link.passcode[-20:]], salt=SALT)


def is_open(link: ReportLink, said: str) -> bool:
    """Whether the reader may read: there is no passcode, or they have given it within the hour."""
    if not link.passcode:
        return True
    try:
        return signing.loads(said[:500], salt=SALT, max_age=OPEN_FOR) == [link.pk, link.passcode[-20:]]
    except signing.BadSignature:
        return False


def note_opened(link: ReportLink) -> None:
    ReportLink.objects.filter(pk=link.pk).update(opened=F("opened") + 1, opened_at=clock.now())
