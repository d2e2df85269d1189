"""Pages: message templates, their words in each language, a look at them as a person would get them, and a mail to oneself."""

import logging

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.html import escape
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from milestones.drafting.naming import free_key
from milestones.languages import LANGUAGES
from milestones.models import Milestone
from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.guarded_forms import GuardedForm
from onboarding.tenancy.models import Access
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tenancy.security_headers import framed_by_us, with_frames_of_ours, with_styles_of_its_own
from playbooks.models import Channel, MessageTemplate, MessageText
from playbooks.pages.showing import show
from playbooks.sending import attention
from playbooks.wording.composing import PARTS
from playbooks.wording.letters import as_page, letter
from playbooks.wording.previewing import preview, previewed_people
from playbooks.wording.rendering import UnsayableError
from playbooks.wording.variables import VARIABLES, complaints

MOST = 300
log = logging.getLogger(__name__)


class TemplateForm(forms.Form):
    name = forms.CharField(max_length=120, error_messages={"required": "Give the message a name."})
    channel = forms.ChoiceField(label="How it reaches somebody", choices=Channel.choices)
    shape = forms.ChoiceField(label="In the product it is", choices=MessageTemplate.Shape.choices, required=False)
    milestone = forms.ModelChoiceField(
        queryset=Milestone.objects.none(),
        label="About the step",
        required=False,
        empty_label="None in particular",
        to_field_name="key",
    )

    def __init__(self, data=None, *, template: MessageTemplate | None = None, initial: dict | None = None):
        names = ("name", "channel", "shape", "milestone")
        stored = {name: getattr(template, name) for name in names} if template else initial or {}
        super().__init__(data, initial=stored, auto_id="template-%s")
        self.fields["milestone"].queryset = Milestone.objects.filter(archived_at=None).order_by("key")
        self.fields["milestone"].label_from_instance = lambda each: each.content.get("title", each.key)

    def into(self, template: MessageTemplate) -> None:
        said = self.cleaned_data
        template.name, template.channel = said["name"].strip(), said["channel"]
        template.shape = said["shape"] or MessageTemplate.Shape.CARD
        template.milestone = said["milestone"].key if said["milestone"] else ""


class TextForm(GuardedForm):
    subject = forms.CharField(
        label="Title, or subject", max_length=200, error_messages={"required": "Say what it is about."}
    )
    body = forms.CharField(
        max_length=8_000, widget=forms.Textarea(attrs={"rows": 9}), error_messages={"required": "Say something."}
    )
    button = forms.CharField(label="On the button", max_length=80, required=False, help_text="Empty: no button.")
    link = forms.CharField(
        label="The button leads to",
        max_length=500,
        required=False,
        help_text="An address that begins with https://. Empty: their checklist.",
    )
    plain = forms.CharField(
        label="Plain-text part of the mail",
        max_length=8_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Empty: the text above, without its marks.",
    )

    def clean(self):
        said = super().clean()
        for part in PARTS:
            for each in complaints(said.get(part) or ""):
                self.add_error(part, each)
        return said


