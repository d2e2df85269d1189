"""A message as somebody would get it: a person of the workspace, or samples while there is none."""

from django.utils.translation import override

from milestones.languages import reading
from milestones.models import Enrollment, Ladder, Progress
from onboarding import clock
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import current_workspace_id
from playbooks.models import OUTSIDE, MessageTemplate, MessageText
from playbooks.wording.composing import Message, compose
from playbooks.wording.rendering import UnsayableError
from playbooks.wording.variables import sample_of, values_for

OFFERED = 25
PAGE = "https://checklist.example/"  # nobody's: a preview makes no link that works


def previewed_people() -> list[Enrollment]:
    """Who may be looked through: those on a ladder who were seen last."""
    running = Enrollment.objects.filter(ended_at=None, seat__left_at=None, seat__person__external_id__isnull=False)
    seen = running.select_related("seat__person", "seat__account", "ladder").order_by("-seat__person__last_seen_at")
    return list(seen[:OFFERED])


def preview(template: MessageTemplate, text: MessageText, enrollment: str) -> Message:
    """As the person of that enrollment gets it; without one as the person seen last would. Raises UnsayableError."""
    found = Enrollment.objects.filter(ended_at=None).select_related(
        "seat__person", "seat__account__manager__user", "ladder"
    )
    chosen = found.filter(pk=int(enrollment)).first() if enrollment.isdecimal() and len(enrollment) < 18 else None
    if chosen is None:
        people = previewed_people()
        chosen = found.get(pk=people[0].pk) if people else None
    if chosen is None:
        with override(text.language):
            return compose(text, sample_of(Ladder.objects.exclude(live=None).first()))
    workspace, now = Workspace.objects.get(pk=current_workspace_id()), clock.now()
    with reading(workspace, chosen.seat.person), override(text.language):
        page = PAGE if template.channel in OUTSIDE else ""
        values = values_for(chosen, _step(template, chosen), workspace=workspace, checklist=page, now=now)
        return compose(text, values)


def needs_a_step(template: MessageTemplate) -> bool:
    """Whether any of its texts cannot be said where the message is about the whole ladder, and so about no step."""
    everything = sample_of(None)
    nothing = {group: said for group, said in everything.items() if group != "milestone"} | {"milestone": {}}
    return any(_can_be_said(text, everything) and not _can_be_said(text, nothing) for text in template.texts.all())


def _can_be_said(text: MessageText, values: dict) -> bool:
    try:
        compose(text, values)
    except UnsayableError:
        return False
    return True


def _step(template: MessageTemplate, enrollment: Enrollment) -> str:
    """The step that the message is about, else one that stands open, else the first."""
    rows = (
        Progress.objects.filter(enrollment=enrollment, on_track=True).select_related("rung").order_by("rung__position")
    )
    keys = [row.key for row in rows]
    if template.milestone in keys:
        return template.milestone
    waiting = [row.key for row in rows if row.reached_at is None and row.skipped_at is None]
    return (waiting or keys or [""])[0]
