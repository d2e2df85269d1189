"""`/m/<workspace>/`: a person has the link to their checklist sent to their e-mail address, where the workspace allows it.

The page says the same whoever asks. The link works once, for half an hour, and only by a button: mail scanners open links, too.
"""

import re
from datetime import timedelta

from django import forms
from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from milestones.checklist.links import make_link
from milestones.languages import language_for, reading
from milestones.models import MagicLink
from milestones.people import enrollments_of, first_unfinished
from onboarding import clock
from onboarding.tenancy.access import LINK, open_to
from onboarding.tenancy.files import address_of
from onboarding.tenancy.jobs import hand_over
from onboarding.tenancy.link_pages import private, refuse_foreign_form
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tenancy.secrets import hash_secret, new_secret
from onboarding.tracking.models import Person

LIFETIME = timedelta(minutes=30)
MOST_AN_HOUR, MOST_A_WORKSPACE, MOST_A_MINUTE = 3, 5_000, 60
PATH = re.compile(r"/m/([A-Za-z0-9_-]{1,40})/")


class MailDoor:
    """The workspace is named in the path, and allows it; who somebody is shows from the mail that reaches them."""

    def locate(self, request):
        named = PATH.match(request.path_info)
        workspace = Workspace.objects.filter(public_id=named[1], mails_links=True).first() if named else None
        if workspace is None:
            return render(request, "milestones/checklist/gone.html", status=404)
        return workspace.pk

    def admit(self, request):
        request.door = LINK
        request.workspace_shown = Workspace.objects.get(pk=current_workspace_id())
        return refuse_foreign_form(request)


door = MailDoor()


class AddressForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("Your e-mail address"), max_length=254)


@csrf_exempt  # no cookie is needed, and the door checks Origin
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(LINK)
def ask_for_link(request, public_id):
    """Where somebody asks for the link; the answer is the same whether the address is known or not."""
    with override(language_for(request.workspace_shown, {}, request.headers.get("Accept-Language", "")[:200])):
        form = AddressForm(request.POST if request.method == "POST" else None, auto_id="mail-%s")
        asked = False
        if request.method == "POST" and form.is_valid():
            asked = _is_in_time() and hand_over("milestones.mail_link", current_workspace_id(), _whose(form))
            if not asked:
                form.add_error(None, _("It could not be sent just now. Try again in a minute."))
        return _page(request, "ask_for_link.html", form=form, asked=asked)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(LINK)
def use_link(request, public_id, token):
    """A button, and behind it the checklist."""
    link = MagicLink.objects.select_related("enrollment__seat__person")
    link = link.filter(token_hash=hash_secret(token), used_at=None, expires_at__gt=clock.now()).first()
    if link is None:
        with override(language_for(request.workspace_shown, {}, request.headers.get("Accept-Language", "")[:200])):
            return _page(request, "mailed_link_gone.html", status=404)
    if request.method == "POST" and MagicLink.objects.filter(pk=link.pk, used_at=None).update(used_at=clock.now()):
        return redirect("checklist", token=make_link(link.enrollment))
    with reading(request.workspace_shown, link.enrollment.seat.person):
        return _page(request, "use_link.html")


def _whose(form: AddressForm) -> int:
    """Whose address it is, 0 for nobody's: the worker is asked all the same, and told no address."""
    known = Person.objects.filter(email__iexact=form.cleaned_data["email"], external_id__isnull=False)
    return known.order_by("-last_seen_at").values_list("pk", flat=True).first() or 0


def _is_in_time() -> bool:
    """Whether the workspace was not asked more than so often in this minute; a cache that is away stops nobody."""
    key = f"mailed_links:{current_workspace_id()}:{int(clock.now().timestamp()) // 60}"
    try:
        cache.add(key, 0, timeout=120)
        return cache.incr(key) <= MOST_A_MINUTE
    except Exception:
        return True


def _page(request, name: str, *, status: int = 200, **context):
    context |= {"workspace": request.workspace_shown, "logo_url": address_of(request.workspace_shown.logo)}
    return private(render(request, f"milestones/checklist/{name}", context, status=status))


def make_mail(person_id: int) -> EmailMessage | None:
    """A mail with a new link for a person of the open workspace; None for nobody, and for who asks too often.

    To be sent when the link is stored: so no mail goes out whose link is not there.
    """
    person = Person.objects.filter(pk=person_id).exclude(email="").first()
    enrollment = first_unfinished(enrollments_of(person)) if person else None
    now = clock.now()
    lately = MagicLink.objects.filter(created_at__gt=now - timedelta(hours=1))
    mine = lately.filter(enrollment__seat__person=person)
    if enrollment is None or mine.count() >= MOST_AN_HOUR or lately.count() >= MOST_A_WORKSPACE:
        return None
    MagicLink.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    token, workspace = new_secret("cairn_mail"), Workspace.objects.get(pk=current_workspace_id())
    made = {"token_hash": hash_secret(token), "created_at": now, "expires_at": now + LIFETIME}
    MagicLink.objects.create(workspace_id=workspace.pk, enrollment=enrollment, **made)
    with reading(workspace, person):
        path = reverse("checklist-mailed", args=[workspace.public_id, token])
        context = {"workspace": workspace, "link": settings.CAIRN_BASE_URL + path}
        body = render_to_string("milestones/checklist/email/link.txt", context)
        subject = " ".join((_("Your steps with %(vendor)s") % {"vendor": workspace.name}).split())
        return EmailMessage(subject=subject, body=body, to=[person.email])
