"""How the studio's pages are rendered: in the workspace's time zone, long lists fifty a page."""

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from milestones.studio.days import Calendar
from onboarding import clock

A_PAGE = 50


def show(request, template: str, context: dict) -> HttpResponse:
    """Render a page of the studio."""
    with timezone.override(request.workspace.zone):
        return render(request, f"milestones/studio/{template}", context)


def calendar_of(request) -> Calendar:
    return Calendar(clock.now(), request.workspace.zone)


def page_of(request, rows) -> Page:
    """The page that `?page=` asks for; what is no number, or too far, is the nearest page that exists."""
    return Paginator(rows, A_PAGE).get_page(request.GET.get("page"))


def address_of_pages(request) -> str:
    """The query of this list without its page, for the links to other pages."""
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()
