from django.db import models

from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel
from onboarding.tenancy.models.members import Member


class Notification(WorkspaceModel):
    """Something that a member should look at: in the product, until they have."""

    member = InnerForeignKey(Member, models.CASCADE, related_name="notifications")
    text = models.CharField(max_length=300)
    link = models.CharField(max_length=300)  # a path here
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "member", "-id"], name="notification_latest"),
            models.Index(
                fields=["workspace", "member"], name="notification_unread", condition=models.Q(read_at__isnull=True)
            ),
        ]

    def __str__(self):
        return self.text
