"""Small ladders for tests."""

from milestones.ladder_files import check
from milestones.publishing import draft, publish, take_on
from onboarding.tenancy.scope import workspace_scope


def milestone(key, criteria, **fields):
    return {"key": key, "title": key.replace("-", " ").capitalize(), "criteria": criteria, **fields}


def ladder(*milestones, key="path", rungs=None, **settings):
    """A one-phase ladder of these milestones; `rungs` maps a key to what its placement says."""
    placed = [{"milestone": m["key"], **(rungs or {}).get(m["key"], {})} for m in milestones]
    features = sorted({feature for m in milestones for feature in m.get("unlocks", [])})
    document = {
        "ladder": key,
        "name": key.capitalize(),
        "enroll": {"when": "first_seen", "since": "2020-01-01"},
        **settings,
        "features": [{"key": feature, "name": feature.capitalize()} for feature in features],
        "milestones": list(milestones),
        "phases": [{"name": "Setup", "rungs": placed}],
    }
    check(document)
    return document


def publish_ladder(workspace, document, **options):
    with workspace_scope(workspace.pk):
        version, _ = draft(document)
        publish(version, **options)
        take_on()
    return version
