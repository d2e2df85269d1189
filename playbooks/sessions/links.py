"""`/s/<token>/`: one session, opened by a signed link. It is worth as long as the session carries the same nonce."""

from django.conf import settings
from django.core import signing
from django.shortcuts import render
from django.urls import reverse

from onboarding.tenancy.access import LINK
from onboarding.tenancy.link_pages import refuse_foreign_form
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import current_workspace_id
from playbooks.models import Session

LONGEST = 300
signer = signing.Signer(salt="cairn.session")  # without a time: a session has one link as long as its nonce stands


def link_to(session: Session) -> str:
    """The whole address; the same session has the same one."""
    token = signer.sign_object([session.workspace_id, session.pk, session.nonce])
    return settings.CAIRN_BASE_URL + reverse("session-choose", args=[token])


class SessionDoor:
    """The signature says that we made the token, and for which workspace; the row says whether it still holds."""

    def locate(self, request):
        parts = request.path_info.split("/", 3)
        try:
            said = signer.unsign_object(parts[2][:LONGEST]) if len(parts) > 2 else None
        except (signing.BadSignature, ValueError):
            said = None
        if not isinstance(said, list) or len(said) != 3 or not isinstance(said[0], int):
            return render(request, "playbooks/guests/gone.html", status=404)
        request.session_named = said
        return said[0]

    def admit(self, request):
        _, pk, nonce = request.session_named
        rows = Session.objects.select_related("person", "account", "coach__member__user", "enrollment__ladder")
        request.coaching = rows.filter(pk=pk, nonce=nonce).first()
        request.workspace_shown = Workspace.objects.filter(pk=current_workspace_id()).first()
        if request.coaching is None or request.workspace_shown is None:
            return render(request, "playbooks/guests/gone.html", status=404)
        request.door = LINK
        if request.path_info.endswith("/stop/"):
            return None  # mail programs send it by themselves (RFC 8058), and it takes nothing from anybody
        return refuse_foreign_form(request)


door = SessionDoor()
