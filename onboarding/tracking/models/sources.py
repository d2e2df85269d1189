from django.db import models

from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel


class Source(WorkspaceModel):
    """One sender of events. It survives key rotation and has its own space of message ids."""

    class Kind(models.TextChoices):
        SERVER = "server", "Server"
        BROWSER = "browser", "Browser"
        CAIRN = "cairn", "Cairn"

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace"], condition=models.Q(kind="cairn"), name="source_one_cairn_each"
            )
        ]

    def __str__(self):
        return self.name


class SourceKey(WorkspaceModel):
    """What a source authenticates with. A server key is kept as a hash; a browser key is public by nature."""

    source = InnerForeignKey(Source, models.CASCADE, related_name="keys")
    key_hash = models.BinaryField(max_length=32, unique=True)
    hint = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self):
        return self.hint
