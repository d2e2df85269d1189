"""Page: what one member looks after becomes another's, because they leave or change what they do."""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access, Member
from onboarding.tracking.pages.managers import managers
from playbooks.pages.showing import show
from playbooks.portfolio.bulk import hand_over_all, held_by


class HandOverForm(forms.Form):
    taker = forms.ModelChoiceField(
        Member.objects.none(),
        label="To whom",
        empty_label="Choose somebody",
        error_messages={"required": "Choose somebody."},
    )

    def __init__(self, *args, giver: Member, **options):
        super().__init__(*args, auto_id="hand-%s", **options)
        self.fields["taker"].queryset = managers().exclude(pk=giver.pk)
        self.fields["taker"].label_from_instance = lambda member: str(member.user)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.ADMIN)
def member_hand_over(request, slug, pk):
    giver = get_object_or_404(Member.objects.select_related("user"), pk=pk)
    form = HandOverForm(request.POST if request.method == "POST" else None, giver=giver)
    if request.method == "POST" and form.is_valid():
        taker = form.cleaned_data["taker"]
        link = f"{reverse('account-list', args=[slug])}?owner=mine"
        hand_over_all(giver, taker, member=request.member, link=link)
        messages.success(request, f"{taker.user} looks after what {giver.user} looked after.")
        return redirect("member-list", slug=slug)
    context = {"nav_current": "member-list", "giver": giver, "held": held_by(giver), "form": form}
    return show(request, "hand_over.html", context)
