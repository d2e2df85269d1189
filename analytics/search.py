"""What of the metrics the field of the top bar finds."""

from django.urls import reverse

from analytics.metrics import METRICS
from onboarding.tenancy.search import Hit, Kind, searchable


def metrics(words: str, slug: str, most: int) -> list[Hit]:
    found = [metric for metric in METRICS if words.casefold() in metric.name.casefold()]
    return [Hit(metric.name, metric.unit, reverse("metric-detail", args=[slug, metric.key])) for metric in found[:most]]


searchable(Kind("Metrics", "info", metrics))
