"""The form of a nudge."""

from django import forms

from milestones.models import Ladder, Rung, Segment
from milestones.studio.roles import role_label, usual_roles
from onboarding.tenancy.guarded_forms import GuardedForm
from playbooks.models import MessageTemplate, Nudge
from playbooks.nudging.facts import OF_THE_LADDER
from playbooks.wording.previewing import needs_a_step

Trigger = Nudge.Trigger
PLAIN = ("name", "trigger", "template", "roles", "segment", "hour", "patience", "takes_late")
COLUMNS = (*PLAIN, "ladder", "rung", "days", "stars")  # what the form says of a nudge
NEEDS_DAYS = {Trigger.DUE_SOON, Trigger.INACTIVE}


class NudgeForm(GuardedForm):
    name = forms.CharField(max_length=120, error_messages={"required": "Give the nudge a name."})
    trigger = forms.ChoiceField(label="When", choices=Trigger.choices)
    place = forms.ChoiceField(
        label="Which step",
        help_text="A nudge about the ladder’s end, or about somebody who stays away, is about the whole ladder.",
    )
    days = forms.FloatField(
        label="Days",
        min_value=0,
        max_value=365,
        required=False,
        help_text="After that moment; before it, of what is due soon.",
    )
    stars = forms.IntegerField(
        label="Stars, or fewer",
        min_value=1,
        max_value=5,
        initial=2,
        required=False,
        help_text="Of a step that was rated low.",
    )
    template = forms.ModelChoiceField(
        queryset=MessageTemplate.objects.none(),
        label="Message",
        empty_label="Choose one",
        error_messages={"required": "Choose what it says. A message is written on the page of messages."},
    )
    roles = forms.MultipleChoiceField(
        label="Only these roles", required=False, widget=forms.CheckboxSelectMultiple, help_text="None: any role."
    )
    segment = forms.ModelChoiceField(
        queryset=Segment.objects.none(), label="Only this segment", required=False, empty_label="Everybody"
    )
    hour = forms.TypedChoiceField(
        label="Not before",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", "As soon as it may go out"),
            *[(hour, f"{hour:02}:00 where the person is") for hour in range(6, 21)],
        ],
    )
    patience = forms.IntegerField(
        label="Too late after",
        min_value=1,
        max_value=60,
        initial=7,
        help_text="Days. What could not be said by then is not said at all.",
    )
    takes_late = forms.BooleanField(
        label="Also of what came with an import, a day late, or by publishing",
        required=False,
        help_text="Off, it speaks of what happens now only.",
    )

    def __init__(self, data=None, *, nudge: Nudge | None = None, initial: dict | None = None):
        super().__init__(data, initial=_initial(nudge) if nudge else initial or {}, auto_id="nudge-%s")
        self.is_on = bool(nudge and nudge.is_on)
        self.fields["place"].choices = _places(nudge)
        templates = MessageTemplate.objects.filter(archived_at=None)
        self.fields["template"].queryset = templates.order_by("name")
        self.fields["segment"].queryset = Segment.objects.order_by("name")
        known = dict.fromkeys([*usual_roles(), *(nudge.roles if nudge else [])])
        self.fields["roles"].choices = [(role, role_label(role)) for role in known]

    def clean(self):
        said = super().clean()
        trigger, days = said.get("trigger"), said.get("days")
        if trigger in NEEDS_DAYS and not days and "days" not in self.errors:
            self.add_error(
                "days", "Say after how many days." if trigger == Trigger.INACTIVE else "Say how many days before."
            )
        ladder, _, rung = (said.get("place") or "").partition("/")
        if trigger in OF_THE_LADDER:
            rung = ""
        self.ladder = Ladder.objects.filter(key=ladder).select_related("live").first()
        self.rung = rung
        template = said.get("template")
        if self.is_on and template and not template.texts.exists():
            self.add_error("template", f"“{template}” has no text yet. Write it first.")
        if template and trigger in OF_THE_LADDER and needs_a_step(template):
            self.add_error("template", f"“{template}” speaks of a step, and this nudge is about the whole ladder.")
        if trigger == Trigger.DUE_SOON or trigger == Trigger.OVERDUE:
            self._check_due()
        return said

    def _check_due(self) -> None:
        """A step without a due date is never due."""
        if self.ladder is None:
            return
        rungs = Rung.objects.filter(version=self.ladder.live_id)
        rungs = rungs.filter(key=self.rung) if self.rung else rungs
        if not any(rung.due for rung in rungs):
            self.add_error("place", "No step here has a due date. Give it one in the ladder first.")

    def into(self, nudge: Nudge) -> None:
        """Put what was said into a nudge; the caller saves it."""
        said = self.cleaned_data
        for name in PLAIN:
            setattr(nudge, name, said[name])
        nudge.ladder, nudge.rung = self.ladder, self.rung
        nudge.days, nudge.stars = said["days"] or 0, said["stars"] or 2


def _initial(nudge: Nudge) -> dict:
    place = f"{nudge.ladder.key}/{nudge.rung}"
    said = {
        name: getattr(nudge, name) for name in ("name", "trigger", "roles", "hour", "patience", "takes_late", "stars")
    }
    return said | {
        "place": place,
        "template": nudge.template_id,
        "segment": nudge.segment_id,
        "days": f"{nudge.days:g}",
    }


def _places(nudge: Nudge | None) -> list:
    """Each published ladder with its steps; before them what the nudge is about, where no live version has it any more."""
    groups = []
    for ladder in Ladder.objects.exclude(live=None).order_by("position", "id"):
        rungs = Rung.objects.filter(version=ladder.live_id).order_by("position")
        steps = [(f"{ladder.key}/{rung.key}", rung.content["title"]) for rung in rungs]
        groups.append((ladder.name, [(f"{ladder.key}/", f"Any step of {ladder.name}"), *steps]))
    own = f"{nudge.ladder.key}/{nudge.rung}" if nudge else ""
    if own and not any(own == place for _, places in groups for place, _ in places):
        return [(own, f"{_title(nudge)}, which is not in the live version"), *groups]
    return groups


def _title(nudge: Nudge) -> str:
    """What a step was called in the last version that had it."""
    rungs = Rung.objects.filter(version__ladder=nudge.ladder_id, key=nudge.rung).order_by("-version__number")
    title = rungs.values_list("content__title", flat=True).first()
    return title or nudge.rung or f"Any step of {nudge.ladder.name}"
