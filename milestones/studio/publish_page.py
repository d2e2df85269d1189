"""Pages: review and publish a draft, compare two versions, and go back to an older one."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from milestones.drafting.comparing import compare
from milestones.drafting.edits import keys, title_of
from milestones.drafting.readiness import Obstacle, obstacles
from milestones.drafting.saving import draft_of, open_draft, replace
from milestones.dry_run import DryRun, dry_run, joining
from milestones.models import Enrollment, Feature, Ladder, Version
from milestones.publishing import CARRY, FOLLOW, STAY, DraftChangedError, publish, schedule, unschedule
from milestones.segments import enrolling_obstacle
from milestones.studio.asked import whole_number
from milestones.studio.rendering import calendar_of, show
from milestones.studio.rung_form import area
from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Access
from onboarding.tracking.counting import real

JUDGED, NAMED = 200_000, 20
LOOKED_AT = 20_000  # people looked at for whom the draft would take on
POLICIES = [
    (STAY, "Stay: they finish the version they are on. Only people who start later get the new one."),
    (FOLLOW, "Follow: they move to the new version and keep everything they have reached."),
    (CARRY, "Carry over by milestone: they move, and keep what you tick below. The rest starts anew."),
]


class PublishForm(forms.Form):
    """How a draft goes live. Milestones that are not carried over may be taken back, so that needs a reason."""

    policy = forms.ChoiceField(label="Those under way", choices=POLICIES, initial=STAY, widget=forms.RadioSelect)
    carry = forms.MultipleChoiceField(label="Carried over", required=False, widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(
        label="Why the others start anew",
        required=False,
        max_length=500,
        widget=area(2),
        help_text="Kept on the audit trail: what somebody has reached is never taken back silently.",
    )
    note = forms.CharField(
        label="What is new",
        max_length=500,
        widget=area(2),
        help_text="One sentence for your colleagues; it stands in the history.",
        error_messages={"required": "Say in a sentence what is new."},
    )

    at = forms.DateTimeField(
        label="Go live later",
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="In the workspace’s time zone. Left empty, it goes live at once. An edit in between stops it.",
    )

    def __init__(self, data=None, *, draft: Version, is_trial: bool = False):
        self.common, self.is_trial = _common(draft), is_trial
        super().__init__(data, initial={"carry": self.common, "policy": STAY})
        self.fields["carry"].choices = [(key, title_of(draft.document, key)) for key in self.common]
        if not draft.ladder.live_id:
            del self.fields["policy"], self.fields["carry"], self.fields["reason"]
        if is_trial:
            self.fields["note"].required = False

    @property
    def policy_said(self) -> str:
        return self.cleaned_data.get("policy", STAY)

    @property
    def carried(self) -> set[str] | None:
        """The keys that are kept; None: all that both versions have."""
        return set(self.cleaned_data.get("carry", [])) if self.policy_said == CARRY else None

    def clean_at(self):
        at = self.cleaned_data["at"]
        if at and at <= clock.now():
            raise forms.ValidationError("That moment is past. Choose a later one, or leave it empty.")
        return at

    def clean(self):
        said = super().clean()
        starts_anew = self.policy_said == CARRY and set(self.common) - set(said.get("carry", []))
        if starts_anew and not said.get("reason", "").strip() and not self.is_trial:
            self.add_error("reason", "Say why these milestones start anew.")
        return said


def _common(draft: Version) -> list[str]:
    if not draft.ladder.live_id:
        return []
    live = set(keys(draft.ladder.live.document))
    return [key for key in keys(draft.document) if key in live]


@dataclass(frozen=True)
class Effect:
    """One rung of the dry run as the page lists it; the people are (person, account)."""

    title: str
    before: int
    after: int
    newly: int
    lost: int
    newly_people: list
    lost_people: list
    unlocks: str


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def draft_publish(request, slug, key):
    """Review what the draft would do to real people; POST publishes it."""
    ladder = get_object_or_404(Ladder.objects.select_related("live"), key=key)
    draft = draft_of(ladder)
    if draft is None:
        messages.error(request, "There is no draft to publish: it has been published or thrown away.")
        return redirect("ladder-detail", slug=slug, key=key)
    draft.ladder = ladder
    if request.method == "POST" and request.POST.get("do") == "show":
        return _review(request, draft, PublishForm(request.POST, draft=draft, is_trial=True), _obstacles(draft))
    if request.method == "POST":
        form = PublishForm(request.POST, draft=draft)
        wrong = _obstacles(draft)
        with timezone.override(request.workspace.zone):
            is_valid = form.is_valid()
        if is_valid and not wrong:
            try:
                return _publish(request, draft, form)
            except DraftChangedError as error:
                form.add_error(None, f"{error} Look at it again, then publish.")
        return _review(request, draft, form, wrong)
    return _review(request, draft, PublishForm(draft=draft), _obstacles(draft))


def _obstacles(draft: Version) -> list[Obstacle]:
    said = enrolling_obstacle(draft.document)
    return obstacles(draft.document) + ([Obstacle(said)] if said else [])


def _publish(request, draft: Version, form: PublishForm):
    seen = whole_number(request.POST.get("revision"))
    how = {
        "policy": form.policy_said,
        "carry": form.carried,
        "member": request.member,
        "note": form.cleaned_data["note"].strip(),
        "reason": form.cleaned_data.get("reason", "").strip(),
        "seen": -1 if seen is None else seen,
    }
    if at := form.cleaned_data.get("at"):
        schedule(draft, at=at, **how)
        said = calendar_of(request).time(at).words
        messages.success(request, f"Draft {draft.number} goes live {said}, unless somebody edits it before.")
        return redirect("ladder-draft", slug=request.workspace.slug, key=draft.ladder.key)
    with transaction.atomic():
        publish(draft, **how)
    messages.success(request, f"Version {draft.number} is live. Progress is brought up to date within a moment.")
    return redirect("ladder-detail", slug=request.workspace.slug, key=draft.ladder.key)


def _review(request, draft: Version, form: PublishForm, wrong: list):
    run, live = None, draft.ladder.live
    if not wrong:
        with timezone.override(request.workspace.zone):
            is_asked = form.is_bound and not {"policy", "carry"} & form.errors.keys()
        policy, carry = (form.policy_said, form.carried) if is_asked else (STAY, None)
        run = dry_run(draft, carry=carry, now=clock.now(), most=JUDGED) if live else None
    context = {
        "nav_current": "ladder-list",
        "draft": draft,
        "ladder": draft.ladder,
        "live": live,
        "form": form,
        "obstacles": wrong,
        "changes": compare(live.document, draft.document) if live else [],
        "policy": policy if not wrong else STAY,
        "run": run,
        "effects": _effects(run) if run else [],
        "left_out": Enrollment.objects.filter(~real("seat"), ladder=draft.ladder, ended_at=None).count(),
        "joining": joining(draft, now=clock.now(), most=LOOKED_AT) if not wrong else 0,
    }
    return show(request, "builder/publish.html", context)


def _effects(run: DryRun) -> list[Effect]:
    named = {pk for effect in run.rungs.values() for pk, _ in effect.newly_named[:NAMED]}
    named |= {pk for effect in run.rungs.values() for pk in effect.lost_named[:NAMED]}
    people = Enrollment.objects.select_related("seat__person", "seat__account").in_bulk(named)
    seats = {pk: (each.seat.person, each.seat.account) for pk, each in people.items()}
    names = dict(Feature.objects.values_list("key", "name"))
    return [
        Effect(
            title=effect.title,
            before=effect.before,
            after=effect.after,
            newly=effect.newly,
            lost=effect.lost,
            newly_people=[seats[pk] for pk, _ in effect.newly_named[:NAMED] if pk in seats],
            lost_people=[seats[pk] for pk in effect.lost_named[:NAMED] if pk in seats],
            unlocks=", ".join(names.get(each, each) for each in effect.unlocks),
        )
        for effect in run.rungs.values()
    ]


@require_POST
@open_to(Access.MANAGER)
def draft_unschedule(request, slug, key):
    """Let the draft wait for somebody to publish it."""
    draft = draft_of(get_object_or_404(Ladder, key=key))
    if draft:
        unschedule(draft, member=request.member)
        messages.success(request, "It does not go live by itself any more.")
    return redirect("ladder-draft", slug=slug, key=key)


@require_safe
@open_to(Access.MANAGER)
def version_compare(request, slug, key):
    """Two versions side by side, `?from=` and `?to=`; without them the live one and the newest."""
    ladder = get_object_or_404(Ladder.objects.select_related("live"), key=key)
    versions = list(ladder.versions.order_by("-number"))
    new = _numbered(versions, request.GET.get("to", "")) or (versions[0] if versions else None)
    if new is None:
        raise Http404
    before = [version for version in versions if version.number < new.number]
    old = _numbered(versions, request.GET.get("from", "")) or (before[0] if before else new)
    context = {
        "nav_current": "ladder-list",
        "ladder": ladder,
        "versions": versions,
        "old": old,
        "new": new,
        "changes": compare(old.document, new.document),
        "calendar": calendar_of(request),
    }
    return show(request, "builder/compare.html", context)


@require_POST
@open_to(Access.MANAGER)
def version_restore(request, slug, key, number):
    """Go back: the draft becomes what an older version says, to be reviewed and published anew."""
    ladder = get_object_or_404(Ladder.objects.select_related("live"), key=key)
    version = get_object_or_404(ladder.versions.exclude(state=Version.State.DRAFT), number=number)
    draft = open_draft(ladder, member=request.member, document=version.document, said=f"Went back to version {number}")
    if draft.document != version.document:
        replace(draft, version.document, said=f"Went back to version {number}", member=request.member)
    record(member=request.member, verb="went back to a version", subject=f"{ladder.name} version {number}")
    return redirect("draft-publish", slug=slug, key=key)


def _numbered(versions: list[Version], text: str) -> Version | None:
    number = whole_number(text)
    return next((version for version in versions if version.number == number), None)
