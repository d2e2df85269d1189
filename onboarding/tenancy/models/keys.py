from django.contrib.postgres.fields import ArrayField
from django.db import models

from onboarding.tenancy.isolation import WorkspaceModel


class LiveKeys(models.QuerySet):
    def live(self, now):
        """Neither revoked nor past the end of their overlap."""
        return self.filter(revoked_at=None).exclude(expires_at__lte=now)


class ApiKey(WorkspaceModel):
    """Opens the REST API and OFREP. Shown once, kept as a SHA-256 hash."""

    class Scope(models.TextChoices):
        READ = "read", "Read"
        WRITE = "write", "Read and write"

    name = models.CharField(max_length=120)
    key_hash = models.BinaryField(max_length=32, unique=True)
    hint = models.CharField(max_length=40)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope.choices), default=list)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self):
        return f"{self.name} ({self.hint})"


class SigningSecret(WorkspaceModel):
    """Signs people's tokens. Kept encrypted, since HMAC needs the secret itself; at most two are live."""

    kid = models.CharField(max_length=40)
    secret_encrypted = models.BinaryField()
    hint = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "kid"], name="signing_secret_kid_once")]

    def __str__(self):
        return self.kid
