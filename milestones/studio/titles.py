"""The titles of rungs, for what names them by key only."""

from collections.abc import Iterable

from django.db.models import F

from milestones.models import Rung


def rung_titles(places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """(ladder key, rung key) → its title in the newest version that has the rung."""
    wanted = set(places)
    rungs = Rung.objects.filter(
        version__ladder__key__in={ladder for ladder, _ in wanted}, key__in={key for _, key in wanted}
    ).exclude(version__published_at=None)
    rows = rungs.order_by("version__number").values_list("version__ladder__key", "key", F("content__title"))
    return {(ladder, key): title for ladder, key, title in rows if (ladder, key) in wanted}
