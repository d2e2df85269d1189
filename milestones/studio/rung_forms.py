"""The forms by which a member changes one rung of somebody's climb."""

from dataclasses import dataclass

from django import forms

from milestones.checklist.actions import ActionRefusedError
from milestones.models import Enrollment
from milestones.studio import member_actions
from milestones.studio.person_climb import RungView
from onboarding.tenancy.models import Member


def _lines(placeholder: str = "") -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 2, "placeholder": placeholder})


class ConfirmForm(forms.Form):
    note = forms.CharField(
        label="What you know", required=False, max_length=500, widget=_lines(), help_text="Kept as the evidence."
    )


class SkipForm(forms.Form):
    note = forms.CharField(label="Why they need not do it", required=False, max_length=500, widget=_lines())


class ReopenForm(forms.Form):
    reason = forms.CharField(label="Why they should do it again", max_length=500, widget=_lines())


class ExtendForm(forms.Form):
    until = forms.DateField(label="New date", widget=forms.DateInput(attrs={"type": "date"}))


class EnrollForm(forms.Form):
    """Which ladder, and why; `ladders` are those that can be chosen."""

    ladder = forms.ChoiceField(error_messages={"required": "Choose a ladder.", "invalid_choice": "Choose a ladder."})
    note = forms.CharField(label="Why", required=False, max_length=500, widget=_lines())

    def __init__(self, data=None, *, ladders):
        super().__init__(data, auto_id="enroll-%s")
        self.fields["ladder"].choices = [("", "Choose one"), *((each.key, each.name) for each in ladders)]


class UnenrollForm(forms.Form):
    reason = forms.CharField(label="Why they leave the ladder", max_length=500, widget=_lines())


class TrackForm(forms.Form):
    role = forms.ChoiceField(label="Track", error_messages={"required": "Choose a track."})
    note = forms.CharField(label="Why", required=False, max_length=500, widget=_lines())

    def __init__(self, data=None, *, roles, **options):
        super().__init__(data, **options)
        self.fields["role"].choices = [("", "Choose one"), *roles]


@dataclass(frozen=True)
class RungVerb:
    key: str
    label: str
    form: type[forms.Form]
    done: str
    states: tuple[str, ...]


VERBS = {
    verb.key: verb
    for verb in (
        RungVerb("confirm", "Confirm", ConfirmForm, "Confirmed", ("open", "locked", "skipped")),
        RungVerb("extend", "Give more time", ExtendForm, "Extended", ("open", "locked")),
        RungVerb("skip", "Skip", SkipForm, "Skipped", ("open", "locked")),
        RungVerb("reopen", "Reopen", ReopenForm, "Reopened", ("reached", "skipped")),
    )
}


@dataclass(frozen=True)
class OfferedAct:
    """A verb that may be used on a rung now, with its form; open where the form has something to say."""

    verb: RungVerb
    form: forms.Form

    @property
    def is_open(self) -> bool:
        return self.form.is_bound


def form_for(verb: RungVerb, enrollment: int, key: str, data=None) -> forms.Form:
    return verb.form(data, auto_id=f"{verb.key}-{enrollment}-{key}-%s")


def offered(enrollment: Enrollment, rung: RungView, sent: tuple[str, str, forms.Form] | None) -> list[OfferedAct]:
    """The acts a rung offers; `sent` is (rung key, verb, bound form) of a form that was sent and refused."""
    acts = []
    for verb in VERBS.values():
        if rung.state in verb.states:
            mine = sent is not None and sent[:2] == (rung.key, verb.key)
            acts.append(OfferedAct(verb, sent[2] if mine else form_for(verb, enrollment.pk, rung.key)))
    return acts


def carry_out(verb: RungVerb, form: forms.Form, enrollment: Enrollment, key: str, *, member: Member, zone):
    """True or False as the verb answers, None when the form is refused: its errors say why."""
    if not form.is_valid():
        return None
    said = form.cleaned_data | ({"zone": zone} if verb.key == "extend" else {})
    try:
        return getattr(member_actions, verb.key)(enrollment, key, member=member, **said)
    except ActionRefusedError as error:
        form.add_error(next(iter(form.fields)), str(error))
        return None
