"""A version's rules as frozen values, read once: published versions never change."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import timedelta

from milestones import working_time
from milestones.climbing import Rules, RungRule
from milestones.criteria import EventSignal, TraitSignal, parse
from milestones.models import Rung, Version
from milestones.working_time import WorkingTime
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import current_workspace_id


@dataclass(frozen=True)
class SignalRule:
    """One signal that facts decide, with its place."""

    rung: str
    index: int
    signal: EventSignal | TraitSignal


@dataclass(frozen=True)
class VersionRules:
    version_id: int
    ladder_id: int
    ladder_key: str
    rules: Rules
    signals: tuple[SignalRule, ...]
    rung_ids: dict[str, int]
    enroll: dict

    def __hash__(self):
        return hash(self.version_id)


_published: dict[tuple[int, int], VersionRules] = {}


def version_rules(version_id: int, workspace_id: int) -> VersionRules:
    """The rules of a version of the open workspace; drafts are read anew each time."""
    # workspace_id is part of the key so that nothing is ever shared across workspaces, not even a cache.
    known = _published.get((workspace_id, version_id))
    if known is not None:
        return known
    version = Version.objects.select_related("ladder").get(pk=version_id)
    rules = read_rules(version)
    if version.state != Version.State.DRAFT:
        if len(_published) > 5000:
            _published.clear()
        _published[workspace_id, version_id] = rules
    return rules


def read_rules(version: Version) -> VersionRules:
    """The rules of a published version as it was frozen, of a draft as it stands."""
    if version.state == Version.State.DRAFT:
        return document_rules(version)
    rungs = list(Rung.objects.filter(version=version).order_by("position"))
    rules = [
        _rung_rule(rung.key, rung.content["criteria"], rung.tracks, rung.requires, rung.due or {}) for rung in rungs
    ]
    working = working_time.read(version.rules.get("working_time"))
    return _version_rules(version, rules, version.rules, {rung.key: rung.pk for rung in rungs}, working)


def document_rules(version: Version, keys: Container[str] | None = None) -> VersionRules:
    """The rules that a draft's document would have, of the rungs in `keys` only where it is given. They have no row ids.

    Raises CriteriaError for a rung whose criteria do not fit the language yet.
    """
    document, rules = version.document, []
    for rung in (rung for phase in document["phases"] for rung in phase["rungs"]):
        key = rung["milestone"]
        if keys is not None and key not in keys:
            continue
        own = next(milestone for milestone in document["milestones"] if milestone["key"] == key)
        criteria = {**own, **rung.get("override", {})}.get("criteria")
        requires = [needed for needed in rung.get("requires", []) if keys is None or needed in keys]
        rules.append(_rung_rule(key, criteria, rung.get("tracks", []), requires, rung.get("due") or {}))
    return _version_rules(version, rules, document, {}, present_working_time())


def present_working_time() -> WorkingTime:
    """The open workspace's working days and holidays as they are set now."""
    workspace = Workspace.objects.get(pk=current_workspace_id())
    return WorkingTime(workspace.timezone, frozenset(workspace.working_days), frozenset(workspace.holidays))


def _version_rules(
    version: Version, rules: list[RungRule], settings: dict, rung_ids: dict[str, int], working_time: WorkingTime
) -> VersionRules:
    signals = [
        SignalRule(rule.key, index, signal)
        for rule in rules
        for index, signal in enumerate(rule.criteria.signals)
        if isinstance(signal, EventSignal | TraitSignal)
    ]
    return VersionRules(
        version_id=version.pk,
        ladder_id=version.ladder_id,
        ladder_key=version.ladder.key,
        rules=Rules(
            rungs=tuple(rules),
            at_once=settings.get("at_once"),
            per_day=settings.get("per_day"),
            spacing=timedelta(hours=settings.get("spacing_hours") or 0),
            working_time=working_time,
        ),
        signals=tuple(signals),
        rung_ids=rung_ids,
        enroll=settings.get("enroll") or {"when": "first_seen"},
    )


def _rung_rule(key: str, criteria: dict, tracks: list[str], requires: list[str], due: dict) -> RungRule:
    return RungRule(
        key=key,
        criteria=parse(criteria),
        tracks=frozenset(tracks),
        requires=tuple(requires),
        due_days=due.get("days"),
        due_from=due.get("from", "opened"),
        due_business=due.get("business", False),
    )
