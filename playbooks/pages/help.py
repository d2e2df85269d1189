"""Pages: the help centre as the team writes it."""

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST

from milestones.checklist.stored import forget_all
from milestones.drafting.naming import free_key
from milestones.languages import LANGUAGES
from milestones.models import Milestone
from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.guarded_forms import GuardedForm
from onboarding.tenancy.models import Access, Workspace
from onboarding.tenancy.scope import current_workspace_id
from playbooks.help.articles import (
    ARTICLES,
    draft_of,
    helped,
    keep_draft,
    publish,
    remove,
    show_at_steps,
    withdraw,
)
from playbooks.help.drawing import article_html
from playbooks.models import Article, ArticleVote
from playbooks.pages.showing import page_of, show

WORDS = 20
TAKEN = {"open", "changes"}  # addresses of their own beside the articles'


class ArticleForm(forms.Form):
    """Where an article belongs."""

    category = forms.CharField(max_length=80, required=False, help_text="Articles of one category stand together.")
    milestones = forms.MultipleChoiceField(
        label="It helps with these steps", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, **options):
        super().__init__(*args, auto_id="place-%s", **options)
        kept = (options.get("initial") or {}).get("milestones", [])  # also of steps that are not offered any more
        rows = Milestone.objects.filter(Q(archived_at=None) | Q(key__in=kept)).order_by("title")
        self.fields["milestones"].choices = [(each.key, each.title) for each in rows]


class ArticleTextForm(GuardedForm):
    title = forms.CharField(max_length=200, error_messages={"required": "Give the article a title."})
    summary = forms.CharField(
        label="In one sentence", max_length=300, required=False, help_text="Shown in lists, and by search engines."
    )
    body = forms.CharField(
        label="The article",
        max_length=40_000,
        widget=forms.Textarea(attrs={"rows": 18}),
        error_messages={"required": "Write something."},
        help_text="Markdown, with headings, lists, code and tables.",
    )


class NewArticleForm(forms.Form):
    title = forms.CharField(max_length=200, error_messages={"required": "Give the article a title."})
    milestone = forms.CharField(required=False, widget=forms.HiddenInput, max_length=100)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def article_list(request, slug):
    """`?q=` finds by title; POST begins an article."""
    form = NewArticleForm(
        request.POST if request.method == "POST" else None,
        initial={"milestone": request.GET.get("milestone", "")[:100]},
        auto_id="new-%s",
    )
    if request.method == "POST" and form.is_valid():
        if Article.objects.count() >= ARTICLES:
            form.add_error(None, f"There are {ARTICLES} articles already.")
        else:
            return redirect("article-edit", slug=slug, key=_begin(request, form.cleaned_data).key)
    q = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    rows = Article.objects.prefetch_related("texts").order_by("category", "key")
    if q:
        rows = rows.filter(Q(texts__title__icontains=q) | Q(key__icontains=q)).distinct()
    page = page_of(request, rows)
    voted = helped(each.pk for each in page)
    context = {
        "nav_current": "article-list",
        "form": form,
        "q": q,
        "page": page,
        "rows": [_row(each, voted.get(each.pk), request.workspace) for each in page],
        "count": Article.objects.filter(texts__is_draft=False).distinct().count(),
        "address": f"/h/{request.workspace.public_id}/",
    }
    return show(request, "article_list.html", context)


def _row(article: Article, voted, workspace: Workspace) -> dict:
    texts = list(article.texts.all())
    named = sorted(texts, key=lambda text: (text.language != workspace.languages[0], text.is_draft))
    return {
        "article": article,
        "title": named[0].title if named else article.key,
        "live": sorted({LANGUAGES.get(text.language, text.language) for text in texts if not text.is_draft}),
        "drafts": sorted({LANGUAGES.get(text.language, text.language) for text in texts if text.is_draft}),
        "voted": voted,
    }


