"""Pages: the ladder builder. Every form works by itself; htmx sends it and swaps the parts that changed."""

import json
from functools import wraps

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from milestones.drafting import edits
from milestones.drafting.edits import EditRefusedError
from milestones.drafting.saving import ConflictError, NoDraftError, draft_of, open_draft, redo, save, throw_away, undo
from milestones.models import Ladder, Version
from milestones.studio.asked import whole_number
from milestones.studio.builder_view import all_roles, look_at
from milestones.studio.criteria_page import WORDS, CriteriaPart, criteria_part, known_events
from milestones.studio.order_verbs import VERBS
from milestones.studio.rendering import calendar_of, show
from milestones.studio.rules_form import RulesForm
from milestones.studio.rung_form import RungForm
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access


def on_draft(view):
    """Give the view the ladder's draft; where it has been published or thrown away meanwhile, say so."""

    @wraps(view)
    def found(request, slug, key, **rest):
        draft = _draft(key)
        if draft is None:
            return _gone(request, slug, key)
        try:
            return view(request, draft, **rest)
        except NoDraftError:
            return _gone(request, slug, key)

    return found


@require_safe
@open_to(Access.MANAGER)
def builder(request, slug, key):
    """The draft; `?rung=` picks one for the inspector, `?role=` a track, `?q=` searches the library."""
    draft = _draft(key)
    if draft is None:
        return redirect("ladder-detail", slug=slug, key=key)
    return _page(request, draft, rung=request.GET.get("rung", ""))


@require_POST
@open_to(Access.MANAGER)
def draft_open(request, slug, key):
    """Begin a draft from the live version, or go on with the one there is."""
    open_draft(get_object_or_404(Ladder.objects.select_related("live"), key=key), member=request.member)
    return redirect("ladder-draft", slug=slug, key=key)


@require_POST
@open_to(Access.MANAGER)
@on_draft
def draft_edit(request, draft, verb):
    """One step on the ladder's order: VERBS has them, `undo`, `redo` and `throw-away` besides."""
    if verb == "throw-away":
        throw_away(draft, member=request.member)
        messages.success(request, "The draft is thrown away. What is live has not changed.")
        slug, ladder = request.workspace.slug, draft.ladder
        return redirect("ladder-detail", slug, ladder.key) if ladder.live_id else redirect("ladder-list", slug)
    rung = request.POST.get("rung", "")
    if verb in ("undo", "redo"):
        edit = (undo if verb == "undo" else redo)(draft, member=request.member)
        return _answer(request, draft, rung=rung, said=f"{edit.said}." if edit else f"There is nothing to {verb}.")
    if verb not in VERBS:
        raise Http404
    try:
        change, said, place = VERBS[verb](request.POST, draft.document)
        save(draft, change, said=said, place=place, seen=_seen(request), member=request.member)
    except EditRefusedError as error:
        return _answer(request, draft, rung=rung, refused=str(error))
    except ConflictError as conflict:
        return _answer(request, draft, rung=rung, conflict=conflict)
    return _answer(request, draft, rung=rung, said=f"{said}.")


@require_POST
@open_to(Access.MANAGER)
@on_draft
def draft_rung(request, draft, rung):
    """Save the inspector's form of one rung."""
    if rung not in edits.keys(draft.document):
        return _answer(request, draft, refused="Somebody has removed this rung from the ladder.")
    form = RungForm(request.POST, document=draft.document, key=rung, roles=all_roles(draft.document))
    title = edits.title_of(draft.document, rung)
    return _save_form(request, draft, form, said=f"Changed “{title}”", place=f"rung:{rung}", rung=rung, rung_form=form)


@require_POST
@open_to(Access.MANAGER)
@on_draft
def draft_rules(request, draft):
    """Save the inspector's form of the ladder itself."""
    form = RulesForm(request.POST, document=draft.document, roles=all_roles(draft.document))
    return _save_form(request, draft, form, said="Changed the ladder’s rules", place="rules", rules_form=form)


@require_POST
@open_to(Access.MANAGER)
@on_draft
def draft_criteria(request, draft, rung):
    """The criteria builder: a button that changes the form, `save`, or `try`."""
    if rung not in edits.keys(draft.document):
        return _answer(request, draft, refused="Somebody has removed this rung from the ladder.")
    part = criteria_part(draft, rung, request.POST)
    if request.POST.get("do") == "look":
        return show(request, "builder/look.html", {"criteria": part})
    if request.POST.get("do") or part.errors:
        return _answer(request, draft, rung=rung, criteria=part, fields=True)
    title = edits.title_of(draft.document, rung)
    try:
        save(
            draft,
            lambda document: edits.set_content(document, rung, criteria=part.criteria),
            said=f"Changed when “{title}” is done",
            place=f"criteria:{rung}",
            seen=_seen(request),
            member=request.member,
        )
    except EditRefusedError as error:
        part.errors["c:kind"] = str(error)
        return _answer(request, draft, rung=rung, criteria=part, fields=True)
    except ConflictError as conflict:
        return _answer(request, draft, rung=rung, criteria=part, conflict=conflict, fields=True)
    return _answer(request, draft, rung=rung, criteria=part, said="Saved.")


