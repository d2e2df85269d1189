"""What of nudges, messages and articles the field of the top bar finds."""

from django.db.models import Q
from django.urls import reverse

from onboarding.tenancy.search import Hit, Kind, searchable
from playbooks.models import Article, MessageTemplate, Nudge


def nudges(words: str, slug: str, most: int) -> list[Hit]:
    rows = Nudge.objects.filter(name__icontains=words, archived_at=None).select_related("template")
    return [
        Hit(row.name, row.get_trigger_display(), reverse("nudge-detail", args=[slug, row.pk]))
        for row in rows.order_by("-is_on", "name", "pk")[:most]
    ]


def messages(words: str, slug: str, most: int) -> list[Hit]:
    named = Q(name__icontains=words) | Q(key__icontains=words) | Q(texts__subject__icontains=words)
    rows = MessageTemplate.objects.filter(named, archived_at=None).distinct().order_by("name", "pk")[:most]
    return [Hit(row.name, row.get_channel_display(), reverse("message-detail", args=[slug, row.key])) for row in rows]


def articles(words: str, slug: str, most: int) -> list[Hit]:
    named = Q(texts__title__icontains=words) | Q(key__icontains=words)
    rows = Article.objects.filter(named).distinct().prefetch_related("texts").order_by("key")[:most]
    return [Hit(_title(row, words), row.category, reverse("article-edit", args=[slug, row.key])) for row in rows]


def _title(article: Article, words: str) -> str:
    """The one that was looked for, where it has several: of its languages, and of its draft."""
    titles = sorted(text.title for text in article.texts.all())
    return next((title for title in titles if words.casefold() in title.casefold()), next(iter(titles), article.key))


searchable(
    Kind("Nudges", "bell", nudges),
    Kind("Messages", "mail", messages),
    Kind("Help articles", "doc", articles),
)
