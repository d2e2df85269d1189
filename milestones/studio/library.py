"""Pages: the library of milestones, and one milestone with the ladders that use it."""

from django.contrib import messages
from django.db.models import F, Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from milestones.drafting.comparing import compare
from milestones.drafting.naming import free_key
from milestones.drafting.saving import drafts
from milestones.drafting.spreading import Use, spread, uses_of
from milestones.models import Ladder, Milestone
from milestones.studio.asked import whole_number
from milestones.studio.criteria_page import WORDS, CriteriaPart, known_events, read_part
from milestones.studio.library_form import TAGS, LibraryForm
from milestones.studio.rendering import address_of_pages, page_of, show
from milestones.studio.roles import role_label, usual_roles
from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Access
from onboarding.tenancy.scope import current_workspace_id


@require_safe
@open_to(Access.MANAGER)
def milestone_list(request, slug):
    """`?q=` finds by words, `?phases=`, `?roles=`, … by tag, `?archived=1` shows what is put away."""
    q = request.GET.get("q", "").replace("\0", "").strip()[:200]
    is_archived = request.GET.get("archived") == "1"
    found = Milestone.objects.filter(archived_at__isnull=not is_archived)
    if q:
        said = Q(title__icontains=q) | Q(key__icontains=q)
        found = found.filter(said | Q(content__outcome__icontains=q) | Q(content__cue__icontains=q))
    chosen = {tag: request.GET.get(tag, "").replace("\0", "")[:200] for tag in TAGS}
    for tag, word in chosen.items():
        if word:
            found = found.filter(content__contains={"tags": {tag: [word]}})
    page = page_of(request, found.order_by("title", "key"))
    used = _where_used()
    context = {
        "nav_current": "milestone-list",
        "page": page,
        "pages_query": address_of_pages(request),
        "rows": [(each, used.get(each.key, []), _tags_in_words(each)) for each in page],
        "q": q,
        "is_archived": is_archived,
        "filters": [(tag, label, words, chosen[tag]) for tag, label, words in _known_tags()],
        "total": Milestone.objects.filter(archived_at=None).count(),
    }
    return show(request, "milestone_list.html", context)


def _where_used() -> dict[str, list[Ladder]]:
    """milestone key → the ladders whose live version or draft places it."""
    used: dict[str, list[Ladder]] = {}
    open_drafts = drafts()
    for ladder in Ladder.objects.select_related("live").order_by("position", "id"):
        documents = [version.document for version in (ladder.live, open_drafts.get(ladder.pk)) if version]
        keys = {rung["milestone"] for document in documents for phase in document["phases"] for rung in phase["rungs"]}
        for key in keys:
            used.setdefault(key, []).append(ladder)
    return used


def _known_tags() -> list[tuple[str, str, list[str]]]:
    """(tag, label, the words that milestones carry) of the tags that any carries."""
    words: dict[str, set[str]] = {tag: set() for tag in TAGS}
    for tags in Milestone.objects.filter(archived_at=None, content__has_key="tags").values_list(
        "content__tags", flat=True
    ):
        for tag in TAGS:
            words[tag] |= set(tags.get(tag, []))
    return [(tag, label, sorted(words[tag])) for tag, label in TAGS.items() if words[tag]]


