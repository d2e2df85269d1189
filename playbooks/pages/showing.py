"""How this floor's pages are rendered: in the workspace's time zone."""

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

A_PAGE = 50


def show(request, template: str, context: dict, *, status: int = 200) -> HttpResponse:
    with timezone.override(request.workspace.zone):
        return render(request, f"playbooks/{template}", context, status=status)


def page_of(request, rows, count: int = A_PAGE, total: int | None = None) -> Page:
    """The page that the address asks for; `total` where it is known how many rows there are."""
    paginator = Paginator(rows, count)
    if total is not None:
        paginator.count = total
    return paginator.get_page(request.GET.get("page"))
