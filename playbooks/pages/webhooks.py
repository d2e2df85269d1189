"""Pages: webhooks, what each was told and what came of it."""

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Access
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tenancy.secrets import encrypt
from playbooks.models import Endpoint, WebhookAttempt, WebhookMessage
from playbooks.pages.showing import page_of, show
from playbooks.webhooks.delivering import replay
from playbooks.webhooks.posting import ForbiddenAddressError, place_of
from playbooks.webhooks.signing import new_signing_secret, rotate
from playbooks.webhooks.telling import KINDS, TRIAL, from_here, message

MOST, A_PAGE = 20, 25
VERBS = ("on", "off", "rotate", "try", "remove")
State = WebhookMessage.State


class EndpointForm(forms.Form):
    name = forms.CharField(max_length=120, error_messages={"required": "Give it a name."})
    url = forms.CharField(
        label="Address",
        max_length=500,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        error_messages={"required": "Say where it is told."},
    )
    form = forms.ChoiceField(label="Form", choices=Endpoint.Form.choices)
    kinds = forms.MultipleChoiceField(
        label="What it is told",
        choices=KINDS.items(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one."},
    )
    takes_late = forms.BooleanField(
        label="Also of what came with an import, a day late, or by publishing", required=False
    )

    def clean_url(self) -> str:
        url = self.cleaned_data["url"].strip()
        try:
            place_of(url)
        except ForbiddenAddressError as error:
            raise forms.ValidationError(str(error)) from None
        return url


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.ADMIN)
def webhook_list(request, slug):
    """Every endpoint; POST makes one, and shows its secret once."""
    form = EndpointForm(
        request.POST if request.method == "POST" else None, initial={"kinds": ["step.reached"]}, auto_id="hook-%s"
    )
    if request.method == "POST" and form.is_valid():
        if Endpoint.objects.count() >= MOST:
            form.add_error(None, f"At most {MOST} webhooks. Remove one that is not used any more.")
        else:
            secret = new_signing_secret()
            made = {
                "workspace_id": current_workspace_id(),
                "made_at": clock.now(),
                "made_by": request.member,
                "number": from_here(),
            }
            endpoint = Endpoint.objects.create(**made, secret_encrypted=encrypt(secret), **form.cleaned_data)
            record(
                member=request.member, verb="made a webhook", subject=endpoint.name, detail={"address": endpoint.url}
            )
            return _detail(request, endpoint, secret=secret)
    lately = Count("messages", filter=Q(messages__state=State.WAITING))
    rows = Endpoint.objects.annotate(waiting=lately).order_by("pk")
    return show(request, "webhook_list.html", {"nav_current": "webhook-list", "rows": rows, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.ADMIN)
def webhook_detail(request, slug, pk):
    """What it was told and what came of it; POST saves its form."""
    endpoint = get_object_or_404(Endpoint, pk=pk)
    names = ("name", "url", "form", "kinds", "takes_late")
    form = EndpointForm(request.POST, auto_id="hook-%s") if request.method == "POST" else None
    if form and form.is_valid():
        for name in names:
            setattr(endpoint, name, form.cleaned_data[name])
        endpoint.save(update_fields=names)
        record(member=request.member, verb="changed a webhook", subject=endpoint.name, detail={"address": endpoint.url})
        messages.success(request, "Saved.")
        return redirect("webhook-detail", slug=slug, pk=pk)
    return _detail(request, endpoint, form=form)


def _detail(request, endpoint: Endpoint, *, form: EndpointForm | None = None, secret: str = ""):
    stored = {name: getattr(endpoint, name) for name in ("name", "url", "form", "kinds", "takes_late")}
    page = page_of(request, endpoint.messages.order_by("-pk"), A_PAGE)
    context = {
        "nav_current": "webhook-list",
        "endpoint": endpoint,
        "form": form or EndpointForm(initial=stored, auto_id="hook-%s"),
        "secret": secret,
        "page": page,
        "kinds": [KINDS[each] for each in endpoint.kinds if each in KINDS],
        "now": clock.now(),
    }
    return show(request, "webhook_detail.html", context)


@require_safe
@open_to(Access.ADMIN)
def webhook_message(request, slug, pk):
    """One message: what was sent, and each try of it."""
    found = get_object_or_404(WebhookMessage.objects.select_related("endpoint"), pk=pk)
    attempts = WebhookAttempt.objects.filter(message=found).order_by("-pk")
    return show(
        request, "webhook_message.html", {"nav_current": "webhook-list", "message": found, "attempts": attempts}
    )


@require_POST
@open_to(Access.ADMIN)
def webhook_act(request, slug, pk, verb):
    """on, off, rotate, try, remove."""
    endpoint = get_object_or_404(Endpoint, pk=pk)
    now = clock.now()
    if verb not in VERBS:
        raise Http404
    if verb == "rotate":
        if endpoint.earlier_until and endpoint.earlier_until > now:
            messages.error(request, "It was exchanged a while ago, and two sign now. Wait until one does.")
            return redirect("webhook-detail", slug=slug, pk=pk)
        secret = rotate(endpoint)
        record(member=request.member, verb="exchanged a webhook's secret", subject=endpoint.name)
        return _detail(request, endpoint, secret=secret)
    if verb == "on":
        Endpoint.objects.filter(pk=pk).update(is_on=True, why_off="", failing_since=None)
        endpoint.messages.filter(state=State.WAITING).update(next_at=now)
        messages.success(request, "It is on. What waited is told now.")
    elif verb == "off":
        Endpoint.objects.filter(pk=pk).update(is_on=False, why_off="")
        messages.success(request, "It is off. What is new waits, and is told when it is on again.")
    elif verb == "try":
        message(endpoint, f"trial-{now.timestamp()}", TRIAL, {"said": "It arrives."}, now).save(force_insert=True)
        messages.success(request, "A trial is on its way. It shows below in a moment.")
    elif verb == "remove":
        endpoint.delete()
        record(member=request.member, verb="removed a webhook", subject=endpoint.name)
        messages.success(request, f"“{endpoint}” is removed.")
        return redirect("webhook-list", slug=slug)
    record(member=request.member, verb=f"webhook: {verb}", subject=endpoint.name)
    return redirect("webhook-detail", slug=slug, pk=pk)


@require_POST
@open_to(Access.ADMIN)
def webhook_replay(request, slug, pk):
    """Tell one message again, under the same name."""
    found = get_object_or_404(WebhookMessage, pk=pk)
    replay(found, now=clock.now())
    messages.success(request, "It is told again.")
    return redirect("webhook-detail", slug=slug, pk=found.endpoint_id)