def _tags_in_words(milestone: Milestone) -> list[str]:
    tags = milestone.content.get("tags", {})
    return [role_label(word) if tag == "roles" else word for tag in TAGS for word in tags.get(tag, [])]


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def milestone_new(request, slug):
    form = LibraryForm(request.POST if request.method == "POST" else None, content={}, roles=usual_roles())
    if request.method == "POST" and form.is_valid():
        content = form.content()
        milestone = Milestone.objects.create(
            workspace_id=current_workspace_id(),
            key=free_key(Milestone, content["title"]),
            title=content["title"],
            content=content,
        )
        record(member=request.member, verb="added a milestone", subject=milestone.title)
        messages.success(request, f"“{milestone.title}” is in the library. Say next when it is done.")
        return redirect("milestone-detail", slug=slug, key=milestone.key)
    context = {"nav_current": "milestone-list", "form": form, "milestone": None, "events": known_events()}
    return show(request, "milestone_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def milestone_detail(request, slug, key):
    """One milestone; POST saves it, and makes a draft in each ladder that uses it."""
    milestone = get_object_or_404(Milestone, key=key)
    if request.method != "POST":
        return _page(request, milestone)
    form = LibraryForm(request.POST, content=milestone.content, roles=usual_roles())
    if not form.is_valid():
        return _page(request, milestone, form=form)
    content = form.content()
    if "criteria" in milestone.content:
        content["criteria"] = milestone.content["criteria"]
    if not _save(request, milestone, content):
        form.add_error(None, _changed_meanwhile(milestone))
        return _page(request, milestone, form=form)
    return redirect("milestone-detail", slug=slug, key=key)


@require_POST
@open_to(Access.MANAGER)
def milestone_criteria(request, slug, key):
    """The criteria builder of a milestone in the library."""
    milestone = get_object_or_404(Milestone, key=key)
    part = _criteria(milestone, request.POST)
    if request.POST.get("do") == "look":
        return show(request, "builder/look.html", {"criteria": part})
    if not request.POST.get("do") and not part.errors:
        if _save(request, milestone, milestone.content | {"criteria": part.criteria}):
            return _redirect(request, milestone)
        part.errors["c:kind"] = _changed_meanwhile(milestone)
    return _page(request, milestone, criteria=part)


def _redirect(request, milestone: Milestone):
    response = redirect("milestone-detail", slug=request.workspace.slug, key=milestone.key)
    if request.htmx:
        response.status_code, response["HX-Redirect"] = 200, response["Location"]
    return response


def _save(request, milestone: Milestone, content: dict) -> bool:
    """Save and spread; False where somebody saved since this editor looked."""
    if content == milestone.content:
        messages.info(request, "Nothing has changed.")
        return True
    mine = Milestone.objects.filter(pk=milestone.pk)
    if not request.POST.get("anyway"):
        mine = mine.filter(revision=whole_number(request.POST.get("revision")) or 0)
    if not mine.update(title=content["title"], content=content, revision=F("revision") + 1):
        return False
    milestone.refresh_from_db()
    record(member=request.member, verb="changed a milestone", subject=milestone.title)
    uses, refused = spread(milestone, member=request.member)
    drafts = [use.ladder.name for use in uses if use.draft]
    messages.success(request, f"Saved. {_drafts_in_words(drafts)}" if drafts else "Saved.")
    for ladder, reason in refused:
        messages.error(request, f"{ladder.name} did not take it over: {reason}")
    return True


def _drafts_in_words(names: list[str]) -> str:
    said = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return f"It is in the draft of {said}; nothing live has changed."


def _changed_meanwhile(milestone: Milestone) -> str:
    milestone.refresh_from_db()
    return "Somebody saved this milestone meanwhile. What you typed is still here: save again to put it over theirs."


@require_POST
@open_to(Access.MANAGER)
def milestone_archive(request, slug, key):
    """Put a milestone away, or bring it back; ladders that use it keep it."""
    milestone = get_object_or_404(Milestone, key=key)
    is_back = milestone.archived_at is not None
    Milestone.objects.filter(pk=milestone.pk).update(archived_at=None if is_back else clock.now())
    verb = "brought a milestone back" if is_back else "archived a milestone"
    record(member=request.member, verb=verb, subject=milestone.title)
    messages.success(
        request, f"“{milestone.title}” is {'back in the library' if is_back else 'put away; ladders keep it'}."
    )
    return redirect("milestone-detail", slug=slug, key=key)


@require_POST
@open_to(Access.MANAGER)
def milestone_duplicate(request, slug, key):
    milestone = get_object_or_404(Milestone, key=key)
    title = f"{milestone.title}, a copy"[:200]
    copy = Milestone.objects.create(
        workspace_id=current_workspace_id(),
        key=free_key(Milestone, title),
        title=title,
        content=milestone.content | {"title": title},
    )
    record(member=request.member, verb="duplicated a milestone", subject=milestone.title)
    return redirect("milestone-detail", slug=slug, key=copy.key)


def _criteria(milestone: Milestone, sent) -> CriteriaPart:
    others = Milestone.objects.filter(archived_at=None).exclude(pk=milestone.pk).order_by("title")
    titles = dict(others.values_list("key", "title"))
    return read_part(milestone.content.get("criteria"), sent, titles=titles, earlier=list(titles.items()))


def _differences(use: Use, key: str) -> list:
    """What is different of this milestone between what is live and the draft."""
    if not (use.live and use.draft):
        return []
    return [change for change in compare(use.live.document, use.draft.document) if change.rung == key]


def _page(request, milestone: Milestone, *, form: LibraryForm | None = None, criteria: CriteriaPart | None = None):
    context = {
        "nav_current": "milestone-list",
        "milestone": milestone,
        "form": form or LibraryForm(content=milestone.content, roles=usual_roles()),
        "uses": [(use, _differences(use, milestone.key)) for use in uses_of(milestone.key)],
        "criteria": criteria or _criteria(milestone, None),
        "criteria_url": reverse("milestone-criteria", args=[request.workspace.slug, milestone.key]),
        "words": WORDS,
        "events": known_events(),
    }
    is_part = bool(request.htmx) and criteria is not None
    return show(request, "builder/_criteria.html" if is_part else "milestone_detail.html", context)
