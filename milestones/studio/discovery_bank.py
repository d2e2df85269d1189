"""Pages: the questions that are asked at the start, and what follows from each answer."""

from datetime import date

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from milestones.answering import next_position
from milestones.discovery import in_words
from milestones.drafting.naming import free_key
from milestones.models import AnswerRule, Milestone, Question
from milestones.studio.rendering import show
from milestones.studio.roles import role_label, usual_roles
from milestones.studio.rung_form import LinesField, area
from onboarding.tenancy.access import open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.guarded_forms import GuardedForm
from onboarding.tenancy.models import Access
from onboarding.tenancy.scope import current_workspace_id

MOST, MOST_RULES = 100, 50
CHOICES = (Question.Kind.SINGLE, Question.Kind.MULTIPLE)


class QuestionForm(GuardedForm):
    text = forms.CharField(label="Question", max_length=300, error_messages={"required": "Write the question."})
    help = forms.CharField(label="A word of help", required=False, max_length=500, widget=area(2))
    kind = forms.ChoiceField(label="Answered by", choices=Question.Kind.choices, widget=forms.RadioSelect)
    options = LinesField(label="The answers to choose from", help_text="One a line. For one or any of several.")
    roles = forms.MultipleChoiceField(
        label="Asked of", required=False, widget=forms.CheckboxSelectMultiple, help_text="None: of everybody."
    )
    required = forms.BooleanField(label="Customers must answer it", required=False)

    def __init__(self, data=None, *, question: Question | None = None):
        initial = {"kind": Question.Kind.SINGLE}
        if question:
            initial = {name: getattr(question, name) for name in ("text", "help", "kind", "roles", "required")}
            initial["options"] = "\n".join(question.options)
        super().__init__(data, initial=initial, auto_id="question-%s")
        roles = dict.fromkeys([*usual_roles(), *(question.roles if question else [])])
        self.fields["roles"].choices = [(role, role_label(role)) for role in roles]

    def clean(self):
        said = super().clean()
        options = list(dict.fromkeys(said.get("options", [])))
        if said.get("kind") in CHOICES and len(options) < 2 and "options" not in self.errors:
            self.add_error("options", "Give at least two answers to choose from.")
        if any(len(option) > 200 for option in options):
            self.add_error("options", "An answer has at most 200 characters.")
        said["options"] = options if said.get("kind") in CHOICES else []
        return said

    def question_said(self) -> dict:
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}


