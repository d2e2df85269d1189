from django.db import models

from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel
from onboarding.tenancy.models import Member
from onboarding.tracking.models import Account
from playbooks.models.deliveries import Delivery


class Task(WorkspaceModel):
    """Something for a member to do about an account: written by hand, or wanted by a nudge."""

    account = InnerForeignKey(Account, models.CASCADE, null=True, related_name="tasks")
    person_id = models.BigIntegerField(null=True)
    owner = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    due_on = models.DateField(null=True)
    made_at = models.DateTimeField()
    made_by = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    delivery = InnerForeignKey(Delivery, models.SET_NULL, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    done_by = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "owner"], name="task_open", condition=models.Q(done_at__isnull=True)),
            models.Index(fields=["workspace", "account"], name="task_account"),
        ]

    def __str__(self):
        return self.title
