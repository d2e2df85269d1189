"""Results that take long: worked out by the worker, kept by question and data version, shown at once."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from django.db import transaction

from analytics.models import Keeping, Kept
from analytics.rollups.basis import counting_rules
from onboarding import clock
from onboarding.tenancy.jobs import hand_over
from onboarding.tenancy.scope import current_workspace_id

AGAIN = timedelta(seconds=10)  # a question is handed over to the worker at most so often
# What an answer rests on besides the counts, such as goals and who looks after an account, is looked at again after so long.
AGED = timedelta(minutes=10)
AT_ONCE = 20  # first answers under way in a workspace
MOST = 2_000  # questions kept in a workspace; those asked longest ago go first


@dataclass(frozen=True)
class Answer:
    """`said` is None while it is worked out for the first time; `is_fresh` when it rests on what is counted now."""

    said: dict | None
    is_fresh: bool
    worked_out_at: datetime | None
    has_failed: bool = False

    @property
    def is_awaited(self) -> bool:
        return self.said is None and not self.has_failed


def answer(kind: str, question: str, version: int | None = None) -> Answer:
    """The last answer, and the worker is asked for a newer one where the counts have moved since. `version`: `counts_version` of now,
    from who asks much.
    """
    now = clock.now()
    version = counts_version() if version is None else version
    row, is_new = Kept.objects.get_or_create(
        workspace_id=current_workspace_id(),
        kind=kind,
        key=hashlib.sha256(question.encode()).hexdigest(),
        defaults={"question": question, "asked_at": now},
    )
    is_fresh = is_current(row, version, now)
    if not is_fresh and (is_new or row.asked_at < now - AGAIN):
        _ask(row, now)
    return Answer(row.said, is_fresh, row.worked_out_at, has_failed=row.failed_at is not None)


def is_current(row: Kept, version: int, now: datetime) -> bool:
    """Whether there is an answer, of these counts, and not aged."""
    return row.said is not None and row.version == version and row.worked_out_at > now - AGED


def _ask(row: Kept, now: datetime) -> None:
    """Hand the question over once this transaction is there to be read; in a workspace so many are under way, and no more."""
    workspace_id = current_workspace_id()
    under_way = (
        Kept.objects.filter(said__isnull=True, failed_at=None, asked_at__gt=now - 6 * AGAIN).exclude(pk=row.pk).count()
    )
    if under_way < AT_ONCE:
        Kept.objects.filter(pk=row.pk).update(asked_at=now, failed_at=None)
        transaction.on_commit(lambda: hand_over("analytics.work_out", workspace_id, row.pk))


def keep_answer(row: Kept, said: dict, version: int, *, most: int = MOST) -> None:
    """`most` of its kind are kept: some are large."""
    row.said, row.version, row.worked_out_at, row.failed_at = said, version, clock.now(), None
    row.save(update_fields=["said", "version", "worked_out_at", "failed_at"])
    old = Kept.objects.filter(kind=row.kind).order_by("-asked_at").values_list("pk", flat=True)[most:]
    Kept.objects.filter(pk__in=list(old)).delete()


def counts_version() -> int:
    """Of what answers rest on: the counts, and what the settings say is counted. The latter is not kept beside the former, which are
    held for minutes while everything is counted anew: a setting is saved at once.
    """
    rules = counting_rules()
    said = {
        field.name: getattr(rules, field.name)
        for field in rules._meta.concrete_fields
        if field.name not in ("id", "workspace")
    }
    version = Keeping.objects.values_list("version", flat=True).first() or 0
    return version << 32 | crc32(json.dumps(said, sort_keys=True).encode())
