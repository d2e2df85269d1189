"""Telling members what they should look at, and the page on which they read it."""

from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access, Member, Notification
from onboarding.tenancy.scope import current_workspace_id

A_PAGE, KEPT = 30, 500


def notify(member: Member, text: str, link: str) -> None:
    """Tell a member something; `link` is the path of the page that it is about."""
    Notification.objects.create(
        workspace_id=current_workspace_id(), member=member, text=text[:300], link=link[:300], at=clock.now()
    )
    old = Notification.objects.filter(member=member).order_by("-pk").values_list("pk", flat=True)[KEPT:]
    Notification.objects.filter(pk__in=list(old)).delete()


def unread(member: Member) -> int:
    return Notification.objects.filter(member=member, read_at=None).count()


@require_safe
@open_to(Access.EXECUTIVE)
def notification_list(request, slug):
    """What the member was told, the latest first."""
    mine = Notification.objects.filter(member=request.member).order_by("-pk")
    context = {"nav_current": "notification-list", "page": Paginator(mine, A_PAGE).get_page(request.GET.get("page"))}
    with timezone.override(request.workspace.zone):
        return render(request, "tenancy/notifications.html", context)


@require_POST
@open_to(Access.EXECUTIVE)
def notifications_read(request, slug):
    """All of it is read; with `pk` one alone, and on to what it is about."""
    mine = Notification.objects.filter(member=request.member, read_at=None)
    asked = request.POST.get("pk", "")
    one = (
        Notification.objects.filter(member=request.member, pk=int(asked)).first()
        if asked.isdecimal() and len(asked) < 18
        else None
    )
    if one:
        mine.filter(pk=one.pk).update(read_at=clock.now())
        return redirect(one.link)
    mine.update(read_at=clock.now())
    return redirect("notification-list", slug=slug)
