"""`/w/<slug>/…`: a signed-in user who is a member of the workspace of that slug."""

from django.contrib.auth.views import redirect_to_login
from django.http import Http404

from onboarding.tenancy.lookups import memberships_of
from onboarding.tenancy.models import Member, Workspace


class MemberDoor:
    def locate(self, request):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        slug = request.path_info.split("/", 3)[2]
        request.memberships = memberships_of(request.user.pk)
        found = next((membership for membership in request.memberships if membership.slug == slug), None)
        if found is None:
            # The same answer whether the workspace exists or not.
            raise Http404
        request.membership = found
        return found.workspace_id

    def admit(self, request):
        request.workspace = Workspace.objects.get(pk=request.membership.workspace_id)
        request.member = Member.objects.select_related("user").get(pk=request.membership.member_id)
        request.member.user = request.user
