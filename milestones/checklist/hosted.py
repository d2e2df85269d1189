"""The hosted checklist: `/c/<token>/`. The path is the right; forms work without cookies, so their Origin is checked."""

from functools import wraps

from django.http import Http404, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from milestones.checklist.actions import ACTIONS, ActionRefusedError, act, number_of, recommend, words_of
from milestones.checklist.document import document
from milestones.checklist.stored import etag_of, stamp_of
from milestones.languages import preferred, reading
from milestones.lookups import find_checklist_link
from milestones.models import ChecklistLink
from onboarding import clock
from onboarding.tenancy.access import LINK, open_to
from onboarding.tenancy.files import address_of
from onboarding.tenancy.link_pages import private, refuse_foreign_form
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.security_headers import let_show_videos

PAGE = "milestones/checklist/page.html"


class LinkDoor:
    """The token in the path opens one enrollment's page, and nothing else."""

    def locate(self, request):
        parts = request.path_info.split("/", 3)
        found = find_checklist_link(parts[2]) if len(parts) > 2 else None
        if found is None:
            with override(preferred(request.headers.get("Accept-Language", "")[:200])):
                return render(request, "milestones/checklist/gone.html", status=404)
        request.link_id = found[1]
        return found[0]

    def admit(self, request):
        request.door = LINK
        request.link = ChecklistLink.objects.select_related("enrollment__seat__person").get(pk=request.link_id)
        request.workspace_shown = Workspace.objects.get(pk=request.link.workspace_id)
        return refuse_foreign_form(request)


def in_their_language(view):
    """Everything is said in the person's language: their trait's, else what their browser prefers, else the usual one."""

    @wraps(view)
    def translated(request, *args, **kwargs):
        person = request.link.enrollment.seat.person
        known = person.traits.get("locale") or person.traits.get("language") or ""
        asked = f"{known},{request.headers.get('Accept-Language', '')[:200]}"
        with reading(request.workspace_shown, person, asked):
            return view(request, *args, **kwargs)

    return translated


link = LinkDoor()


@require_GET
@open_to(LINK)
@in_their_language
def page(request, token):
    return _private(render(request, PAGE, _context(request, token)), request)


@require_GET
@open_to(LINK)
@in_their_language
def live(request, token):
    """The part of the page that moves; 304 while nothing has changed."""
    enrollment = request.link.enrollment
    stamp = stamp_of(enrollment.pk, enrollment.revision, clock.now())
    etag = etag_of(f"{stamp}.{request.workspace_shown.wording}.{get_language()}")
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponseNotModified()
    else:
        response = render(request, f"{PAGE}#live", _context(request, token))
    response["ETag"] = etag
    return _private(response)


@csrf_exempt
@require_POST
@open_to(LINK)
@in_their_language
def act_on_rung(request, token, key, action):
    """What the person does on a step; refused, the page comes back with the reason and what was typed."""
    if action not in ACTIONS:
        raise Http404
    try:
        act(request.link.enrollment, key, action, request.POST)
    except ActionRefusedError as error:
        sent = {"key": key, "action": action, "text": request.POST.get("text", "")}
        context = {**_context(request, token), "notice": str(error), "sent": sent}
        return _private(render(request, PAGE, context, status=409), request)
    return redirect(f"{reverse('checklist', args=[token])}#step-{key}")


@csrf_exempt
@require_POST
@open_to(LINK)
@in_their_language
def recommend_ladder(request, token):
    """Would they recommend it to a colleague."""
    try:
        rating, text = number_of(request.POST.get("rating")), words_of(request.POST.get("text"))
        recommend(request.link.enrollment, rating=rating, text=text)
    except ActionRefusedError as error:
        sent = {"action": "recommend", "rating": request.POST.get("rating"), "text": request.POST.get("text", "")}
        context = {**_context(request, token), "notice": str(error), "sent": sent}
        return _private(render(request, PAGE, context, status=409), request)
    return redirect("checklist", token=token)


def _context(request, token) -> dict:
    enrollment, workspace = request.link.enrollment, request.workspace_shown
    checklist = document(enrollment, now=clock.now()) | {"scale": range(11)}
    for rung in (rung for phase in checklist["phases"] for rung in phase["rungs"]):
        rung["link"] = workspace.way_to(rung["link"])
    return {
        "workspace": workspace,
        "logo_url": address_of(workspace.logo),
        "base_url": f"/c/{token}/",
        "news_words": _("Done: %(names)s."),
        "person": enrollment.seat.person,
        "checklist": checklist,
    }


def _private(response, request=None):
    if request is not None:
        let_show_videos(response, request.workspace_shown.video_hosts)
    return private(response)