def _begin(request, said: dict) -> Article:
    title = said["title"]
    key = free_key(Article, f"{title} article" if slugify(title) in TAKEN else title)
    named = Milestone.objects.filter(key=said["milestone"]).exists()
    own = {"workspace_id": current_workspace_id(), "made_at": clock.now(), "made_by": request.member}
    article = Article.objects.create(key=key, milestones=[said["milestone"]] if named else [], **own)
    language = request.workspace.languages[0]
    keep_draft(article, language, said={"title": said["title"], "summary": "", "body": ""}, member=request.member)
    return article


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def article_edit(request, slug, key):
    """`?language=` one of the workspace's; POST keeps the draft, `do=publish` publishes it, too."""
    article = get_object_or_404(Article, key=key)
    language = _language(request)
    form = _text_form(article, language, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("title", "summary", "body")}
        keep_draft(article, language, said=said, member=request.member)
        if request.POST.get("do") == "publish":
            publish(article, language, member=request.member)
            messages.success(request, "Published. Everybody reads it from now on.")
        else:
            messages.success(request, "Kept as a draft.")
        return redirect(f"{request.path}?language={language}")
    return _edit_page(request, article, language, form, _place_form(article))


def _text_form(article: Article, language: str, data=None) -> ArticleTextForm:
    text = draft_of(article, language)
    initial = {name: getattr(text, name) for name in ("title", "summary", "body")} if text else {}
    return ArticleTextForm(data, initial=initial, auto_id="text-%s")


def _place_form(article: Article, data=None) -> ArticleForm:
    return ArticleForm(data, initial={"category": article.category, "milestones": article.milestones})


def _edit_page(request, article: Article, language: str, form: ArticleTextForm, place_form: ArticleForm):
    text = draft_of(article, language)
    live = article.texts.filter(language=language, is_draft=False).first()
    context = {
        "nav_current": "article-list",
        "article": article,
        "title": text.title if text else article.key,
        "language": language,
        "languages": [
            (each, LANGUAGES[each], article.texts.filter(language=each).exists())
            for each in request.workspace.languages
            if each in LANGUAGES
        ],
        "form": form,
        "place_form": place_form,
        "is_draft": bool(text and text.is_draft),
        "live": live,
        "preview": mark_safe(article_html(form["body"].value() or "")),  # noqa: S308  cleaned by nh3
        "voted": helped([article.pk]).get(article.pk),
        "words": ArticleVote.objects.filter(article=article).exclude(text="").order_by("-at")[:WORDS],
        "address": f"/h/{request.workspace.public_id}/{article.key}/?language={language}",
    }
    return show(request, "article_edit.html", context)


def _language(request) -> str:
    asked, offered = request.GET.get("language", ""), request.workspace.languages
    return asked if asked in offered else offered[0]


@require_POST
@open_to(Access.MANAGER)
def article_act(request, slug, key, verb):
    """Place it, take it back, or remove it."""
    article = get_object_or_404(Article, key=key)
    language = _language(request)
    if verb == "place":
        form = _place_form(article, request.POST)
        if not form.is_valid():
            return _edit_page(request, article, language, _text_form(article, language), form)
        Article.objects.filter(pk=article.pk).update(**form.cleaned_data)
        article.refresh_from_db()
        show_at_steps(article)
        messages.success(request, "Saved.")
    elif verb == "withdraw":
        withdraw(article, language, member=request.member)
        messages.success(request, "Nobody reads it any more. It is a draft again.")
    elif verb == "remove":
        remove(article, member=request.member)
        messages.success(request, "The article is removed.")
        return redirect("article-list", slug=slug)
    return redirect(f"{reverse('article-edit', args=[slug, key])}?language={language}")


@require_POST
@open_to(Access.ADMIN)
def help_open(request, slug):
    """Open the help centre to everybody, or close it."""
    shows = request.POST.get("open") == "1"
    Workspace.objects.filter(pk=request.workspace.pk).update(shows_help=shows)
    forget_all()
    record(member=request.member, verb="opened" if shows else "closed", subject="the help centre")
    messages.success(request, "Everybody can read it now." if shows else "Nobody but the team reads it now.")
    return redirect("article-list", slug=slug)
