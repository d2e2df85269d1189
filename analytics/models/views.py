from django.db import models
from django.db.models.functions import Lower

from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel
from onboarding.tenancy.models import Member


class SavedView(WorkspaceModel):
    """A question of the explorer, kept under a name for everybody of the team."""

    name = models.CharField(max_length=80)
    query = models.CharField(max_length=1500)  # of the address
    made_by = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("workspace", Lower("name"), name="saved_view_once")]

    def __str__(self):
        return self.name
