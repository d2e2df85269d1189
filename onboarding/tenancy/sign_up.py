"""Sign-up: a new user with a new workspace, or with the invitation that brought them."""

from allauth.account.adapter import DefaultAccountAdapter
from django import forms
from django.conf import settings
from django.urls import reverse

from onboarding.tenancy.invitations import accept, find_open, pending_token
from onboarding.tenancy.lookups import memberships_of
from onboarding.tenancy.workspaces import open_workspace


class SignUpForm(forms.Form):
    """What sign-up asks besides e-mail and password."""

    name = forms.CharField(label="Your name", max_length=200)
    workspace_name = forms.CharField(label="Company", max_length=120, required=False)

    field_order = ["name", "workspace_name", "email", "password1"]

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("workspace_name") and not getattr(self, "joins", False):
            self.add_error("workspace_name", "Name the company whose product you work on.")
        return cleaned

    def signup(self, request, user):
        """Called once by allauth, with the user saved."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
        token = pending_token(request)
        if token and accept(token=token, user=user):
            return
        open_workspace(name=self.cleaned_data["workspace_name"] or f"{user.name}’s workspace", owner=user)


class AccountAdapter(DefaultAccountAdapter):
    """allauth's hooks: links come from our configured address, never from the request's Host."""

    def get_login_redirect_url(self, request):
        token = pending_token(request)
        if token and find_open(token):
            return reverse("invitation", args=[token])
        memberships = memberships_of(request.user.pk)
        return reverse("home", args=[memberships[0].slug]) if memberships else reverse("workspace-new")

    get_signup_redirect_url = get_login_redirect_url

    def send_mail(self, template_prefix, email, context):
        for key, value in list(context.items()):
            if key.endswith("_url") and isinstance(value, str):
                context[key] = settings.CAIRN_BASE_URL + _path_of(value)
        super().send_mail(template_prefix, email, context)


def _path_of(url: str) -> str:
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
