from django.db import models

from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel


class Channel(models.TextChoices):
    IN_APP = "in_app", "In your product"
    EMAIL = "email", "E-mail"
    WEBHOOK = "webhook", "A webhook, for a way of your own"
    TASK = "task", "Task for who looks after the account"
    SESSION = "session", "Offer of a session"


# What is read outside of the product, and so has an address of the checklist.
OUTSIDE = (Channel.EMAIL, Channel.WEBHOOK)


class MessageTemplate(WorkspaceModel):
    """What a message says, on one channel, in each of the workspace's languages."""

    class Shape(models.TextChoices):
        CARD = "card", "A card in the corner"
        BANNER = "banner", "A banner at the top"
        HINT = "hint", "A line in the checklist"

    key = models.CharField(max_length=100)
    name = models.CharField(max_length=120)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    shape = models.CharField(
        max_length=10, choices=Shape.choices, default=Shape.CARD
    )  # of what is shown in the product
    milestone = models.CharField(max_length=100, blank=True)  # the step that it is about, where it is about one
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="message_template_once")]

    def __str__(self):
        return self.name


class MessageText(WorkspaceModel):
    """A message template's words in one language: Liquid, the body Markdown. `link` "" leads to the checklist."""

    template = InnerForeignKey(MessageTemplate, models.CASCADE, related_name="texts")
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    button = models.CharField(max_length=80, blank=True)
    link = models.CharField(max_length=500, blank=True)
    plain = models.TextField(blank=True)  # of a mail, where it shall not be the body without its marks

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "template", "language"], name="message_text_once")]

    def __str__(self):
        return self.subject
