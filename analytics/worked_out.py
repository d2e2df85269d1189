"""What the worker works out for pages: each kind of question, and how its answer is found."""

import hashlib
from datetime import date

import numpy as np
from django.utils import timezone

from analytics.asking import Asked, Span
from analytics.engagement import engagement
from analytics.kept import keep_answer
from analytics.models import Keeping, Kept
from analytics.reading import read_spells
from analytics.rollups.basis import counting_rules
from analytics.statistics.intervals import Spells, band
from milestones.models import Ladder
from onboarding.tenancy.locks import take_time, take_turn
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import current_workspace_id

INTERVALS, ENGAGEMENT = "intervals", "engagement"
LOCK = 721_200  # and up: one for each question
DAYS = 120  # of a band: as far as curves are drawn


def work_out(pk: int) -> None:
    """Answer one question of the open workspace; one that was answered for these counts already is left alone."""
    row = Kept.objects.filter(pk=pk, kind__in=KINDS).first()
    version = Keeping.objects.values_list("version", flat=True).first() or 0
    if row is None or (row.said is not None and row.version == version):
        return
    if not take_turn(LOCK + pk % 1_000):
        return  # it is being worked out
    take_time()
    keep_answer(row, KINDS[row.kind](read_question(row.question), version), version)


def read_question(question: str) -> Asked:
    """The question that Asked.key wrote."""
    ladder, first, last, until, role, segment, value = question.split("|", 6)
    span = Span(date.fromisoformat(first), date.fromisoformat(last))
    return Asked(Ladder.objects.get(pk=int(ladder)), span, date.fromisoformat(until), role, int(segment), value)


def intervals(asked: Asked, version: int) -> dict:
    """How sure the curves are: of first value, of being done, and of first value by role."""
    first, roles = read_spells(asked)
    done, _ = read_spells(asked, "done")
    seed = int(hashlib.sha256(f"{asked.key()}|{version}".encode()).hexdigest()[:12], 16)
    said = {"first_value": _said(first, seed), "done": _said(done, seed)}
    said["roles"] = {str(role): _said(_only(first, roles == role), seed) for role in sorted(set(roles)) if role}
    return said


def _only(spells: Spells, which: np.ndarray) -> Spells:
    return Spells(spells.cluster[which], spells.day[which], spells.reached[which], spells.gone[which])


def _said(spells: Spells, seed: int) -> dict | None:
    found = band(spells, seed=seed)
    if found is None:
        return None
    low, high = ([round(float(share), 5) for share in side[: DAYS + 1]] for side in (found.low, found.high))
    return {"low": low, "high": high, "median": list(found.median), "accounts": found.clusters}


def engaged(asked: Asked, version: int) -> dict:
    """What people do once they are in."""
    zone = Workspace.objects.get(pk=current_workspace_id()).zone
    with timezone.override(zone):
        return engagement(asked, counting_rules(), str(zone)).said()


KINDS = {INTERVALS: intervals, ENGAGEMENT: engaged}
