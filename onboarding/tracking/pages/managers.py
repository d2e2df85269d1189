"""Who of the team looks after an account."""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from onboarding.tenancy.access import open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Access, Member
from onboarding.tracking.models import Account


class ManagerForm(forms.Form):
    manager = forms.ModelChoiceField(Member.objects.none(), required=False)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["manager"].queryset = managers()


def managers():
    """The members who may look after accounts, by name."""
    return (
        Member.objects.exclude(access=Access.EXECUTIVE)
        .select_related("user")
        .order_by("user__name", "user__email", "pk")
    )


@require_POST
@open_to(Access.MANAGER)
def account_manager(request, slug, pk):
    """`manager=` a member's id, or nothing for nobody."""
    account = get_object_or_404(Account, pk=pk)
    form = ManagerForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose somebody of your team; they may have left meanwhile.")
        return redirect("account-detail", slug=slug, pk=pk)
    member = form.cleaned_data["manager"]
    Account.objects.filter(pk=pk).update(manager=member)
    name = str(member.user) if member else "nobody"
    record(member=request.member, verb="said who looks after", subject=str(account), detail={"manager": name})
    messages.success(request, f"{name.capitalize() if member is None else name} looks after {account}.")
    return redirect("account-detail", slug=slug, pk=pk)
