"""Writing, publishing and finding articles. A published text is what everybody reads; its draft is the team's."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Value

from milestones.checklist.stored import forget_all
from milestones.models import StepArticle
from onboarding import clock
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Member
from onboarding.tenancy.scope import current_workspace_id
from playbooks.models import Article, ArticleText, ArticleVote

CONFIGS = {"en": "english", "de": "german", "fr": "french", "es": "spanish", "ar": "arabic"}
ARTICLES, FOUND, LONGEST_QUERY = 1_000, 50, 200


@dataclass(frozen=True)
class Helped:
    """How often an article was said to help, of how many."""

    yes: int
    all: int


def config(language: str) -> str:
    """PostgreSQL's text search configuration for a language; words as they are for others."""
    return CONFIGS.get(language, "simple")


def draft_of(article: Article, language: str) -> ArticleText | None:
    """What is being written in a language, else what is published in it."""
    texts = {each.is_draft: each for each in article.texts.filter(language=language)}
    return texts.get(True) or texts.get(False)


def keep_draft(article: Article, language: str, *, said: dict, member: Member) -> ArticleText:
    own = {"workspace_id": current_workspace_id(), "article": article, "language": language, "is_draft": True}
    return ArticleText.objects.update_or_create(**own, defaults=said | {"at": clock.now(), "by": member})[0]


@transaction.atomic
def publish(article: Article, language: str, *, member: Member) -> bool:
    """What was written is what everybody reads from now on; whether there was anything new."""
    draft = article.texts.filter(language=language, is_draft=True).first()
    if draft is None:
        return False
    article.texts.filter(language=language, is_draft=False).delete()
    vector = (
        SearchVector(Value(draft.title), weight="A", config=config(language))
        + SearchVector(Value(draft.summary), weight="B", config=config(language))
        + SearchVector(Value(draft.body), weight="C", config=config(language))
    )
    ArticleText.objects.filter(pk=draft.pk).update(is_draft=False, at=clock.now(), by=member, search=vector)
    record(member=member, verb="published the article", subject=draft.title, detail={"language": language})
    show_at_steps(article)
    return True


@transaction.atomic
def withdraw(article: Article, language: str, *, member: Member) -> None:
    """Nobody reads it any more; it is a draft again, unless another draft is being written."""
    live = article.texts.filter(language=language, is_draft=False).first()
    if live is None:
        return
    if article.texts.filter(language=language, is_draft=True).exists():
        live.delete()
    else:
        ArticleText.objects.filter(pk=live.pk).update(is_draft=True, search=None)
    record(member=member, verb="withdrew the article", subject=live.title, detail={"language": language})
    show_at_steps(article)


def show_at_steps(article: Article) -> None:
    """Tell the checklists which published texts help with which steps; they read it at once."""
    StepArticle.objects.filter(article=article.key).delete()
    live = list(article.texts.filter(is_draft=False))
    StepArticle.objects.bulk_create(
        StepArticle(
            workspace_id=current_workspace_id(),
            milestone=milestone,
            article=article.key,
            language=text.language,
            title=text.title,
        )
        for milestone in article.milestones
        for text in live
    )
    forget_all()


def remove(article: Article, *, member: Member) -> None:
    title = next((text.title for text in article.texts.all()), article.key)
    StepArticle.objects.filter(article=article.key).delete()
    article.delete()
    forget_all()
    record(member=member, verb="removed the article", subject=title)


def articles_of(milestone: str) -> list[tuple[Article, str, bool]]:
    """(article, title, whether it is published) of those that help with a step."""
    rows = Article.objects.filter(milestones__contains=[milestone]).prefetch_related("texts").order_by("key")
    found = []
    for article in rows:
        texts = sorted(article.texts.all(), key=lambda text: text.is_draft)
        found.append((article, texts[0].title if texts else article.key, bool(texts) and not texts[0].is_draft))
    return found


# --- reading ----------------------------------------------------------------------------------


def published(language: str, usual: Iterable[str]) -> list[ArticleText]:
    """Every published article once: in the language asked for, else in the workspace's, by category and title."""
    order = {each: place for place, each in reversed(list(enumerate((language, *usual))))}
    best: dict[int, ArticleText] = {}
    rows = (
        ArticleText.objects.filter(is_draft=False).select_related("article").defer("body", "search").order_by("title")
    )
    for text in sorted(rows, key=lambda text: order.get(text.language, len(order))):
        best.setdefault(text.article_id, text)
    return sorted(best.values(), key=lambda text: (text.article.category.lower(), text.title.lower()))


def search(query: str, language: str) -> QuerySet[ArticleText]:
    """Published texts of a language that the words are in, the closest first; quotes, or, and - as search engines take them."""
    asked = SearchQuery(query[:LONGEST_QUERY], search_type="websearch", config=config(language))
    rows = ArticleText.objects.filter(is_draft=False, language=language, search=asked).select_related("article")
    rows = rows.annotate(rank=SearchRank(F("search"), asked)).defer("body", "search")
    return rows.order_by("-rank", "title")[:FOUND]


def live_text(key: str, language: str, usual: Iterable[str]) -> ArticleText | None:
    """The published text of an article: in the language asked for, else in the workspace's, else in any."""
    texts = {
        each.language: each
        for each in ArticleText.objects.filter(article__key=key, is_draft=False).select_related("article")
    }
    for wanted in (language, *usual):
        if wanted in texts:
            return texts[wanted]
    return texts[min(texts)] if texts else None


def languages_of(key: str) -> list[str]:
    return list(
        ArticleText.objects.filter(article__key=key, is_draft=False)
        .order_by("language")
        .values_list("language", flat=True)
    )


def vote(text: ArticleText, *, helped: bool, words: str) -> None:
    ArticleVote.objects.create(
        workspace_id=current_workspace_id(),
        article=text.article,
        language=text.language,
        helped=helped,
        text=words[:500],
        at=clock.now(),
    )


def helped(articles: Iterable[int]) -> dict[int, Helped]:
    rows = ArticleVote.objects.filter(article__in=list(articles)).order_by().values_list("article")
    return {
        pk: Helped(yes, count)
        for pk, yes, count in rows.annotate(yes=Count("pk", filter=Q(helped=True)), all=Count("pk"))
    }
