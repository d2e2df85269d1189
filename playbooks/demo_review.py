"""What the demo's team has looked at and told, and what has come up by itself since."""

from datetime import timedelta

from milestones.models import Feature
from onboarding import clock
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Access, Member, Workspace
from playbooks.models import ChangeNote, Matter, NoteReader
from playbooks.reviewing.notes import publish
from playbooks.reviewing.noticing import live_rungs, look_over

DAY = timedelta(days=1)
SAID = (
    "Three of you wrote that the first dashboard asks for too much at once.",
    "It begins from a template now, and asks for a name and one number.",
    "Since then the step takes 4 days in the middle instead of 7.",
)
NEXT = (
    "The alert comes, and nobody knows what to do first.",
    "An alert can say its first step, and to whom it goes.",
    "",
)
LOOKED = "Read the five comments: it was the name of the button. Changed it with the template."


def write_review(workspace: Workspace) -> None:
    """To be called inside the workspace's scope, when ratings and messages are there."""
    now, members = clock.now(), list(Member.objects.filter(access=Access.MANAGER).order_by("pk"))
    rungs = {rung.key: rung for rung in live_rungs()}
    if "publish-dashboard" not in rungs:
        return
    about = rungs["publish-dashboard"]
    own = {"workspace": workspace, "ladder": about.version.ladder.key, "rung": about.key, "made_by": members[0]}
    note = ChangeNote.objects.create(**own, said=SAID[0], changed=SAID[1], moved=SAID[2], made_at=now - 13 * DAY)
    publish(note, member=members[0])
    ChangeNote.objects.filter(pk=note.pk).update(published_at=now - 12 * DAY)
    half = list(NoteReader.objects.filter(note=note).order_by("pk").values_list("pk", flat=True)[::2])
    NoteReader.objects.filter(pk__in=half).update(seen_at=now - 11 * DAY, closed_at=now - 11 * DAY)
    alert = rungs.get("act-on-alert")
    if alert:
        own |= {"rung": alert.key}
        ChangeNote.objects.create(**own, said=NEXT[0], changed=NEXT[1], moved=NEXT[2], made_at=now - 2 * DAY)
    figures = {"title": about.title, "mean": 2.3, "count": 7}
    settled = {"settled_at": now - 13 * DAY, "settled_by": members[0], "outcome": LOOKED}
    Matter.objects.create(
        workspace=workspace,
        kind=Matter.Kind.UNRATED,
        about=f"{about.version.ladder.key}/{about.key}",
        ladder=about.version.ladder.key,
        rung=about.key,
        evidence=figures,
        raised_at=now - 16 * DAY,
        seen_at=now - 13 * DAY,
        **settled,
    )
    _change_a_feature(rungs.values(), members[-1])
    look_over(now)


def _change_a_feature(rungs, member: Member) -> None:
    """Somebody has changed one that a live rung unlocks."""
    for rung in rungs:
        for key in rung.content.get("unlocks", []):
            feature = Feature.objects.filter(key=key).first()
            if feature:
                record(member=member, verb="changed a feature", subject=feature.name, detail={"key": key})
                return
