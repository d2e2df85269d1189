"""Sign-up: a new user with a new workspace, or with the invitation that brought them. And what allauth says, in our words."""

from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from django import forms
from django.conf import settings
from django.urls import reverse

from onboarding.tenancy.invitations import accept, find_open, pending_token
from onboarding.tenancy.lookups import memberships_of
from onboarding.tenancy.workspaces import open_workspace


class SignUpForm(forms.Form):
    """What sign-up asks besides e-mail and password. Whoever comes by an open invitation joins, and names no company."""

    name = forms.CharField(label="Your name", max_length=200)
    workspace_name = forms.CharField(label="Company", max_length=120, required=False)

    field_order = ["name", "workspace_name", "email", "password1"]

    def __init__(self, *args, **kwargs):
        token = pending_token(allauth_context.request) if allauth_context.request else ""
        opened = find_open(token) if token else None
        self.offer = opened[1] if opened else None
        if self.offer:
            kwargs["initial"] = {**(kwargs.get("initial") or {}), "email": self.offer.email}
        super().__init__(*args, **kwargs)

    @property
    def joins(self) -> bool:
        """Whether an invitation is pending, so that signing up means joining its workspace."""
        return self.offer is not None

    def clean(self):
        cleaned = super().clean()
        if self.joins:
            if cleaned.get("email") and cleaned["email"].lower() != self.offer.email:
                self.add_error("email", f"You are invited as {self.offer.email}. Sign up with that address.")
        elif not cleaned.get("workspace_name"):
            self.add_error("workspace_name", "Name the company whose product you work on.")
        return cleaned

    def signup(self, request, user):
        """Called once by allauth, with the user saved."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
        token = pending_token(request)
        if token and accept(token=token, user=user):
            return
        open_workspace(name=self.cleaned_data.get("workspace_name") or f"{user.name}’s workspace", owner=user)


class AccountAdapter(DefaultAccountAdapter):
    """allauth's hooks: links come from our configured address, never from the request's Host."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "That address and password do not match.",
        "enter_current_password": "That is not your current password.",
        "incorrect_code": "That code does not match. Wait for the next one.",
        "too_many_login_attempts": "Too many tries. Wait a few minutes.",
    }

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


class MfaAdapter(DefaultMFAAdapter):
    """What the second factor says, in our words."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That code does not match. Wait for the next one.",
        "unverified_email": "Confirm your email address first. Your menu has Email addresses.",
    }


def _path_of(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
