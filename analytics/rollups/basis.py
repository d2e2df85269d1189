"""What every roll-up of a workspace rests on: its calendar, its segments, who has left, and which rungs and features there are."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date

from analytics.models import CountingRules
from milestones.models import Feature, Rung
from onboarding.tenancy.database.arrays import integers, texts
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Account, EventName

FORM = 1  # of the roll-ups themselves; another one, and they are made anew


@dataclass(frozen=True)
class Basis:
    """The settings, read once for all statements of one pass."""

    workspace_id: int
    timezone: str
    segments: tuple[str, ...]
    gone: tuple[tuple[int, date], ...]  # account id, the day on which it left
    unlocks: tuple[tuple[int, int, str], ...]  # version id, place among its rungs from 1, key of the feature
    uses: tuple[tuple[str, int], ...]  # key of a feature, id of an event name that shows its use

    def parameters(self) -> dict:
        """As the statements name them."""
        return {
            "workspace": self.workspace_id,
            "zone": self.timezone,
            "segments": texts(self.segments),
            "gone": integers(account for account, _ in self.gone),
            "gone_on": texts(day.isoformat() for _, day in self.gone),
            "unlock_version": integers(version for version, _, _ in self.unlocks),
            "unlock_place": integers(place for _, place, _ in self.unlocks),
            "unlock_feature": texts(feature for _, _, feature in self.unlocks),
            "use_feature": texts(feature for feature, _ in self.uses),
            "use_name": integers(name for _, name in self.uses),
        }

    def fingerprint(self, left_trait: str) -> str:
        """Changes with what moves every count; who has left and what is published is followed as it comes."""
        said = json.dumps([FORM, self.timezone, self.segments, left_trait, self.uses])
        return hashlib.sha256(said.encode()).hexdigest()


def counting_rules() -> CountingRules:
    """The workspace's own, or the usual ones."""
    return CountingRules.objects.first() or CountingRules(workspace_id=current_workspace_id())


def read_basis() -> tuple[Basis, str]:
    """(the basis of the open workspace, its fingerprint)"""
    rules = counting_rules()
    timezone = Workspace.objects.values_list("timezone", flat=True).get(pk=current_workspace_id())
    basis = Basis(
        current_workspace_id(), timezone, tuple(rules.segments), _gone(rules.left_trait), tuple(_unlocks()), _uses()
    )
    return basis, basis.fingerprint(rules.left_trait)


def _gone(trait: str) -> tuple[tuple[int, date], ...]:
    """Accounts whose trait holds the day on which they left; a value that is no day says nothing."""
    if not trait:
        return ()
    rows = Account.objects.filter(traits__has_key=trait).order_by("pk").values_list("pk", f"traits__{trait}")
    return tuple((pk, day) for pk, value in rows if (day := _day(value)))


def _day(value) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def _unlocks():
    rows = Rung.objects.filter(content__has_key="unlocks").exclude(version__published_at=None)
    wanted = set(rows.values_list("version_id", flat=True))
    place: dict[int, int] = {}
    ordered = Rung.objects.filter(version_id__in=wanted).order_by("version_id", "position", "id")
    for version, unlocked in ordered.values_list("version_id", "content__unlocks"):
        place[version] = place.get(version, 0) + 1
        for feature in unlocked or []:
            yield version, place[version], feature


def _uses() -> tuple[tuple[str, int], ...]:
    """Each feature with the events that show its use; one without events is never seen to be used, so it is not counted."""
    features = dict(Feature.objects.exclude(events=[]).values_list("key", "events"))
    names = dict(
        EventName.objects.filter(name__in={n for said in features.values() for n in said}).values_list("name", "id")
    )
    return tuple(sorted((key, names[name]) for key, said in features.items() for name in said if name in names))
