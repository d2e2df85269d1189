"""`/h/<workspace>/`: the vendor's help centre, open to everybody where the workspace says so."""

import re

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from milestones.checklist.actions import words_of
from milestones.checklist.widget import open_preflight, say, unknown
from milestones.languages import LANGUAGES, language_for, reading
from milestones.people import find_person
from onboarding.tenancy.access import LINK, PERSON_TOKEN, open_to
from onboarding.tenancy.files import address_of
from onboarding.tenancy.link_pages import refuse_foreign_form
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import current_workspace_id
from playbooks.help.articles import languages_of, live_text, published, search, vote
from playbooks.help.drawing import article_html, article_text
from playbooks.models import ArticleText
from playbooks.reviewing.notes import published as published_notes

PATH = re.compile(r"/h/([A-Za-z0-9_-]{1,40})/")
VOTES_A_MINUTE = 60  # of a workspace


class HelpDoor:
    """The workspace is named in the path, and shows its help centre to everybody."""

    def locate(self, request):
        named = PATH.match(request.path_info)
        workspace = Workspace.objects.filter(public_id=named[1], shows_help=True).first() if named else None
        if workspace is None:
            return render(request, "playbooks/guests/gone.html", status=404)
        return workspace.pk

    def admit(self, request):
        request.door = LINK
        request.workspace_shown = Workspace.objects.get(pk=current_workspace_id())
        return refuse_foreign_form(request)


door = HelpDoor()


def _language(request) -> str:
    """`?language=` where it is one of ours, else what the browser asks for."""
    workspace, asked = request.workspace_shown, request.GET.get("language", "")
    if asked in LANGUAGES:
        return asked
    return language_for(workspace, {}, request.headers.get("Accept-Language", "")[:200])


@require_safe
@open_to(LINK)
def help_home(request, public_id):
    """All articles by category, or those that `?q=` finds."""
    language, q = _language(request), request.GET.get("q", "").replace("\x00", "").strip()[:200]
    with override(language):
        usual = request.workspace_shown.languages
        texts = list(search(q, language)) if q else published(language, usual)
        if q and not texts and language not in usual[:1]:
            texts = list(search(q, usual[0]))
        groups: dict[str, list[ArticleText]] = {}
        for text in texts:
            groups.setdefault("" if q else text.article.category, []).append(text)
        said = {"has_changes": bool(published_notes())}
        return _page(
            request, "help_home.html", **said, language=language, q=q, groups=list(groups.items()), count=len(texts)
        )


@require_safe
@open_to(LINK)
def help_article(request, public_id, key):
    language = _language(request)
    text = live_text(key, language, request.workspace_shown.languages)
    if text is None:
        raise Http404
    with override(language):
        context = {
            "text": text,
            "body": mark_safe(article_html(text.body)),  # noqa: S308  cleaned by nh3
            "language": text.language,
            "others": [
                (each, LANGUAGES[each]) for each in languages_of(key) if each != text.language and each in LANGUAGES
            ],
            "said": request.GET.get("said", ""),
            "canonical": f"{settings.CAIRN_BASE_URL}{reverse('help-article', args=[public_id, key])}?language={text.language}",
        }
        return _page(request, "help_article.html", **context)


@require_safe
@open_to(LINK)
def help_changes(request, public_id):
    """What came of what people said."""
    language = _language(request)
    with override(language):
        return _page(request, "help_changes.html", language=language, notes=published_notes())


@csrf_exempt  # no cookie is needed, and the door checks Origin
@require_POST
@open_to(LINK)
def help_vote(request, public_id, key):
    """Whether it helped: `helped` yes or no, and in `text` what was missing."""
    text = live_text(key, _language(request), request.workspace_shown.languages)
    if text is None or request.POST.get("helped") not in ("yes", "no"):
        raise Http404
    if _may_vote():
        vote(text, helped=request.POST["helped"] == "yes", words=words_of(request.POST.get("text", "")[:500]))
    return redirect(f"{reverse('help-article', args=[public_id, key])}?language={text.language}&said=1#helped")


def _may_vote() -> bool:
    """No more in a minute than people click: the rest are programs. Without the broker everybody may."""
    name = f"help-votes:{current_workspace_id()}"
    try:
        cache.add(name, 0, timeout=60)
        return cache.incr(name) <= VOTES_A_MINUTE
    except Exception:
        return True


@require_safe
@open_to(LINK)
def help_sitemap(request, public_id):
    """The addresses of all published texts, for search engines."""
    base = settings.CAIRN_BASE_URL
    rows = ArticleText.objects.filter(is_draft=False).select_related("article").defer("body", "search")
    rows = rows.order_by("article__key", "language")
    places = [
        (f"{base}{reverse('help-article', args=[public_id, row.article.key])}?language={row.language}", row.at)
        for row in rows[:5_000]
    ]
    context = {"home": f"{base}{reverse('help-home', args=[public_id])}", "places": places}
    return render(request, "playbooks/guests/help_sitemap.xml", context, content_type="application/xml")


def _page(request, name: str, *, language: str, **context) -> HttpResponse:
    workspace = request.workspace_shown
    context |= {"workspace": workspace, "logo_url": address_of(workspace.logo), "language": language}
    return render(request, f"playbooks/guests/{name}", context)


@open_preflight
@open_to(PERSON_TOKEN)
def widget_article(request, key):
    """An article in the widget: its words without any HTML, and where the whole of it is."""
    if request.method != "GET":
        return say(request, {"code": "method_not_allowed", "message": "Ask with GET."}, status=405)
    person = find_person(request.claims.person)
    if person is None:
        return unknown(request)
    workspace = Workspace.objects.get(pk=request.workspace_asked.pk)
    with reading(workspace, person, request.GET.get("language", "")[:40]) as language:
        text = live_text(key, language, workspace.languages) if workspace.shows_help else None
    if text is None:
        return say(request, {"code": "unknown_article", "message": "There is no such article."}, status=404)
    url = (
        f"{settings.CAIRN_BASE_URL}{reverse('help-article', args=[workspace.public_id, key])}?language={text.language}"
    )
    return say(request, {"title": text.title, "text": article_text(text.body), "url": url})
