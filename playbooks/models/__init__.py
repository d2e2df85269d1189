"""The tables of this floor."""

from playbooks.models.attention import Attention, Preference, Undeliverable
from playbooks.models.deliveries import Delivery, Suppression
from playbooks.models.help import Article, ArticleText, ArticleVote
from playbooks.models.nudges import Nudge
from playbooks.models.plays import Edition, Play, Remark, Review
from playbooks.models.portfolio import AccountNote, Digest, PortfolioView
from playbooks.models.reviewing import ChangeNote, Matter, NoteReader
from playbooks.models.sessions import Coach, Session
from playbooks.models.tasks import Task
from playbooks.models.webhooks import Endpoint, WebhookAttempt, WebhookMessage
from playbooks.models.wording import OUTSIDE, Channel, MessageTemplate, MessageText

__all__ = [
    "OUTSIDE",
    "AccountNote",
    "Article",
    "ArticleText",
    "ArticleVote",
    "Attention",
    "ChangeNote",
    "Channel",
    "Coach",
    "Delivery",
    "Digest",
    "Edition",
    "Endpoint",
    "Matter",
    "MessageTemplate",
    "MessageText",
    "NoteReader",
    "Nudge",
    "Play",
    "PortfolioView",
    "Preference",
    "Remark",
    "Review",
    "Session",
    "Suppression",
    "Task",
    "Undeliverable",
    "WebhookAttempt",
    "WebhookMessage",
]
