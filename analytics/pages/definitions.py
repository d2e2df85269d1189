"""Definitions: every metric, what it says, whom it counts, and the rows behind it."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from analytics.metrics import BY_KEY, METRICS
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access


@require_safe
@open_to(Access.EXECUTIVE)
def metric_list(request, slug):
    return render(request, "analytics/metric_list.html", {"nav_current": "metric-list", "metrics": METRICS})


@require_safe
@open_to(Access.EXECUTIVE)
def metric_detail(request, slug, key):
    if key not in BY_KEY:
        raise Http404
    return render(request, "analytics/metric_detail.html", {"nav_current": "metric-list", "metric": BY_KEY[key]})
