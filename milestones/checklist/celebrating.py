"""What there is to be glad about: a phase that is finished, the moment of first value, the end. Quiet, and over in a few days."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

FRESH = timedelta(days=3)


def celebrate(shown: dict, now: datetime) -> dict | None:
    """{"title", "text", "at"} of the latest such moment of the last days; None without one, and at the end, which has its own words."""
    if shown["reached"] >= shown["total"]:
        return None
    moments = [each for each in (*map(_phase, shown["phases"]), *_first_values(shown)) if each]
    recent = [each for each in moments if now - each["at"] <= FRESH]
    return max(recent, key=lambda each: each["at"], default=None)


def _phase(phase: dict) -> dict | None:
    rungs = phase["rungs"]
    if not phase["name"] or any(rung["state"] not in ("reached", "skipped") for rung in rungs):
        return None
    done = [rung for rung in rungs if rung["state"] == "reached"]
    if not done:
        return None
    brought = [rung["outcome"] for rung in done if rung["outcome"]]
    return {
        "title": _("“%(phase)s” is behind you") % {"phase": phase["name"]},
        "text": brought[-1] if brought else "",
        "at": max(rung["reached_at"] for rung in done),
    }


def _first_values(shown: dict):
    for rung in (rung for phase in shown["phases"] for rung in phase["rungs"]):
        if rung["first_value"] and rung["state"] == "reached":
            yield {
                "title": _("This is what you came for"),
                "text": rung["outcome"] or rung["title"],
                "at": rung["reached_at"],
            }
