"""Questions of the explorer that the team has kept under a name."""

from django.views.decorators.http import require_POST

from analytics.models import SavedView
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access
from onboarding.tenancy.saved_views import remove_view, save_view


@require_POST
@open_to(Access.MANAGER)
def view_save(request, slug):
    """Keep a question under a name; the same name says it anew."""
    return save_view(request, SavedView, "explorer")


@require_POST
@open_to(Access.MANAGER)
def view_remove(request, slug, pk):
    return remove_view(request, SavedView, pk, "explorer")
