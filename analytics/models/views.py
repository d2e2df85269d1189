from django.db import models
from django.db.models.functions import Lower

from onboarding.tenancy.saved_views import SavedViewBase


class SavedView(SavedViewBase):
    """A question of the explorer, kept under a name for everybody of the team."""

    class Meta:
        constraints = [models.UniqueConstraint("workspace", Lower("name"), name="saved_view_once")]
