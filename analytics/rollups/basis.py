"""What every roll-up of a workspace rests on: its calendar, its segments, what says that an account left, its rungs and features."""

import hashlib
import json
from dataclasses import dataclass

from analytics.models import CountingRules
from milestones.models import Feature, Rung
from onboarding.tenancy.database.arrays import integers, texts
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import EventName

FORM = 1  # of the roll-ups themselves; another one, and they are made anew


@dataclass(frozen=True)
class Basis:
    """The settings, read once for all statements of one pass."""

    workspace_id: int
    timezone: str
    segments: tuple[str, ...]
    left_trait: str  # of an account: holds the day on which it left
    unlocks: tuple[tuple[int, int, str], ...]  # version id, place among its rungs from 1, key of the feature
    uses: tuple[tuple[str, int], ...]  # key of a feature, id of an event name that shows its use

    def parameters(self) -> dict:
        """As the statements name them."""
        return {
            "workspace": self.workspace_id,
            "zone": self.timezone,
            "segments": texts(self.segments),
            "left_trait": self.left_trait,
            "unlock_version": integers(version for version, _, _ in self.unlocks),
            "unlock_place": integers(place for _, place, _ in self.unlocks),
            "unlock_feature": texts(feature for _, _, feature in self.unlocks),
            "use_feature": texts(feature for feature, _ in self.uses),
            "use_name": integers(name for _, name in self.uses),
        }

    def fingerprint(self) -> str:
        """Changes with what moves every count; what is published is followed as it comes."""
        said = json.dumps([FORM, self.timezone, self.segments, self.left_trait, self.uses])
        return hashlib.sha256(said.encode()).hexdigest()


def counting_rules() -> CountingRules:
    """The workspace's own, or the usual ones."""
    return CountingRules.objects.first() or CountingRules(workspace_id=current_workspace_id())


def read_basis() -> tuple[Basis, str]:
    """(the basis of the open workspace, its fingerprint)"""
    rules = counting_rules()
    timezone = Workspace.objects.values_list("timezone", flat=True).get(pk=current_workspace_id())
    segments = tuple(rules.segments)
    basis = Basis(current_workspace_id(), timezone, segments, rules.left_trait, tuple(_unlocks()), _uses())
    return basis, basis.fingerprint()


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
