from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel
from onboarding.tenancy.models import Member


class Article(WorkspaceModel):
    """An article of the help centre; what it says is in its texts, a draft and a published one of each language."""

    key = models.CharField(max_length=100)
    category = models.CharField(max_length=80, blank=True)
    milestones = ArrayField(models.CharField(max_length=100), default=list)  # the keys of the steps that it helps with
    made_at = models.DateTimeField()
    made_by = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="article_once")]

    def __str__(self):
        return self.key


class ArticleText(WorkspaceModel):
    """What an article says in a language: being written, or published. Markdown. `search` is of published ones only."""

    article = InnerForeignKey(Article, models.CASCADE, related_name="texts")
    language = models.CharField(max_length=10)
    is_draft = models.BooleanField()
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=300, blank=True)
    body = models.TextField()
    search = SearchVectorField(null=True)
    at = models.DateTimeField()  # written, or published
    by = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "article", "language", "is_draft"], name="article_text_once")
        ]
        indexes = [GinIndex(fields=["search"], name="article_text_search")]

    def __str__(self):
        return self.title


class ArticleVote(WorkspaceModel):
    """Whether an article helped somebody, and what was missing. Of nobody: no visitor is named."""

    article = InnerForeignKey(Article, models.CASCADE, related_name="votes")
    language = models.CharField(max_length=10)
    helped = models.BooleanField()
    text = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["workspace", "article", "at"], name="article_vote_at")]

    def __str__(self):
        return f"{'helped' if self.helped else 'did not help'}: {self.article_id}"