class RuleForm(forms.Form):
    op = forms.ChoiceField(label="If the answer")
    value = forms.CharField(label="This", required=False, max_length=200)
    milestone = forms.ChoiceField(
        label="This milestone belongs on the ladder",
        required=False,
        help_text="A milestone that some answer asks for is left out where none does.",
    )
    goal = forms.CharField(label="And this goal is set", required=False, max_length=200)
    unit = forms.CharField(label="Its unit", required=False, max_length=40, help_text="Hours a week, %, EUR.")
    baseline = forms.CharField(
        label="Where it stands", required=False, max_length=40, help_text="A number, or “answer” for what was said."
    )
    target = forms.CharField(label="Where it should get", required=False, max_length=40, help_text="Likewise.")

    def __init__(self, data=None, *, question: Question):
        self.question = question
        super().__init__(data, auto_id="rule-%s")
        op = AnswerRule.Op
        ops = [op.IS, op.AT_LEAST, op.AT_MOST, op.ANSWERED]
        if question.kind in CHOICES:
            ops = [op.IS, op.ANSWERED]
            self.fields["value"] = forms.ChoiceField(
                label="This", required=False, choices=[("", "Choose"), *((each, each) for each in question.options)]
            )
        elif question.kind == Question.Kind.TEXT:
            ops = [op.ANSWERED, op.IS]
        elif question.kind == Question.Kind.DATE:
            self.fields["value"] = forms.DateField(
                label="This day", required=False, widget=forms.DateInput(attrs={"type": "date"})
            )
        self.fields["op"].choices = [(each.value, each.label) for each in ops]
        library = Milestone.objects.filter(archived_at=None).order_by("title", "key")
        self.fields["milestone"].choices = [("", "None"), *library.values_list("key", "title")]

    def clean(self):
        said = super().clean()
        value = said.get("value") or ""
        value = value.isoformat() if isinstance(value, date) else value.strip()
        if said.get("op") == AnswerRule.Op.ANSWERED:
            value = ""
        elif not value and "value" not in self.errors:
            self.add_error("value", "Say which answer.")
        elif self.question.kind == Question.Kind.NUMBER and not _is_number(value):
            self.add_error("value", "Write a number.")
        said["value"] = value
        for name in ("baseline", "target"):
            text = said.get(name, "").strip().lower()
            if text and text != "answer" and not _is_number(text):
                self.add_error(name, "Write a number, or “answer”.")
            if text == "answer" and self.question.kind != Question.Kind.NUMBER:
                self.add_error(name, "Only the answer to a question for a number can be used.")
            said[name] = text
        if not said.get("milestone") and not said.get("goal", "").strip():
            self.add_error("milestone", "Choose a milestone, or name a goal below.")
        return said

    def goal_said(self) -> dict | None:
        said = self.cleaned_data
        if not said["goal"].strip():
            return None
        numbers = {
            name: said[name] if said[name] == "answer" else float(said[name])
            for name in ("baseline", "target")
            if said[name]
        }
        return {"title": said["goal"].strip(), "unit": said["unit"].strip(), **numbers}


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < 1e12
    except ValueError:
        return False


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def question_list(request, slug):
    """The questions in order; POST adds one."""
    form = QuestionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if Question.objects.count() >= MOST:
            form.add_error(None, f"At most {MOST} questions.")
        else:
            key = free_key(Question, form.cleaned_data["text"])
            own = {"workspace_id": current_workspace_id(), "key": key, "position": next_position()}
            question = Question.objects.create(**own, **form.question_said())
            record(member=request.member, verb="added a question", subject=question.text)
            messages.success(request, "Say now what follows from each answer.")
            return redirect("question-detail", slug=slug, key=question.key)
    rules: dict[int, int] = {}
    for pk in AnswerRule.objects.values_list("question_id", flat=True):
        rules[pk] = rules.get(pk, 0) + 1
    rows = [
        (each, rules.get(each.pk, 0), [role_label(role) for role in each.roles])
        for each in Question.objects.order_by("position", "pk")
    ]
    return show(request, "question_list.html", {"nav_current": "question-list", "form": form, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def question_detail(request, slug, key):
    """One question's form and its rules; POST saves the question."""
    question = get_object_or_404(Question, key=key)
    form = QuestionForm(request.POST, question=question) if request.method == "POST" else None
    if form and form.is_valid():
        Question.objects.filter(pk=question.pk).update(**form.question_said())
        record(member=request.member, verb="changed a question", subject=form.cleaned_data["text"])
        messages.success(request, "Saved. Answers that were given stay as they are.")
        return redirect("question-detail", slug=slug, key=key)
    return _page(request, question, form)


def _page(request, question: Question, form=None, rule_form=None):
    titles = dict(Milestone.objects.values_list("key", "title"))
    rules = question.rules.order_by("pk")
    context = {
        "nav_current": "question-list",
        "question": question,
        "form": form or QuestionForm(question=question),
        "rule_form": rule_form or RuleForm(question=question),
        "rules": [(rule, titles.get(rule.milestone, rule.milestone), _up_to(rule)) for rule in rules],
    }
    return show(request, "question_detail.html", context)


def _up_to(rule: AnswerRule) -> str:
    """How far the goal goes that the rule sets; "" where it sets none, or says no number."""
    target = (rule.goal or {}).get("target")
    return "" if target is None else "what was said" if target == "answer" else in_words(target)


@require_POST
@open_to(Access.MANAGER)
def question_rule(request, slug, key):
    """Add a rule to a question."""
    question = get_object_or_404(Question, key=key)
    form = RuleForm(request.POST, question=question)
    if not form.is_valid():
        return _page(request, question, None, form)
    if question.rules.count() >= MOST_RULES:
        form.add_error(None, f"At most {MOST_RULES} rules for a question.")
        return _page(request, question, None, form)
    said = form.cleaned_data
    own = {"workspace_id": current_workspace_id(), "question": question}
    AnswerRule.objects.create(
        **own, op=said["op"], value=said["value"], milestone=said["milestone"], goal=form.goal_said()
    )
    record(member=request.member, verb="added a rule to a question", subject=question.text)
    return redirect("question-detail", slug=slug, key=key)


@require_POST
@open_to(Access.MANAGER)
def question_rule_remove(request, slug, pk):
    """Remove a rule."""
    rule = get_object_or_404(AnswerRule.objects.select_related("question"), pk=pk)
    rule.delete()
    record(member=request.member, verb="removed a rule of a question", subject=rule.question.text)
    return redirect("question-detail", slug=slug, key=rule.question.key)


@require_POST
@open_to(Access.MANAGER)
def question_edit(request, slug, key, verb):
    """Move a question up or down, or remove it with its rules."""
    question = get_object_or_404(Question, key=key)
    if verb == "remove":
        question.delete()
        record(member=request.member, verb="removed a question", subject=question.text)
        messages.success(request, "The question is removed. Answers that were given to it are kept.")
    elif verb in ("up", "down"):
        order = list(Question.objects.order_by("position", "pk"))
        place = next(n for n, each in enumerate(order) if each.pk == question.pk)
        other = place + (1 if verb == "down" else -1)
        if 0 <= other < len(order):
            order[place], order[other] = order[other], order[place]
            for position, each in enumerate(order):
                Question.objects.filter(pk=each.pk).exclude(position=position).update(position=position)
    else:
        raise Http404
    return redirect("question-list", slug=slug)