def _save_form(request, draft: Version, form, *, said: str, place: str, **shown):
    if not form.is_valid():
        return _answer(request, draft, fields=True, **shown)
    try:
        save(draft, form.change, said=said, place=place, seen=_seen(request), member=request.member)
    except EditRefusedError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return _answer(request, draft, fields=True, **shown)
    except ConflictError as conflict:
        return _answer(request, draft, conflict=conflict, fields=True, **shown)
    return _answer(request, draft, said="Saved.", **shown)


# --- answering ---------------------------------------------------------------------------------------


def _draft(key: str) -> Version | None:
    return draft_of(get_object_or_404(Ladder.objects.select_related("live"), key=key))


def _seen(request) -> int | None:
    """The revision that the editor looked at; None overrides what others did since, on purpose."""
    return None if request.POST.get("anyway") else whole_number(request.POST.get("revision"))


def _gone(request, slug, key):
    messages.error(request, "This draft has been published or thrown away meanwhile.")
    response = redirect("ladder-detail", slug=slug, key=key)
    if request.htmx:
        response.status_code, response["HX-Redirect"] = 200, response["Location"]
    return response


def _answer(request, draft: Version, *, rung: str = "", said: str = "", fields: bool = False, **shown):
    """After a POST: the parts that changed for htmx; else the page itself, or a redirect to it where all went well."""
    try:
        draft = Version.objects.select_related("ladder__live").get(pk=draft.pk, state=Version.State.DRAFT)
    except Version.DoesNotExist:
        return _gone(request, request.workspace.slug, draft.ladder.key)
    if not request.htmx and not fields and not shown.get("refused") and not shown.get("conflict"):
        address = reverse("ladder-draft", args=[request.workspace.slug, draft.ladder.key])
        return redirect(f"{address}?{urlencode({'rung': rung})}" if rung else address)
    return _page(request, draft, rung=rung, said=said, **shown)


def _page(
    request,
    draft: Version,
    *,
    rung: str = "",
    said: str = "",
    refused: str = "",
    conflict: ConflictError | None = None,
    rung_form: RungForm | None = None,
    rules_form: RulesForm | None = None,
    criteria: CriteriaPart | None = None,
):
    sent = request.POST if request.method == "POST" else request.GET
    role, q = sent.get("role", "")[:60], sent.get("q", "").replace("\x00", "").strip()[:200]
    view = look_at(draft, calendar_of(request), rung=rung, role=role, q=q)
    document, roles = draft.document, all_roles(draft.document)
    is_search = request.htmx.trigger == "find-in-library"
    sent_by = {"rung": rung_form, "rules": rules_form, "criteria": criteria, "find": is_search}
    context = {
        "nav_current": "ladder-list",
        "view": view,
        "said": said,
        "refused": refused,
        "conflict": conflict,
        # A form that was sent keeps its own fields on the page; only what is said about them is swapped.
        "form_sent": next((name for name, is_it in sent_by.items() if is_it), ""),
    }
    if view.rung:
        context["rung_form"] = rung_form or RungForm(document=document, key=view.rung, roles=roles)
        context["criteria"] = criteria = criteria or criteria_part(draft, view.rung, None)
        context["words"] = WORDS
        context["criteria_url"] = reverse("draft-criteria", args=[request.workspace.slug, draft.ladder.key, view.rung])
        context["trial_sample"] = criteria.sample(calendar_of(request)) if criteria.trial else []
    else:
        context["rules_form"] = rules_form or RulesForm(document=document, roles=roles)
        context["rules_offers"] = known_events()
    is_part = bool(request.htmx) and not request.htmx.history_restore_request
    response = show(request, "builder/parts.html" if is_part else "builder/page.html", context)
    if is_part:
        saved = f"{context['form_sent']}-form" if said and context["form_sent"] else ""
        seen = {"revision": draft.revision, "saved": saved}
        response["HX-Trigger"] = json.dumps({"draft-seen": seen})
        if (request.htmx.trigger or "").startswith("pick-"):
            response["HX-Trigger-After-Settle"] = "rung-picked"
    return response
