"""`/n/<token>/`: what a person gets sent, chosen by themselves. The token came in a mail to them."""

from datetime import timedelta

from django import forms
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from milestones.languages import reading
from onboarding import clock
from onboarding.tenancy.access import LINK, open_to
from onboarding.tenancy.files import address_of
from onboarding.tenancy.link_pages import private, refuse_foreign_form
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Person
from playbooks.lookups import find_mailed_message
from playbooks.models import Delivery, Preference

PAUSE = timedelta(days=30)


class MessageDoor:
    """The token in the path opens the choices of the person whom the mail was sent to, and nothing else."""

    def locate(self, request):
        parts = request.path_info.split("/", 3)
        found = find_mailed_message(parts[2]) if len(parts) > 2 else None
        if found is None:
            return render(request, "playbooks/guests/gone.html", status=404)
        request.delivery_id = found[1]
        return found[0]

    def admit(self, request):
        request.workspace_shown = Workspace.objects.get(pk=current_workspace_id())
        delivery = Delivery.objects.get(pk=request.delivery_id)
        request.person_shown = Person.objects.filter(pk=delivery.person_id).first()
        if request.person_shown is None:
            return render(request, "playbooks/guests/gone.html", status=404)
        request.door = LINK
        if request.path_info.endswith("/stop/"):
            return None  # mail programs send it by themselves (RFC 8058), and it takes nothing from anybody
        return refuse_foreign_form(request)


door = MessageDoor()


class PreferenceForm(forms.Form):
    email = forms.BooleanField(label=_("By e-mail"), required=False)
    in_app = forms.BooleanField(label=_("In the product"), required=False)
    pause = forms.BooleanField(label=_("Nothing for the next 30 days"), required=False)


def preference_of(person_id: int) -> Preference:
    known = Preference.objects.filter(person_id=person_id).first()
    return known or Preference(workspace_id=current_workspace_id(), person_id=person_id)


def keep(person_id: int, *, email: bool, in_app: bool, pause: bool) -> None:
    """Keep what the person wants to be sent. A pause that runs is not made longer by saving again."""
    mine, now = preference_of(person_id), clock.now()
    runs = mine.paused_until is not None and mine.paused_until > now
    said = {
        "no_email": not email,
        "no_in_app": not in_app,
        "paused_until": (mine.paused_until if runs else now + PAUSE) if pause else None,
        "changed_at": now,
    }
    Preference.objects.update_or_create(workspace_id=current_workspace_id(), person_id=person_id, defaults=said)
    if runs and not pause:  # what waits for its end is looked at now
        held = Delivery.objects.filter(person_id=person_id, state=Delivery.State.WAITING, reason="paused")
        held.update(due_at=now)


@csrf_exempt  # the token in the path is the right, and the door checks Origin
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(LINK)
def preferences(request, token):
    """What they get, and a form to change it."""
    with reading(request.workspace_shown, request.person_shown):
        if request.method == "POST":
            form = PreferenceForm(request.POST)
            form.is_valid()
            keep(request.person_shown.pk, **form.cleaned_data)
            return private(redirect(f"{request.path}?saved=1"))
        mine, now = preference_of(request.person_shown.pk), clock.now()
        paused = mine.paused_until if mine.paused_until and mine.paused_until > now else None
        initial = {"email": not mine.no_email, "in_app": not mine.no_in_app, "pause": paused is not None}
        context = {"form": PreferenceForm(initial=initial, auto_id="choice-%s"), "paused": paused}
        return _page(request, "preferences.html", is_saved="saved" in request.GET, **context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(LINK)
def unsubscribe(request, token):
    """No more mails: by one click of a mail program's own button (RFC 8058), or by the button of this page."""
    with reading(request.workspace_shown, request.person_shown):
        if request.method == "POST":
            said = {"no_email": True, "changed_at": clock.now()}
            whose = {"workspace_id": current_workspace_id(), "person_id": request.person_shown.pk}
            Preference.objects.update_or_create(**whose, defaults=said)
        return _page(request, "unsubscribe.html", is_done=request.method == "POST", token=token)


def _page(request, name: str, **context):
    context |= {"workspace": request.workspace_shown, "logo_url": address_of(request.workspace_shown.logo)}
    return private(render(request, f"playbooks/guests/{name}", context | {"person": request.person_shown}))
