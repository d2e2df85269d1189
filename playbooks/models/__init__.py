"""The tables of this floor."""

from playbooks.models.attention import Attention, Preference, Undeliverable
from playbooks.models.deliveries import Delivery, Suppression
from playbooks.models.nudges import Nudge
from playbooks.models.tasks import Task
from playbooks.models.webhooks import Endpoint, WebhookAttempt, WebhookMessage
from playbooks.models.wording import Channel, MessageTemplate, MessageText

__all__ = [
    "Attention",
    "Channel",
    "Delivery",
    "Endpoint",
    "MessageTemplate",
    "MessageText",
    "Nudge",
    "Preference",
    "Suppression",
    "Task",
    "Undeliverable",
    "WebhookAttempt",
    "WebhookMessage",
]