@require_safe
@open_to(Access.MANAGER)
def template_list(request, slug):
    """Every message, with who uses it."""
    templates = MessageTemplate.objects.filter(archived_at=None).order_by("name", "pk")
    templates = templates.annotate(
        used=Count("nudges", filter=Q(nudges__archived_at=None), distinct=True)
    ).prefetch_related("texts")
    titles = {each.key: each.content.get("title", each.key) for each in Milestone.objects.all()}
    rows = [
        (each, titles.get(each.milestone, ""), [LANGUAGES[t.language] for t in each.texts.all()]) for each in templates
    ]
    return show(request, "template_list.html", {"nav_current": "message-list", "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def template_new(request, slug):
    """A new message; POST makes it, its words come next."""
    form = TemplateForm(request.POST if request.method == "POST" else None, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        if MessageTemplate.objects.filter(archived_at=None).count() >= MOST:
            form.add_error(None, f"At most {MOST} messages. Remove one that is not used any more.")
        else:
            template = MessageTemplate(workspace_id=current_workspace_id())
            form.into(template)
            template.key = free_key(MessageTemplate, template.name)
            template.save()
            record(member=request.member, verb="made a message", subject=template.name)
            return redirect("message-detail", slug=slug, key=template.key)
    return show(request, "template_new.html", {"nav_current": "message-list", "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
@with_frames_of_ours
def template_detail(request, slug, key):
    """Its words in one language, `?language=`, and how a person would get them, `?as=`; POST saves the words."""
    template = _template(key)
    language = _language(request)
    text = template.texts.filter(language=language).first()
    stored = {part: getattr(text, part) for part in PARTS} if text else {}
    form = TextForm(request.POST if request.method == "POST" else None, initial=stored, auto_id="text-%s")
    if request.method == "POST" and form.is_valid():
        said = {part: form.cleaned_data[part] for part in PARTS}
        MessageText.objects.update_or_create(
            workspace_id=current_workspace_id(), template=template, language=language, defaults=said
        )
        record(member=request.member, verb="wrote a message", subject=template.name, detail={"language": language})
        messages.success(request, "Saved. From now on it is sent like this.")
        return redirect(f"{request.path}?{request.GET.urlencode()}" if request.GET else request.path)
    people = previewed_people()
    chosen = request.GET.get("as", "") or (str(people[0].pk) if people else "")
    context = {
        "nav_current": "message-list",
        "template": template,
        "form": form,
        "settings_form": TemplateForm(template=template),
        "text": text,
        "language": language,
        "languages": [
            (each, LANGUAGES[each], template.texts.filter(language=each).exists())
            for each in request.workspace.languages
        ],
        "variables": VARIABLES,
        "people": people,
        "chosen": chosen,
        "nudges": template.nudges.filter(archived_at=None),
        **_looks(template, text, chosen),
    }
    return show(request, "template_detail.html", context)


def _looks(template: MessageTemplate, text: MessageText | None, chosen: str) -> dict:
    """The message as the chosen person gets it, or why they would not."""
    if text is None:
        return {"shown": None, "trouble": ""}
    try:
        return {"shown": preview(template, text, chosen), "trouble": ""}
    except UnsayableError as error:
        return {"shown": None, "trouble": trouble_in_words(error)}


def trouble_in_words(error: UnsayableError) -> str:
    part = {"subject": "title", "body": "text", "button": "button", "link": "link", "plain": "plain-text part"}.get(
        error.name, "text"
    )
    if error.kind == "missing":
        return f'{{{{ {error.said} }}}} in the {part} is not known of this person, so they would not be sent it. Give it a default: {{{{ {error.said} | default: "there" }}}}.'
    return f"The {part} cannot be filled in. {error.said}"


@require_safe
@open_to(Access.MANAGER)
@framed_by_us
@with_styles_of_its_own
def template_preview(request, slug, key):
    """The mail itself, for a frame: `?as=` whom, `?language=`, `?theme=` light or dark."""
    template = _template(key)
    text = get_object_or_404(MessageText, template=template, language=_language(request))
    try:
        message = preview(template, text, request.GET.get("as", ""))
    except UnsayableError as error:
        return HttpResponse(f"<!doctype html><title>Preview</title><p>{escape(trouble_in_words(error))}</p>")
    theme = "dark" if request.GET.get("theme") == "dark" else "light"
    return HttpResponse(as_page(message, request.workspace, attention(), "#", theme=theme))


@require_POST
@open_to(Access.MANAGER)
def template_test(request, slug, key):
    """Send the message to oneself, as the chosen person would get it."""
    template = _template(key)
    text = get_object_or_404(MessageText, template=template, language=_language(request))
    try:
        message = preview(template, text, request.GET.get("as", ""))
    except UnsayableError as error:
        messages.error(request, trouble_in_words(error))
    else:
        try:
            letter(message, to=request.user.email, workspace=request.workspace, rules=attention(), token="").send()
            messages.success(request, f"Sent to {request.user.email}.")
        except Exception as error:
            log.warning("a trial mail could not be sent: %s", type(error).__name__)
            messages.error(request, "The mail server did not take it. Try again in a minute.")
    return redirect(f"/w/{slug}/messages/{key}/?{request.GET.urlencode()}")


@require_POST
@open_to(Access.MANAGER)
def template_settings(request, slug, key):
    """Its name, what it is about, and its looks in the product; the channel stays what it is once a nudge uses it."""
    template = _template(key)
    form = TemplateForm(request.POST, template=template)
    if form.is_valid():
        channel = template.channel
        form.into(template)
        if template.channel != channel and template.nudges.filter(archived_at=None).exists():
            messages.error(request, "A nudge sends it on its channel. Make another message for another channel.")
        else:
            template.save()
            messages.success(request, "Saved.")
    else:
        for wrong in form.errors.values():
            messages.error(request, " ".join(wrong))
    return redirect("message-detail", slug=slug, key=key)


@require_POST
@open_to(Access.MANAGER)
def template_remove(request, slug, key):
    """Remove a message that no nudge sends."""
    template = _template(key)
    users = list(template.nudges.filter(archived_at=None).values_list("name", flat=True))
    if users:
        messages.error(request, f"“{template}” is sent by {', '.join(users)}. Choose another message there first.")
        return redirect("message-detail", slug=slug, key=key)
    template.archived_at = clock.now()
    template.save(update_fields=["archived_at"])
    record(member=request.member, verb="removed a message", subject=template.name)
    messages.success(request, f"“{template}” is removed.")
    return redirect("message-list", slug=slug)


def _template(key: str) -> MessageTemplate:
    return get_object_or_404(MessageTemplate, key=key, archived_at=None)


def _language(request) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in request.workspace.languages else request.workspace.languages[0]
