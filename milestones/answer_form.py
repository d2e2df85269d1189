"""A form of questions: the customer's, by a link, and the customer-success manager's own."""

from collections.abc import Mapping, Sequence
from datetime import date

from django import forms

from milestones.discovery import in_words
from milestones.models import Question
from onboarding.tenancy.guarded_forms import GuardedForm

MOST_WORDS = 2_000


class AnswerForm(GuardedForm):
    """One field for each question, named by its key; `answers` are what is known so far."""

    def __init__(self, data=None, *, questions: Sequence[Question], answers: Mapping, is_guest: bool):
        self.questions = questions
        super().__init__(
            data, auto_id="answer-%s", initial={f"q-{key}": _shown(value) for key, value in answers.items()}
        )
        for question in questions:
            # What is required keeps a customer from sending half of it; a manager may write down what is known.
            required = question.required and is_guest
            self.fields[f"q-{question.key}"] = _field(question, answers.get(question.key), required=required)
        if is_guest:
            self.fields["name"] = forms.CharField(
                label="Your name", max_length=200, error_messages={"required": "Say who you are."}
            )

    def answers(self) -> dict:
        """question key → what was said; None for what was left empty."""
        said = {}
        for question in self.questions:
            value = self.cleaned_data.get(f"q-{question.key}")
            if isinstance(value, date):
                value = value.isoformat()
            elif isinstance(value, str):
                value = value.strip()
            said[question.key] = value if value not in ("", []) else None
        return said


def _shown(value):
    return int(value) if isinstance(value, float) and value == int(value) else value


def _field(question: Question, answer, *, required: bool) -> forms.Field:
    said = {"label": question.text, "help_text": question.help, "required": required}
    given = map(in_words, answer if isinstance(answer, list) else [answer] if answer else [])
    # What was chosen once and is no longer offered stays to be chosen: saving another answer takes nothing away.
    options = [(option, option) for option in dict.fromkeys([*question.options, *given])]
    match question.kind:
        case Question.Kind.SINGLE:
            return forms.ChoiceField(
                choices=options if required else [*options, ("", "Not known yet")], widget=forms.RadioSelect, **said
            )
        case Question.Kind.MULTIPLE:
            return forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple, **said)
        case Question.Kind.NUMBER:
            return forms.FloatField(
                min_value=-1e12, max_value=1e12, widget=forms.NumberInput(attrs={"step": "any"}), **said
            )
        case Question.Kind.DATE:
            return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **said)
    return forms.CharField(max_length=MOST_WORDS, widget=forms.Textarea(attrs={"rows": 3}), **said)
