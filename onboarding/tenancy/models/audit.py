from django.db import models

from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel
from onboarding.tenancy.models.members import Member


class AuditEntry(WorkspaceModel):
    """Who changed what in the workspace, and when. Written, never edited."""

    at = models.DateTimeField()
    member = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    actor = models.CharField(max_length=254)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["workspace", "-at"], name="audit_at")]

    def __str__(self):
        return f"{self.actor} {self.verb} {self.subject}"
